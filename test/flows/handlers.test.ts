import { expect } from 'chai'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import session from 'express-session'
import { OktaOobError } from 'passport-okta-oob'
import { stopClock } from '../support/clock.ts'
import { beginFlow, codeOf, shareStandIn } from '../support/flow.ts'
import { newest } from '../support/stand-in.ts'

describe('The handlers', () => {
  const shared = shareStandIn()

  it('answer JSON to who sends it or asks for it, and redirect who prefers pages', async () => {
    const { tab } = await beginFlow(shared.okta)
    const alice = { username: 'alice@example.com' }

    const json = await tab.browser.post('/start', alice, { accept: 'application/json' })
    expect(json.json).to.include({ status: 'challenge' })
    const script = await tab.browser.postJson('/start', alice, { accept: '*/*' })
    expect(script.json).to.include({ status: 'challenge' })
    const page = await tab.browser.post('/start', alice, { accept: 'text/html, */*;q=0.1' })
    expect(page.location).to.equal('/challenge-page')
  })

  it('add the error to the query that a redirect has', async () => {
    const { tab } = await beginFlow(shared.okta, {
      routes: (app, strategy) =>
        app.post('/query', strategy.start({ failureRedirect: '/login-page?lang=de' })),
    })

    const { location } = await tab.browser.post('/query')

    expect(location).to.equal('/login-page?lang=de&error=login_hint_missing')
  })

  it('put the error before a fragment, and encode what verify has named it', async () => {
    const { okta, tab } = await beginFlow(shared.okta, {
      verify: (_claims, done) => {
        done(null, false, { code: 'no seat & no licence' })
      },
      routes: (app, strategy) =>
        app.post('/seat', strategy.complete({ failureRedirect: '/login-page?lang=de#form' })),
    })
    await tab.start({ channel: 'sms' })

    const { location } = await tab.browser.post('/seat', { code: codeOf(okta) })

    expect(location).to.equal('/login-page?lang=de&error=no%20seat%20%26%20no%20licence#form')
  })

  it('hand a fault to the error handler, for scripts and forms alike', async () => {
    const { tab, app } = await beginFlow(shared.okta, {
      strategy: { fetch: () => Promise.reject(new TypeError('no route to host')) },
    })
    const alice = { username: 'alice@example.com' }

    const answers = [
      await tab.browser.postJson('/start', alice),
      await tab.browser.post('/start', alice),
    ]

    for (const { status, headers, json } of answers) {
      expect(status).to.equal(503)
      expect(json.code).to.equal('upstream_unavailable')
      expect(headers.get('retry-after')).to.equal('5')
      expect(headers.get('cache-control')).to.equal('no-store')
    }
    expect(app.errors).to.have.lengthOf(2)
    expect(app.errors[0]).to.be.instanceOf(OktaOobError)
  })

  it('hand on what verify throws', async () => {
    const { okta, tab, app } = await beginFlow(shared.okta, {
      verify: () => {
        throw new RangeError('no such tenant')
      },
    })
    await tab.start({ channel: 'sms' })

    const { page } = await tab.submit(codeOf(okta))

    expect(page.status).to.equal(500)
    expect(app.errors.map(String)).to.deep.equal(['RangeError: no such tenant'])
  })

  it('report a sign-in that is too late for its answer, as every fault', async () => {
    let giveUp = (): void => {}
    let report = (_error: unknown): void => {}
    const reported = new Promise<unknown>((resolve) => {
      report = resolve
    })
    const { okta, tab } = await beginFlow(shared.okta, {
      verify: (claims, done) => {
        giveUp()
        done(null, claims)
      },
      routes: (app, strategy) => {
        const timeLimit: RequestHandler = (_req, res, next) => {
          giveUp = () => res.status(503).end()
          next()
        }
        const onError: ErrorRequestHandler = (error, _req, _res, _next) => {
          report(error)
        }
        app.post('/late', timeLimit, strategy.complete())
        app.use('/late', onError)
      },
    })
    await tab.start({ channel: 'sms' })

    const { status } = await tab.browser.postJson('/late', { code: codeOf(okta) })

    expect(status).to.equal(503)
    expect(await reported).to.include({ code: 'ERR_HTTP_HEADERS_SENT' })
  })

  it('refuse whom verify refuses, without a challenge left', async () => {
    const { okta, tab } = await beginFlow(shared.okta, {
      verify: (_claims, done) => {
        done(null, false, { message: 'Ask your manager.' })
      },
    })
    await tab.start({ channel: 'sms' })

    const refused = await tab.submit(codeOf(okta))

    expect(refused).to.include({ status: 403, code: 'access_denied', message: 'Ask your manager.' })
    expect(await tab.user()).to.equal(undefined)
    expect(await tab.challenge()).to.equal(undefined)
  })
})

