import { expect } from 'chai'
import type { Express } from 'express'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Page } from '../support/browser.ts'
import { stopClock } from '../support/clock.ts'
import { beginFlow, codeOf, shareStandIn, type Flow } from '../support/flow.ts'

type Headers = Record<string, string>
type Post = (flow: Flow, headers: Headers) => Promise<Page>

const listed = 'https://www.example.com'
const alice = { username: 'alice@example.com', channel: 'sms' }

const starts: Record<string, Post> = {
  'passport.authenticate': ({ tab }, headers) => tab.browser.postJson('/login', alice, headers),
  'okta.start()': ({ tab }, headers) => tab.browser.postJson('/start', alice, headers),
}

const others: Record<string, Post> = {
  'passport.authenticate, with a code': ({ tab, okta }, headers) =>
    tab.browser.postJson('/login', { code: codeOf(okta) }, headers),
  'okta.complete()': ({ tab, okta }, headers) =>
    tab.browser.postJson('/complete', { code: codeOf(okta) }, headers),
  'okta.resend()': ({ tab }, headers) =>
    tab.browser.postJson('/resend', { channel: 'voice' }, headers),
  'okta.cancel()': ({ tab }, headers) => tab.browser.postJson('/cancel', {}, headers),
}

const origins: Record<string, (own: string) => string | undefined> = {
  absent: () => undefined,
  'its own': (own) => own,
  'its own, in another scheme': (own) => own.replace('http:', 'https:'),
  'another one': () => listed,
  'another port': () => 'http://localhost:1',
  null: () => 'null',
  'no URL': () => 'localhost',
}

/** `Sec-Fetch-Site`, and the kinds of `Origin` that go through beside it. */
const rules: [string | undefined, string[]][] = [
  [undefined, ['absent', 'its own', 'its own, in another scheme']],
  ['same-origin', Object.keys(origins)],
  ['none', Object.keys(origins)],
  ['same-site', []],
  ['cross-site', []],
  ['something new', []],
]

function headersOf(origin: string | undefined, site: string | undefined): Headers {
  return {
    ...(origin !== undefined && { origin }),
    ...(site !== undefined && { 'sec-fetch-site': site }),
  }
}

/** The code of a refusal, from either door. */
const codeIn = ({ json }: Page): string | undefined => json.error?.code ?? json.code

describe('A POST from another site', () => {
  const shared = shareStandIn()

  for (const [door, post] of Object.entries(starts)) {
    for (const [site, welcome] of rules) {
      for (const [kind, originOf] of Object.entries(origins)) {
        const passes = welcome.includes(kind)
        const what = `Sec-Fetch-Site ${site ?? 'absent'} and Origin ${kind}`

        it(`${passes ? 'is not what' : 'is what'} ${door} sees in ${what}`, async () => {
          const flow = await beginFlow(shared.okta)

          const page = await post(flow, headersOf(originOf(flow.app.origin), site))

          expect(codeIn(page) === 'cross_site_request').to.equal(!passes)
          expect(flow.calls.count('oob-authenticate')).to.equal(passes ? 1 : 0)
          if (!passes) {
            expect(page.status).to.equal(403)
            expect(flow.calls.sent).to.deep.equal([])
          }
        })
      }
    }
  }

  for (const [door, post] of Object.entries(others)) {
    it(`is refused by ${door}, and changes nothing`, async () => {
      const flow = await beginFlow(shared.okta)
      const { okta, tab, calls } = flow
      await tab.start({ channel: 'sms' })
      const before = calls.sent.length

      const page = await post(flow, headersOf(listed, 'cross-site'))

      expect(page.status).to.equal(403)
      expect(codeIn(page)).to.equal('cross_site_request')
      expect(page.text).not.to.include('"challenge"')
      expect(calls.sent).to.have.lengthOf(before)
      expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
    })
  }

  it('is led back to the login page when it is a form', async () => {
    const { tab } = await beginFlow(shared.okta)

    const { location } = await tab.browser.post('/start', alice, headersOf(listed, 'cross-site'))

    expect(location).to.equal('/login-page?error=cross_site_request')
  })

  it('does not keep anyone from looking at the challenge', async () => {
    const { tab } = await beginFlow(shared.okta)
    await tab.start()

    const page = await tab.browser.get('/challenge', headersOf(listed, 'cross-site'))

    expect(page.json.page).to.containSubset({ status: 'challenge', challenge: { channel: 'push' } })
  })
})

