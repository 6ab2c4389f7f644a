import { expect } from 'chai'
import { OktaOobStrategy } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import { recordingFetch } from '../support/recording-fetch.ts'
import { clientOf, newest, standIn } from '../support/stand-in.ts'

const browserHeaders = {
  'user-agent': 'TestBrowser/1.0',
  'accept-language': 'de-CH, de;q=0.9',
  // As some gateways write it.
  'x-forwarded-for': '203.0.113.7:50001',
  'sec-fetch-site': 'same-origin',
  origin: 'https://app.example.com',
}

async function signIn(issuer: 'issuer' | 'customIssuer', forwardClientContext: boolean) {
  const okta = await standIn()
  const { fetch, requests } = recordingFetch()
  const strategy = new OktaOobStrategy({
    ...clientOf(okta[issuer]),
    mfa: { channels: ['sms'] },
    forwardClientContext,
    fetch,
  })
  const { browser } = await startApp(strategy, {
    routes: (app) => app.set('trust proxy', 'loopback'),
  })
  const user = browser()
  const erin = 'erin@example.com'
  await user.postJson('/start', { username: erin, channel: 'voice' }, browserHeaders)
  await user.postJson('/complete', { code: newest(okta, erin).code }, browserHeaders)
  const done = await user.postJson('/complete', { code: newest(okta, erin).code }, browserHeaders)
  expect(done.json.status).to.equal('complete')
  return requests
}

for (const issuer of ['issuer', 'customIssuer'] as const) {
  describe(`The user’s context (${issuer})`, () => {
    it('reaches Okta with start, token and challenge: browser, language and address', async () => {
      const requests = await signIn(issuer, true)

      for (const call of ['oob-authenticate', 'token', 'challenge']) {
        const headers = requests(call)[0]?.headers
        expect(headers?.get('user-agent')).to.equal('TestBrowser/1.0')
        expect(headers?.get('accept-language')).to.equal('de-CH, de;q=0.9')
        expect(headers?.get('x-forwarded-for')).to.equal('203.0.113.7')
      }
    })

    it('never includes Origin or cookies, and never goes with metadata and keys', async () => {
      const requests = await signIn(issuer, true)

      for (const { headers } of requests()) {
        expect(headers.has('origin') || headers.has('cookie')).to.equal(false)
      }
      for (const { headers } of [...requests('configuration'), ...requests('keys')]) {
        expect(headers.get('user-agent')).to.not.equal('TestBrowser/1.0')
        expect(headers.has('x-forwarded-for')).to.equal(false)
      }
    })

    it('stays with the app unless it is to be forwarded', async () => {
      const requests = await signIn(issuer, false)

      for (const { headers } of requests()) {
        expect(headers.get('user-agent')).to.not.equal('TestBrowser/1.0')
        expect(headers.has('x-forwarded-for')).to.equal(false)
      }
    })
  })
}
