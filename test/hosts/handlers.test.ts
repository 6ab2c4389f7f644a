import { expect } from 'chai'
import type { IncomingMessage } from 'node:http'
import { OktaOobStrategy, type OktaOobAnswer, type OktaOobStrategyOptions } from 'passport-okta-oob'
import type { StandIn } from '../../example/okta/stand-in.ts'
import { Browser } from '../support/browser.ts'
import { stopClock } from '../support/clock.ts'
import { approve, codeOf, shareStandIn, wrongCodeOf } from '../support/flow.ts'
import { clientOf } from '../support/stand-in.ts'
import { seenBy, sessions, showUser, type HostedApp } from './pages-app.ts'
import { hosts, parsingHosts, type Host, type Middleware } from './servers.ts'

const alice = 'alice@example.com'

/** The app's answer to what a handler has left to it. */
const showAnswer: Middleware = (req, res) => {
  const { oktaOob } = req as IncomingMessage & { oktaOob?: OktaOobAnswer }
  res.end(JSON.stringify({ answer: oktaOob }))
}

/** Serves the handlers with redirects, and below `/own` without any. */
async function startHandlersOn(
  { start }: Host,
  okta: StandIn,
  options: OktaOobStrategyOptions = {},
): Promise<HostedApp> {
  const oob = new OktaOobStrategy({ limits: false, ...clientOf(okta.issuer), ...options })
  const redirects = { challengeRedirect: '/challenge-page', failureRedirect: '/login-page' }
  const successRedirect = '/welcome'
  const handlers = {
    '/own/start': oob.start(),
    '/own/complete': oob.complete(),
    '/own/challenge': oob.challenge(),
    '/own/cancel': oob.cancel(),
    '/start': oob.start(redirects),
    '/complete': oob.complete({ ...redirects, successRedirect }),
    '/challenge': oob.challenge(),
    '/resend': oob.resend(redirects),
    '/cancel': oob.cancel({ successRedirect: '/login-page' }),
  }
  const mounted = Object.entries(handlers).map(([path, handler]): [string, Middleware] => [
    path,
    handler as Middleware,
  ])
  const origin = await start({
    middleware: [...sessions(oob), ['/me', showUser], ...mounted, ['/own', showAnswer]],
    echo: '/echo',
  })
  return seenBy(new Browser(origin), '')
}

function describeHandlers(host: Host, shared: ReturnType<typeof shareStandIn>): void {
  it('redirect a page through a sign-in', async () => {
    const { okta } = shared
    const { browser, user } = await startHandlersOn(host, okta)

    const started = await browser.post('/start', { username: alice, channel: 'sms' })
    expect([started.status, started.location]).to.deep.equal([303, '/challenge-page'])
    expect(started.headers.get('cache-control')).to.equal('no-store')
    const wrong = await browser.post('/complete', { code: wrongCodeOf(okta) })
    expect([wrong.status, wrong.location]).to.deep.equal([
      303,
      '/challenge-page?error=incorrect_code',
    ])
    const resent = await browser.post('/resend', { channel: 'voice' })
    expect(resent.location).to.equal('/challenge-page')
    const done = await browser.post('/complete', { code: codeOf(okta) })
    expect([done.status, done.location]).to.deep.equal([303, '/welcome'])
    expect(await user()).to.equal(alice)
  })

  it('answer a script in JSON, while a push is pending and when it is approved', async () => {
    const clock = stopClock()
    const { okta } = shared
    const { browser, user } = await startHandlersOn(host, okta)

    const started = await browser.postJson('/start', { username: alice, channel: 'push' })
    expect(started.status).to.equal(200)
    expect(started.headers.get('content-type')).to.match(/^application\/json\b/)
    const pending = await browser.postJson('/complete')
    expect(pending.json).to.include({ status: 'pending', retryAfter: 5 })
    const shown = await browser.get('/challenge', { accept: 'application/json' })
    expect(shown.json).to.deep.equal(started.json)
    approve(okta, started.json.challenge)
    clock.tick(5000)
    const done = await browser.postJson('/complete')
    expect(done.json).to.deep.equal({ status: 'complete', redirectTo: '/welcome' })
    expect(await user()).to.equal(alice)
  })

  it('cancel for a page and for a script', async () => {
    const { browser } = await startHandlersOn(host, shared.okta)
    await browser.postJson('/start', { username: alice, channel: 'sms' })

    const page = await browser.post('/cancel')
    expect([page.status, page.location]).to.deep.equal([303, '/login-page'])
    const script = await browser.postJson('/cancel')
    expect(script.json).to.deep.equal({ status: 'cancelled' })
    const none = await browser.get('/challenge', { accept: 'application/json' })
    expect(none.status).to.equal(403)
    expect(none.json.error.code).to.equal('no_challenge')
  })

  it('leave their answer on req.oktaOob, and the status set, where the app answers', async () => {
    const { okta } = shared
    const { browser, user } = await startHandlersOn(host, okta)

    const started = await browser.post('/own/start', { username: alice, channel: 'sms' })
    expect(started.status).to.equal(200)
    expect(started.json.answer).to.include({ status: 'challenge' })
    const shown = await browser.get('/own/challenge')
    expect(shown.json).to.deep.equal(started.json)
    const wrong = await browser.post('/own/complete', { code: wrongCodeOf(okta) })
    expect(wrong.status).to.equal(401)
    expect(wrong.json.answer).to.containSubset({
      status: 'failed',
      error: { code: 'incorrect_code' },
    })
    const done = await browser.post('/own/complete', { code: codeOf(okta) })
    expect(done.json.answer).to.deep.equal({ status: 'complete' })
    expect(await user()).to.equal(alice)
    const cancelled = await browser.post('/own/cancel')
    expect(cancelled.json.answer).to.deep.equal({ status: 'cancelled' })
  })

  it('hand a fault of Okta’s to the host’s error handler', async () => {
    const { browser } = await startHandlersOn(host, shared.okta, {
      fetch: () => Promise.reject(new TypeError('down')),
    })

    const answers = [
      await browser.post('/start', { username: alice, channel: 'sms' }),
      await browser.postJson('/start', { username: alice, channel: 'sms' }),
    ]

    expect(answers.map(({ status }) => status)).to.deep.equal([503, 503])
  })
}

describe('The handlers', function () {
  this.timeout(10_000)
  const shared = shareStandIn()
  for (const name of ['connect', 'Express 4', 'Express 5']) {
    describe(`in ${name}, without a body parser`, () => {
      describeHandlers(hosts[name] as Host, shared)
    })
    describe(`in ${name}, behind a body parser`, () => {
      describeHandlers(parsingHosts[name] as Host, shared)
    })
  }
})
