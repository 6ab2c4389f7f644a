import { expect } from 'chai'
import express, { type Request, type Response } from 'express'
import helmet from 'helmet'
import type { Page } from 'playwright-core'
import { OktaOobStrategy } from 'passport-okta-oob'
import { startApp, type TestApp } from '../support/app.ts'
import { needsChromium, visitor } from '../support/chromium.ts'
import { ScriptedOkta } from '../support/scripted-okta.ts'
import { TestStore } from '../support/store.ts'
import { serve } from '../support/serve.ts'

const alice = 'alice@example.com'

/** What a page has the browser post, and to which route. */
const posts: Record<string, [path: string, fields: Record<string, string>]> = {
  'a start': ['/start', { username: 'mallory@example.com', channel: 'sms' }],
  'a start, through passport.authenticate': [
    '/login',
    { username: 'mallory@example.com', channel: 'sms' },
  ],
  'a code': ['/complete', { code: '1234' }],
  'a cancel': ['/cancel', {}],
}

/** What the app's own page posts. */
const own: typeof posts = {
  ...posts,
  'a start': ['/start', { username: alice, channel: 'sms' }],
  'a resend': ['/resend', { channel: 'voice' }],
}

/** A post that has reached the app; a browser may not have waited for the end of its answer. */
interface Seen {
  req: Request
  res: Response
}

interface Scene extends TestApp {
  okta: ScriptedOkta
  store: TestStore
  seen: Seen[]
}

/** An app with a page of its own under helmet's default headers. */
async function openApp(): Promise<Scene> {
  const okta = new ScriptedOkta()
  const store = new TestStore()
  const seen: Seen[] = []
  const strategy = new OktaOobStrategy({ ...okta.options, limits: false })
  const app = await startApp(strategy, {
    store,
    routes: (server) => {
      server.use(helmet())
      server.use((req, res, next) => {
        if (req.method === 'POST') {
          seen.push({ req, res })
        }
        next()
      })
      const back = { successRedirect: '/login-page', failureRedirect: '/login-page' }
      server.post('/cancel', strategy.cancel(back))
      server.get('/page', (req, res) => {
        const { to, fields } = req.query as Record<string, string>
        res.send(page('', to ?? '', fieldsOf(fields)))
      })
      server.get(['/challenge-page', '/login-page', '/welcome'], (req, res) => {
        res.send(`<!doctype html><title>${req.path}</title>`)
      })
    },
  })
  return { ...app, okta, store, seen }
}

function fieldsOf(json = '{}'): Record<string, string> {
  return JSON.parse(json) as Record<string, string>
}

function addressOf(origin: string, query: Record<string, string>): string {
  return `${origin}/page?${new URLSearchParams(query).toString()}`
}

function page(origin: string, path: string, fields: Record<string, string>): string {
  const inputs = Object.entries(fields)
    .map(([name, value]) => `<input type=hidden name="${name}" value="${value}">`)
    .join('')
  return (
    '<!doctype html><title>A page</title>' +
    `<form method=post action="${origin}${path}">${inputs}<button>Go on</button></form>`
  )
}

/** A server of somebody else's, whose pages post to the app when they are opened. */
async function openAttacker(): Promise<number> {
  const attacker = express()
  attacker.get('/page', (req, res) => {
    const { target, to, fields, policy } = req.query as Record<string, string>
    res.set('Referrer-Policy', policy ?? '')
    res.send(page(target ?? '', to ?? '', fieldsOf(fields)))
  })
  const { port } = await serve(attacker)
  return port
}

/** How a page posts; each comes back when the app has answered. */
const ways: Record<string, (tab: Page) => Promise<unknown>> = {
  'a form': (tab) =>
    Promise.all([tab.waitForURL(/\/login/), tab.evaluate('document.forms[0].submit()')]),
  'fetch with credentials': (tab) => tab.evaluate(fetching('include')),
  'fetch without credentials': (tab) => tab.evaluate(fetching('omit')),
}

/** The answer is kept from the page by helmet; what counts is that the request is sent. */
function fetching(credentials: string): string {
  return `fetch(document.forms[0].action, {
    method: 'POST',
    mode: 'no-cors',
    credentials: '${credentials}',
    body: new URLSearchParams(new FormData(document.forms[0])),
  }).catch(String)`
}