describe('okta.complete()', () => {
  const shared = shareStandIn()

  it('needs req.logIn, and asks nothing of Okta without it', async () => {
    const { okta, tab, app, calls } = await beginFlow(shared.okta, {
      app: { sessions: false },
      routes: (express, strategy) => {
        express.use(session({ secret: 'test', resave: false, saveUninitialized: false }))
        express.post('/alone/complete', strategy.complete())
      },
    })
    await tab.start({ channel: 'sms' })
    const before = calls.sent.length

    const answer = await tab.browser.postJson('/alone/complete', { code: codeOf(okta) })

    expect(answer.status).to.equal(500)
    expect(answer.json.code).to.equal('configuration_error')
    expect(answer.headers.get('cache-control')).to.equal('no-store')
    expect(app.errors[0]).to.be.instanceOf(OktaOobError)
    expect(calls.sent).to.have.lengthOf(before)
    expect(await tab.challenge()).to.include({ channel: 'sms' })
  })
})

describe('okta.challenge()', () => {
  const shared = shareStandIn()
  const json = { accept: 'application/json' }

  it('tells a script what waits, and nothing that is not for browsers', async () => {
    const { tab } = await beginFlow(shared.okta)
    const { challenge } = await tab.start()

    const { status, headers, json: answer } = await tab.browser.get('/challenge', json)

    expect(status).to.equal(200)
    expect(answer).to.deep.equal({ status: 'challenge', challenge })
    expect(answer.challenge).to.have.all.keys([
      'channel',
      'bindingMethod',
      'bindingCode',
      'expiresAt',
      'interval',
      'resendAt',
    ])
    expect(headers.get('cache-control')).to.equal('no-store')
  })

  it('leaves a page to the app', async () => {
    const { tab } = await beginFlow(shared.okta)
    const { challenge } = await tab.start({ channel: 'sms' })

    const { json: answer, headers } = await tab.browser.get('/challenge')

    expect(answer.page).to.deep.equal({ status: 'challenge', challenge })
    expect(headers.get('cache-control')).to.equal('no-store')
  })

  it('answers 403 when nothing waits', async () => {
    const { tab } = await beginFlow(shared.okta)

    const script = await tab.browser.get('/challenge', json)
    expect(script.status).to.equal(403)
    expect(script.json).to.containSubset({ status: 'failed', error: { code: 'no_challenge' } })
    const page = await tab.browser.get('/challenge')
    expect(page.status).to.equal(403)
    expect(page.json.page.error.code).to.equal('no_challenge')
    expect(page.headers.get('cache-control')).to.equal('no-store')
  })
})

describe('okta.resend()', () => {
  const shared = shareStandIn()

  it('sends another text to the same user, whose older code is worth nothing then', async () => {
    const clock = stopClock()
    const { okta, tab } = await beginFlow(shared.okta)
    await tab.start({ channel: 'sms' })
    const older = codeOf(okta)
    clock.tick(30_000)

    const resent = await tab.resend()

    expect(resent.challenge).to.include({ channel: 'sms' })
    expect(codeOf(okta)).not.to.equal(older)
    expect((await tab.submit(older)).code).to.equal('incorrect_code')
    expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
  })

  it('goes to the user of the challenge through another channel, whoever the body names', async () => {
    const clock = stopClock()
    const { okta, tab } = await beginFlow(shared.okta)
    await tab.start({ channel: 'push' })
    const push = newest(okta)

    const fields = { channel: 'voice', username: 'bob@example.com' }
    const { json } = await tab.browser.postJson('/resend', fields)

    expect(json.challenge).to.include({ channel: 'voice', bindingMethod: 'prompt' })
    expect(newest(okta)).to.include({ channel: 'voice' })
    const [call] = okta.directory.messages()
    expect(call?.user?.username).to.equal('alice@example.com')
    okta.directory.answer(push.id, { number: push.numbers?.[0] ?? '' })
    clock.tick(5000)
    expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
    expect(await tab.user()).to.equal('alice@example.com')
  })

  it('takes a channel that Okta calls by another name for the one of the app', async () => {
    const clock = stopClock()
    const { okta, tab } = await beginFlow(shared.okta, {
      strategy: {
        channels: ['voice', 'sms'],
        fetch: async (url, init) => {
          const answer = await fetch(url, init)
          return url.endsWith('/oob-authenticate') && answer.ok
            ? Response.json({ ...((await answer.json()) as object), channel: 'call' })
            : answer
        },
      },
    })
    await tab.start({ channel: 'voice' })
    const older = newest(okta).id
    clock.tick(30_000)

    const resent = await tab.resend()

    expect(resent.code).to.equal('challenge_started')
    expect(newest(okta)).to.include({ channel: 'voice' }).and.not.include({ id: older })
  })

  it('that fails leaves the earlier challenge to be completed', async () => {
    const { okta, tab } = await beginFlow(shared.okta, { strategy: { concealUnknownUsers: false } })
    await tab.start({ username: 'carol@example.com', channel: 'sms' })

    const refused = await tab.resend({ channel: 'push' })

    expect(refused.code).to.equal('access_denied')
    const code = codeOf(okta, 'carol@example.com')
    expect((await tab.submit(code)).code).to.equal('complete')
  })
})
