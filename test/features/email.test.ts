import { expect } from 'chai'
import { OktaOobStrategy } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import { recordingFetch } from '../support/recording-fetch.ts'
import { clientOf, newest, standIn } from '../support/stand-in.ts'

async function mailApp(issuer: 'issuer' | 'customIssuer') {
  const okta = await standIn()
  const { fetch, requests } = recordingFetch()
  const channels = ['email', 'push']
  const strategy = new OktaOobStrategy({ ...clientOf(okta[issuer]), channels, fetch })
  const { browser } = await startApp(strategy)
  return { okta, requests, browser: browser() }
}

for (const issuer of ['issuer', 'customIssuer'] as const) {
  describe(`A code by mail (${issuer})`, () => {
    it('starts at /primary-authenticate, whatever the start endpoint is, and signs in', async () => {
      const { okta, requests, browser } = await mailApp(issuer)

      const started = await browser.postJson('/start', { username: 'alice@example.com' })
      const { code } = newest(okta)
      const done = await browser.postJson('/complete', { code })

      expect(started.json.challenge).to.include({ channel: 'email', bindingMethod: 'prompt' })
      expect(done.json.status).to.equal('complete')
      expect(requests('oob-authenticate')).to.have.length(0)
      expect(requests('primary-authenticate')).to.have.length(1)
    })

    it('goes to Okta byte for byte, in its case and with what is inside', async () => {
      const { requests, browser } = await mailApp(issuer)
      await browser.postJson('/start', { username: 'alice@example.com' })

      const answer = await browser.postJson('/complete', { code: ' aB3- xY9z ' })

      expect(answer.json.error.code).to.equal('incorrect_code')
      expect(requests('token')[0]?.form['binding_code']).to.equal('aB3- xY9z')
    })

    it('works to the end and simply fails for an address that Okta does not know', async () => {
      const { browser } = await mailApp(issuer)

      const started = await browser.postJson('/start', { username: 'nobody@example.com' })
      const answer = await browser.postJson('/complete', { code: 'AbCd1234' })

      expect(started.json.challenge).to.include({ channel: 'email', bindingMethod: 'prompt' })
      expect(answer.json.error.code).to.equal('incorrect_code')
    })

    it('is not offered unless the app says so', async () => {
      const okta = await standIn()
      const { browser } = await startApp(new OktaOobStrategy(clientOf(okta[issuer])))

      const fields = { username: 'alice@example.com', channel: 'email' }
      const answer = await browser().postJson('/start', fields)

      expect(answer.json.error.code).to.equal('channel_not_allowed')
    })
  })
}
