import { expect } from 'chai'
import { decodeJwt } from 'jose'
import { OktaOobClient, type OktaOobError } from 'passport-okta-oob'
import { exampleClient } from '../../example/okta/client.ts'
import { stopClock } from '../support/clock.ts'
import { approve, beginFlow, codeOf, servers, shareStandIn } from '../support/flow.ts'
import { recordingFetch } from '../support/recording-fetch.ts'
import { clientOf, newest, standIn } from '../support/stand-in.ts'

for (const [server, issuerOf] of Object.entries(servers)) {
  describe(`With userInfo, on ${server}`, () => {
    const shared = shareStandIn()

    const begin = (strategy: { userInfo?: boolean }) => {
      const seen: Record<string, unknown>[] = []
      return beginFlow(
        shared.okta,
        {
          strategy,
          verify: (claims, done) => {
            seen.push(claims)
            done(null, claims)
          },
        },
        issuerOf(shared.okta),
      ).then((flow) => ({ ...flow, seen }))
    }

    it('verify gets what only /userinfo tells, with a code', async () => {
      const { tab, okta, seen, calls } = await begin({ userInfo: true })
      await tab.start({ channel: 'sms' })

      const done = await tab.submit(codeOf(okta))

      expect(done.code).to.equal('complete')
      expect(seen[0]).to.include({
        iss: issuerOf(okta),
        preferred_username: 'alice@example.com',
        zoneinfo: 'Europe/London',
      })
      expect(calls.sent.slice(-2)).to.deep.equal(['token', 'userinfo'])
    })

    it('verify gets it with a push, too', async () => {
      const clock = stopClock()
      const { tab, okta, seen } = await begin({ userInfo: true })
      const { challenge } = await tab.start()
      approve(okta, challenge)
      clock.tick(5000)

      expect((await tab.poll()).code).to.equal('complete')

      expect(seen[0]).to.include({ zoneinfo: 'Europe/London' })
    })

    it('and without the option, /userinfo is not asked', async () => {
      const { tab, okta, seen, calls } = await begin({})
      await tab.start({ channel: 'sms' })

      await tab.submit(codeOf(okta))

      expect(seen[0]).to.not.have.property('zoneinfo')
      expect(calls.sent).to.not.include('userinfo')
    })
  })
}

describe('With userInfo, the client alone', () => {
  it('has the claims, and proves possession of its key to /userinfo, with its nonce', async () => {
    const okta = await standIn({ clients: [{ ...exampleClient, dpop_bound_access_tokens: true }] })
    const { fetch, requests } = recordingFetch()
    const client = new OktaOobClient({
      ...clientOf(okta.issuer),
      dpop: true,
      userInfo: true,
      fetch,
    })
    const challenge = await client.start({ loginHint: 'bob@example.com', channel: 'sms' })

    const { code } = newest(okta, 'bob@example.com')
    const result = await client.complete(challenge, { code })

    expect(result.status === 'complete' && result.claims).to.include({ zoneinfo: 'Europe/London' })
    const headers = requests('/userinfo').at(-1)?.headers ?? new Headers()
    expect(headers.get('authorization')).to.match(/^DPoP /)
    expect(decodeJwt(headers.get('dpop') ?? '')).to.include.keys('ath', 'nonce')
  })

  it('finds out that there is no /userinfo before anything is sent', async () => {
    const okta = await standIn()
    const { fetch, requests } = recordingFetch()
    const withoutUserInfo = async (url: string, init: RequestInit): Promise<Response> => {
      const response = await fetch(url, init)
      return url.endsWith('/openid-configuration')
        ? Response.json({ ...((await response.json()) as object), userinfo_endpoint: undefined })
        : response
    }
    const client = new OktaOobClient({
      ...clientOf(okta.issuer),
      userInfo: true,
      fetch: withoutUserInfo,
    })

    const error = (await client
      .start({ loginHint: 'bob@example.com', channel: 'sms' })
      .catch((reason: unknown) => reason)) as OktaOobError

    expect(error).to.include({ code: 'configuration_error', retryable: false })
    expect(error.message).to.include('no userinfo_endpoint, which the option userInfo needs')
    expect(requests('/oob-authenticate')).to.have.length(0)
  })
})