/** Has the app's own page post, as its user does. */
async function postFromOwnPage(tab: Page, origin: string, what: string): Promise<void> {
  const [to, fields] = own[what] ?? ['', {}]
  await tab.goto(addressOf(origin, { to, fields: JSON.stringify(fields) }))
  await Promise.all([tab.waitForURL(/-page|welcome|login/), tab.click('button')])
}

describe('A page of another origin', function () {
  this.timeout(60_000)

  before(function () {
    needsChromium(this)
  })

  for (const [place, host, site] of [
    ['of another site', '127.0.0.1', 'cross-site'],
    ['of another port', 'localhost', 'same-site'],
  ] as const) {
    for (const policy of ['no-referrer', 'unsafe-url']) {
      it(`${place} posts nothing that counts, under ${policy}`, async () => {
        const port = await openAttacker()
        const { origin, okta, store, seen } = await openApp()
        const tab = await visitor()
        await postFromOwnPage(tab, origin, 'a start')
        const before = { sent: okta.sent.length, sessions: await store.contents() }
        seen.length = 0

        for (const [to, fields] of Object.values(posts)) {
          for (const way of Object.values(ways)) {
            const query = { target: origin, to, fields: JSON.stringify(fields), policy }
            await tab.goto(addressOf(`http://${host}:${port}`, query))
            await way(tab)
          }
        }

        expect(seen.map(({ req }) => req.path)).to.deep.equal(
          Object.values(posts).flatMap(([path]) => Object.keys(ways).map(() => path)),
        )
        const foreign = policy === 'no-referrer' ? 'null' : `http://${host}:${port}`
        for (const { req, res } of seen) {
          expect(req.headers).to.include({ 'sec-fetch-site': site })
          expect(req.headers.origin).to.be.oneOf([foreign, `http://${host}:${port}`])
          // The handlers lead a form back to the login page with the reason.
          const refused = res.get('location')?.endsWith('?error=cross_site_request') ? 303 : 403
          expect([req.path, res.statusCode]).to.deep.equal([req.path, refused])
        }
        expect(seen.map(({ req }) => req.headers.origin)).to.include(foreign)
        // SameSite is no help: another port is the same site, and Chromium sends a cookie without
        // that attribute with any form for its first two minutes.
        expect(seen.some(({ req }) => req.headers.cookie !== undefined)).to.equal(true)
        expect(okta.sent).to.have.length(before.sent)
        expect(await store.contents()).to.deep.equal(before.sessions)

        await postFromOwnPage(tab, origin, 'a code')
        expect(new URL(tab.url()).pathname).to.equal('/welcome')
      })
    }
  }

  it('cannot read what waits, nor who is signed in', async () => {
    const port = await openAttacker()
    const { origin } = await openApp()
    const tab = await visitor()
    await postFromOwnPage(tab, origin, 'a start')
    await tab.goto(addressOf(`http://localhost:${port}`, { target: origin, to: '/start' }))

    for (const path of ['/challenge', '/me']) {
      const read = await tab.evaluate(
        `fetch('${origin}${path}', { credentials: 'include' }).then((answer) => answer.text(), String)`,
      )
      expect(read).to.equal('TypeError: Failed to fetch')
    }
  })
})

describe('A page of the app’s own under helmet’s default headers', function () {
  this.timeout(60_000)

  before(function () {
    needsChromium(this)
  })

  it('starts, asks again and completes, although it sends Origin: null', async () => {
    const { origin, seen } = await openApp()
    const tab = await visitor()
    await postFromOwnPage(tab, origin, 'a start')
    await postFromOwnPage(tab, origin, 'a resend')
    await postFromOwnPage(tab, origin, 'a code')

    expect(new URL(tab.url()).pathname).to.equal('/welcome')
    for (const { req } of seen) {
      expect(req.headers).to.include({ origin: 'null', 'sec-fetch-site': 'same-origin' })
    }
    expect(seen.map(({ req, res }) => [req.path, res.get('location')])).to.deep.equal([
      ['/start', '/challenge-page'],
      ['/resend', '/challenge-page'],
      ['/complete', '/welcome'],
    ])
  })

  it('cancels', async () => {
    const { origin, okta } = await openApp()
    const tab = await visitor()
    await postFromOwnPage(tab, origin, 'a start')
    await postFromOwnPage(tab, origin, 'a cancel')
    await postFromOwnPage(tab, origin, 'a code')

    expect(tab.url()).to.equal(`${origin}/login-page?error=no_challenge`)
    expect(okta.sent).to.have.length(1)
  })
})
