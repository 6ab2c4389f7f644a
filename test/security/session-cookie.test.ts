import { expect } from 'chai'
import { startExampleHere } from '../support/example-here.ts'

describe('The session cookie of the example', () => {
  const start = { username: 'alice@example.com', channel: 'sms' }

  it('is for the server alone, and not sent along by other sites', async () => {
    const { browser } = await startExampleHere()

    const { headers } = await browser().post('/login', start)

    expect(headers.get('set-cookie')).to.match(/; HttpOnly; SameSite=Lax$/)
  })

  it('is never set without TLS in production', async () => {
    process.env['NODE_ENV'] = 'production'
    const { browser } = await startExampleHere()

    const { headers } = await browser().post('/login', start)

    expect(headers.get('set-cookie')).to.equal(null)
  })
})