describe('A POST without Sec-Fetch-Site', () => {
  const shared = shareStandIn()
  const trusting = (app: Express): unknown => app.set('trust proxy', 'loopback')
  const distrusting = (): void => {}

  const rows: {
    what: string
    headers: Headers
    passes: boolean
    routes?: (app: Express) => unknown
  }[] = [
    {
      what: 'whose Host has the port that https has anyway',
      headers: { origin: 'https://app.example.com', host: 'app.example.com:443' },
      passes: true,
    },
    {
      what: 'whose Host has the port that http has anyway',
      headers: { origin: 'http://app.example.com', host: 'app.example.com:80' },
      passes: true,
    },
    {
      what: 'whose Host is in upper case',
      headers: { origin: 'https://app.example.com', host: 'App.Example.COM' },
      passes: true,
    },
    {
      what: 'whose Host is an IPv6 address',
      headers: { origin: 'http://[2001:db8::1]:8080', host: '[2001:DB8::1]:8080' },
      passes: true,
    },
    {
      what: 'from another port of the host',
      headers: { origin: 'https://app.example.com:8443', host: 'app.example.com:443' },
      passes: false,
    },
    {
      what: 'from a host whose name begins alike',
      headers: { origin: 'https://app.example.com.evil.com', host: 'app.example.com' },
      passes: false,
    },
    {
      what: 'whose Host is rewritten, and forwarded by a proxy that the app trusts',
      headers: {
        origin: 'https://app.example.com',
        host: '10.0.0.7:3000',
        'x-forwarded-host': 'app.example.com:443, inner.example.com',
      },
      routes: trusting,
      passes: true,
    },
    {
      what: 'whose Host is rewritten, and forwarded by someone that the app does not trust',
      headers: {
        origin: 'https://app.example.com',
        host: '10.0.0.7:3000',
        'x-forwarded-host': 'app.example.com',
      },
      routes: distrusting,
      passes: false,
    },
    {
      what: 'from another site, behind a proxy that the app trusts and that forwards no host',
      headers: { origin: 'https://evil.example.com', host: 'app.example.com' },
      routes: trusting,
      passes: false,
    },
  ]
  for (const { what, headers, passes, routes = distrusting } of rows) {
    it(`${passes ? 'goes through' : 'is refused'}: one ${what}`, async () => {
      const { app } = await beginFlow(shared.okta, { routes })
      const sent = request(`${app.origin}/start`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
      })
      sent.end(JSON.stringify(alice))
      const [answer] = (await once(sent, 'response')) as [IncomingMessage]
      const { status } = JSON.parse(await text(answer)) as { status: string }

      expect({ status, code: answer.statusCode }).to.deep.equal(
        passes ? { status: 'challenge', code: 200 } : { status: 'failed', code: 403 },
      )
    })
  }
})

describe('The option origins', () => {
  const shared = shareStandIn()

  for (const [door, post] of Object.entries(starts)) {
    // A browser of today marks the posts of a listed origin as same-site or cross-site.
    for (const site of [undefined, 'same-site', 'cross-site']) {
      it(`lets a listed origin post to ${door}, Sec-Fetch-Site ${site ?? 'absent'}`, async () => {
        const flow = await beginFlow(shared.okta, { strategy: { origins: [listed] } })

        await post(flow, headersOf(listed, site))

        expect(flow.calls.count('oob-authenticate')).to.equal(1)
      })
    }

    const unlisted = {
      'another scheme': 'http://www.example.com',
      'another port': 'https://www.example.com:8443',
      'a longer name': 'https://www.example.com.example.net',
      'a subdomain': 'https://a.www.example.com',
      null: 'null',
    }
    for (const [what, origin] of Object.entries(unlisted)) {
      it(`does not let ${what} post to ${door}`, async () => {
        const flow = await beginFlow(shared.okta, { strategy: { origins: [listed] } })

        const page = await post(flow, headersOf(origin, undefined))

        expect(codeIn(page)).to.equal('cross_site_request')
        expect(flow.calls.sent).to.deep.equal([])
      })
    }

    for (const app of [
      'capacitor://localhost',
      'ionic://localhost',
      'chrome-extension://gighmmpiobklfepjocnamgkkbiglidom',
      'app://obsidian.md',
    ]) {
      it(`lets an app post to ${door} from ${app}, and no other one`, async () => {
        const flow = await beginFlow(shared.okta, { strategy: { origins: [app] } })

        await post(flow, headersOf(app, 'cross-site'))
        const other = await post(flow, headersOf(`${app}x`, 'cross-site'))

        expect(codeIn(other)).to.equal('cross_site_request')
        expect(flow.calls.count('oob-authenticate')).to.equal(1)
      })
    }

    it(`leaves the app's own pages their place at ${door}`, async () => {
      const flow = await beginFlow(shared.okta, { strategy: { origins: [listed] } })

      await post(flow, headersOf(flow.app.origin, 'same-origin'))

      expect(flow.calls.count('oob-authenticate')).to.equal(1)
    })
  }
})

describe('The option crossSiteProtection: false', () => {
  const shared = shareStandIn()

  for (const [door, post] of Object.entries(starts)) {
    for (const [site] of rules) {
      for (const [kind, originOf] of Object.entries(origins)) {
        it(`lets ${door} go on with Sec-Fetch-Site ${site ?? 'absent'}, Origin ${kind}`, async () => {
          const flow = await beginFlow(shared.okta, { strategy: { crossSiteProtection: false } })

          await post(flow, headersOf(originOf(flow.app.origin), site))

          expect(flow.calls.count('oob-authenticate')).to.equal(1)
        })
      }
    }
  }

  for (const [door, post] of Object.entries(others)) {
    it(`lets ${door} go on`, async () => {
      const clock = stopClock()
      const flow = await beginFlow(shared.okta, { strategy: { crossSiteProtection: false } })
      await flow.tab.start({ channel: 'sms' })
      clock.tick(30_000)

      expect((await post(flow, headersOf(listed, 'cross-site'))).status).to.equal(200)
    })
  }

  it('still wants a POST', async () => {
    const { tab } = await beginFlow(shared.okta, { strategy: { crossSiteProtection: false } })

    const { json } = await tab.browser.get('/login', headersOf(listed, 'cross-site'))

    expect(json.code).to.equal('wrong_step')
  })
})
