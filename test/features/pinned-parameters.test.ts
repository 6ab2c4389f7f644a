import { expect } from 'chai'
import { MemoryStore } from 'express-session'
import { OktaOobClient, OktaOobStrategy, type OktaOobClientOptions } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import { recordingFetch } from '../support/recording-fetch.ts'
import { clientOf, newest, standIn } from '../support/stand-in.ts'

const acrValues = 'urn:okta:loa:2fa:any:ifpossible'

describe('acr_values', () => {
  for (const issuer of ['issuer', 'customIssuer'] as const) {
    it(`go with start, challenge and token, the same string (${issuer})`, async () => {
      const okta = await standIn()
      const { fetch, requests } = recordingFetch()
      const options = { ...clientOf(okta[issuer]), acrValues, mfa: { channels: ['sms'] }, fetch }
      const client = new OktaOobClient(options)
      const loginHint = 'erin@example.com'
      const first = await client.start({ loginHint, channel: 'voice' })
      const more = await client.complete(first, { code: newest(okta, loginHint).code })
      if (more.status !== 'mfa_required') {
        throw new Error(`a second factor was expected, not ${more.status}`)
      }
      const { mfaToken } = more
      const second = await client.challenge({ loginHint, mfaToken, channel: 'sms' })

      const done = await client.complete(second, { code: newest(okta, loginHint).code })

      expect(done.status).to.equal('complete')
      const posted = requests().filter(({ form }) => 'client_id' in form)
      expect(posted.map(({ form }) => form['acr_values'])).to.deep.equal(
        Array.from({ length: 4 }, () => acrValues),
      )
    })
  }

  it('are not sent unless the app names them', async () => {
    const okta = await standIn()
    const { fetch, requests } = recordingFetch()
    const client = new OktaOobClient({ ...clientOf(okta.issuer), fetch })
    await client.start({ loginHint: 'alice@example.com', channel: 'sms' })

    expect(requests('oob-authenticate')[0]?.form).to.not.have.property('acr_values')
  })
})

for (const server of ['issuer', 'customIssuer'] as const) {
  describe(`A deployment that changes its options in mid-flow (${server})`, () => {
    const changes: Record<string, OktaOobClientOptions> = {
      scope: { scope: 'openid email' },
      acrValues: { acrValues },
      clientID: { clientID: 'another-app' },
      issuer: {},
    }
    for (const [option, change] of Object.entries(changes)) {
      it(`fails the challenge cleanly when ${option} is another one, and asks Okta nothing`, async () => {
        const okta = await standIn()
        const store = new MemoryStore()
        const sessionKey = 'sign-in'
        const before = new OktaOobStrategy({ ...clientOf(okta[server]), sessionKey })
        const { fetch, requests } = recordingFetch()
        const other = server === 'issuer' ? 'customIssuer' : 'issuer'
        const issuer = okta[option === 'issuer' ? other : server]
        const after = new OktaOobStrategy({ ...clientOf(issuer), ...change, sessionKey, fetch })
        const first = await startApp(before, { store })
        const second = await startApp(after, { store })
        const user = first.browser()
        await user.postJson('/start', { username: 'alice@example.com', channel: 'sms' })
        const sameUser = second.browser()
        sameUser.cookies = user.cookies

        const answer = await sameUser.postJson('/complete', { code: newest(okta).code })

        expect(answer.status).to.equal(403)
        expect(answer.json.error.code).to.equal('no_challenge')
        expect(requests()).to.have.length(0)
        const stillGood = await user.postJson('/complete', { code: newest(okta).code })
        expect(stillGood.json.status).to.equal('complete')
      })
    }
  })
}
