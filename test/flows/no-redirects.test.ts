import { expect } from 'chai'
import { OktaOobStrategy } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import { clientOf, newest, standIn } from '../support/stand-in.ts'

describe('A handler without redirects', () => {
  it('tells a script that the sign-in is complete, and leaves it where it is', async () => {
    const okta = await standIn()
    const strategy = new OktaOobStrategy(clientOf(okta.issuer))
    const { browser } = await startApp(strategy, {
      routes: (app) => {
        app.post('/bare/start', strategy.start())
        app.post('/bare/complete', strategy.complete())
      },
    })
    const user = browser()
    await user.postJson('/bare/start', { username: 'alice@example.com', channel: 'sms' })

    const done = await user.postJson('/bare/complete', { code: newest(okta).code })

    expect(done.json).to.deep.equal({ status: 'complete' })
    expect((await user.get('/me')).json.user.preferred_username).to.equal('alice@example.com')
  })
})
