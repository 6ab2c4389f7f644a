import { expect } from 'chai'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { OktaOobClient, OktaOobError, OktaOobStrategy, type Fallback } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import { recordingFetch } from '../support/recording-fetch.ts'
import { whenOver } from '../support/resources.ts'
import { clientOf, newest, standIn } from '../support/stand-in.ts'

const alice = { loginHint: 'alice@example.com', channel: 'sms' }

function fallbacks(): unknown[] {
  const seen: unknown[] = []
  const see = (message: unknown) => seen.push(message)
  subscribe('okta-oob:fallback', see)
  whenOver(() => unsubscribe('okta-oob:fallback', see))
  return seen
}

describe('The endpoint that a sign-in starts at', () => {
  for (const issuer of ['issuer', 'customIssuer'] as const) {
    it(`is /primary-authenticate where the option says so (${issuer})`, async () => {
      const okta = await standIn()
      const { fetch, requests } = recordingFetch()
      const client = new OktaOobClient({
        ...clientOf(okta[issuer]),
        startEndpoint: 'primary-authenticate',
        fetch,
      })

      const challenge = await client.start(alice)

      const [start] = requests('primary-authenticate')
      expect(start?.form).to.deep.equal({
        client_id: 'example-app',
        client_secret: 'example-secret',
        login_hint: 'alice@example.com',
        channel_hint: 'sms',
        challenge_hint: 'urn:okta:params:oauth:grant-type:oob',
      })
      const { code } = newest(okta)
      expect(await client.complete(challenge, { code })).to.include({ status: 'complete' })
    })
  }

  for (const status of [404, 405, 410]) {
    it(`moves on for good when the deprecated one answers ${status}; the user notices nothing`, async () => {
      const okta = await standIn({ gone: { 'oob-authenticate': status } })
      const { fetch, requests } = recordingFetch()
      const seen = fallbacks()
      const strategy = new OktaOobStrategy({ ...clientOf(okta.issuer), fetch })
      const { browser } = await startApp(strategy)

      const first = await browser().postJson('/start', { username: 'alice@example.com' })
      const second = await browser().postJson('/start', { username: 'bob@example.com' })

      expect([first.status, second.status]).to.deep.equal([200, 200])
      expect(requests('oob-authenticate')).to.have.length(1)
      expect(requests('primary-authenticate')).to.have.length(2)
      expect(seen).to.deep.equal([
        {
          issuer: okta.issuer,
          clientId: 'example-app',
          from: `${okta.issuer}/oauth2/v1/oob-authenticate`,
          to: `${okta.issuer}/oauth2/v1/primary-authenticate`,
        },
      ])
    })
  }

  it('is reported once when several starts find it gone at the same time', async () => {
    const okta = await standIn({ gone: { 'oob-authenticate': 404 } })
    const seen: Fallback[] = []
    const onFallback = (fallback: Fallback) => seen.push(fallback)
    const client = new OktaOobClient({ ...clientOf(okta.issuer), onFallback })

    await Promise.all([client.start(alice), client.start(alice), client.start(alice)])

    expect(seen).to.have.length(1)
  })

  it('is a configuration error that names both, when neither is there', async () => {
    const gone = { 'oob-authenticate': 404, 'primary-authenticate': 404 }
    const okta = await standIn({ gone })
    const seen: Fallback[] = []
    const onFallback = (fallback: Fallback) => seen.push(fallback)
    const client = new OktaOobClient({ ...clientOf(okta.customIssuer), onFallback })

    const error = await client.start(alice).catch((failure: unknown) => failure)

    expect(error).to.be.instanceOf(OktaOobError).and.include({ code: 'configuration_error' })
    expect((error as Error).message)
      .to.include(`${okta.customIssuer}/v1/oob-authenticate`)
      .and.include(`${okta.customIssuer}/v1/primary-authenticate`)
    expect(seen).to.have.length(0)
  })

  it('does not move while the next one cannot be reached: whether it is there is not known', async () => {
    const okta = await standIn({ gone: { 'oob-authenticate': 404 } })
    const seen: Fallback[] = []
    const sent: string[] = []
    const client = new OktaOobClient({
      ...clientOf(okta.issuer),
      onFallback: (fallback) => seen.push(fallback),
      fetch: async (url, init) => {
        const [endpoint] = /(?:oob|primary)-authenticate$/.exec(url) ?? []
        sent.push(...(endpoint ? [endpoint] : []))
        return endpoint === 'primary-authenticate' && sent.length === 2
          ? new Response('', { status: 503 })
          : fetch(url, init)
      },
    })

    const error = await client.start(alice).catch((failure: unknown) => failure)
    expect(error).to.be.instanceOf(OktaOobError).and.include({ code: 'upstream_unavailable' })
    expect(seen).to.have.length(0)
    await client.start(alice)

    const both = ['oob-authenticate', 'primary-authenticate']
    expect(sent).to.deep.equal([...both, ...both])
    expect(seen).to.have.length(1)
  })

  it('stays where it is when Okta refuses in any other way', async () => {
    const okta = await standIn()
    const { fetch, requests } = recordingFetch()
    const client = new OktaOobClient({ ...clientOf(okta.issuer), fetch })

    await client.start({ ...alice, loginHint: 'nobody@example.com' }).catch(() => undefined)
    await client.start(alice)

    expect(requests('oob-authenticate')).to.have.length(2)
    expect(requests('primary-authenticate')).to.have.length(0)
  })
})
