import { expect } from 'chai'
import type { RequestHandler } from 'express'
import type { Clock } from '@sinonjs/fake-timers'
import {
  OktaOobError,
  OktaOobStrategy,
  type OktaOobStrategyOptions,
  type Verify,
} from 'passport-okta-oob'
import { refusals } from '../support/account.ts'
import { drive, request } from '../support/actions.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { onEvent } from '../support/audit.ts'
import type { Browser, Page } from '../support/browser.ts'
import { stopClock } from '../support/clock.ts'
import { warningsOf } from '../support/warnings.ts'
import { endpointOf, ScriptedOkta } from '../support/scripted-okta.ts'
import { alice, answerWith, nancy } from '../support/strangers.ts'

const minute = 60_000

/** Tests share the process, whose warnings of the last minute count: each has an hour of its own. */
let hours = 0
function newHour(): Clock {
  hours += 1
  return stopClock(Date.now() + hours * 60 * minute)
}

type Options = Omit<OktaOobStrategyOptions, 'passReqToCallback' | 'passTokensToCallback'>

interface Opened extends TestApp {
  okta: ScriptedOkta
  tab: Browser
}

async function open(options: Options = {}, verify?: Verify): Promise<Opened> {
  const okta = new ScriptedOkta()
  const client = options.resolve ? {} : okta.options
  const strategy = new OktaOobStrategy({ limits: false, ...client, ...options }, verify)
  const app = await startApp(strategy, {
    routes: (server, passport) => {
      server.post('/bare', passport.authenticate('okta-oob') as RequestHandler)
      server.use('/pages', strategy.routes())
    },
  })
  return { ...app, okta, tab: app.browser() }
}

const texted = { username: alice, channel: 'sms' }
const wrongSecret = {
  status: 401,
  error: 'invalid_client',
  error_description: 'The client secret supplied for a confidential client is invalid.',
}
const refusesSecret = (okta: ScriptedOkta): void => {
  okta.answers.start = () =>
    Response.json(wrongSecret, { status: 401, headers: { 'x-okta-request-id': 'aGVsbG8' } })
}

describe('A fault that nobody listens to', () => {
  it('is a process warning with its code, its cause and Okta’s request', async () => {
    newHour()
    const { okta, tab } = await open()
    refusesSecret(okta)
    const warnings = warningsOf('OKTA_OOB_FAULT')

    expect((await tab.postJson('/start', texted)).status).to.equal(500)

    expect(await warnings()).to.deep.equal([
      'A sign-in has failed. configuration_error (500): Sign-in is not set up correctly. Cause: ' +
        'Okta answered 401 invalid_client, The client secret supplied for a confidential client ' +
        'is invalid. (request aGVsbG8)',
    ])
  })

  const doors: Record<string, (tab: Browser) => Promise<Page>> = {
    'passport.authenticate': (tab) => tab.postJson('/bare', texted),
    'passport.authenticate with a callback': (tab) => tab.postJson('/login', texted),
    'a handler': (tab) => tab.post('/start', texted),
    'the pages': (tab) => tab.post('/pages', texted),
    'the pages, as JSON': (tab) => tab.postJson('/pages', texted),
  }
  for (const [door, start] of Object.entries(doors)) {
    it(`is one through every door: ${door}`, async () => {
      const clock = newHour()
      const { okta, tab } = await open()
      const warnings = warningsOf('OKTA_OOB_FAULT')
      for (const fail of [refusesSecret, down]) {
        fail(okta)
        expect((await start(tab)).status).to.be.at.least(500)
        clock.tick(minute)
      }

      const told = await warnings()
      expect(told).to.have.length(2)
      expect(told[0]).to.include('configuration_error')
      expect(told[1]).to.match(/upstream_unavailable \(503\): .* Cause: Okta answered 503/)
    })
  }

  it('is one a minute for each code', async () => {
    const clock = newHour()
    const { okta, tab } = await open()
    const warnings = warningsOf('OKTA_OOB_FAULT')
    const fail = async (how: (okta: ScriptedOkta) => void): Promise<void> => {
      how(okta)
      await tab.postJson('/start', texted)
    }

    await fail(down)
    await fail(down)
    await fail(refusesSecret)
    clock.tick(minute - 1)
    await fail(down)
    expect(await warnings()).to.have.length(2)

    clock.tick(1)
    await fail(down)
    await fail(down)
    expect(await warnings()).to.have.length(3)
  })

  it('is told of after a clock has been set back', async () => {
    const clock = newHour()
    const { okta, tab } = await open()
    down(okta)
    const warnings = warningsOf('OKTA_OOB_FAULT')
    await tab.postJson('/start', texted)
    clock.setSystemTime(Date.now() - 30 * minute)
    await tab.postJson('/start', texted)

    expect(await warnings()).to.have.length(2)
  })

  it('is told of in production, too', async () => {
    newHour()
    process.env['NODE_ENV'] = 'production'
    const { okta, tab } = await open()
    down(okta)
    const warnings = warningsOf('OKTA_OOB_FAULT')
    await tab.postJson('/start', texted)

    expect(await warnings()).to.have.length(1)
  })

  it('names the network’s reason', async () => {
    newHour()
    const { tab } = await open({
      fetch: () => Promise.reject(new TypeError('fetch failed', { cause: unknownHost })),
    })
    const warnings = warningsOf('OKTA_OOB_FAULT')
    await tab.postJson('/start', texted)

    expect((await warnings())[0]).to.match(
      /upstream_unavailable .* Cause: fetch failed: getaddrinfo ENOTFOUND exampel\.okta\.com$/,
    )
  })

  it('names the reason of a connection that was tried at several addresses', async () => {
    newHour()
    const tried = [new Error('connect ECONNREFUSED ::1:9'), new Error('connect ECONNREFUSED')]
    const { tab } = await open({ fetch: () => Promise.reject(new AggregateError(tried)) })
    const warnings = warningsOf('OKTA_OOB_FAULT')
    await tab.postJson('/start', texted)

    expect((await warnings())[0]).to.match(/Cause: connect ECONNREFUSED ::1:9$/)
  })

  it('names what is wrong with an ID token', async () => {
    newHour()
    const { okta, tab } = await open({ idTokenSignedResponseAlg: 'ES256' })
    const tokens = await okta.wire.tokens()
    okta.answers.token = () => Response.json(tokens)
    await tab.postJson('/start', texted)
    const warnings = warningsOf('OKTA_OOB_FAULT')
    expect((await tab.postJson('/complete', { code: '123456' })).status).to.equal(502)

    expect((await warnings())[0]).to.match(/id_token_invalid \(502\): .* Cause: .*alg/i)
  })

  it('names the app’s own error, and where it was thrown', async () => {
    newHour()
    const { tab } = await open({}, async function findUser() {
      throw new TypeError('no table "users"')
    })
    await tab.postJson('/start', texted)
    const warnings = warningsOf('OKTA_OOB_FAULT')
    await tab.postJson('/complete', { code: '123456' })

    expect((await warnings())[0]).to.match(
      /^A sign-in has failed\. TypeError: no table "users" \(at .*findUser .*fault-warnings/,
    )
  })

  it('is a missing session or login, and what the app’s callback throws', async () => {
    const clock = newHour()
    const okta = new OktaOobStrategy(new ScriptedOkta().options)
    const warnings = warningsOf('OKTA_OOB_FAULT')
    await drive(okta, { ...request(texted), session: undefined })
    clock.tick(minute)
    const { tab } = await open()
    await tab.postJson('/start', texted)
    const bare = await startApp(okta, {
      routes: (server) => {
        server.post('/without-login', (req, _res, next) => {
          Object.assign(req, { logIn: undefined })
          next()
        })
        server.post('/without-login', okta.complete())
      },
    })
    await bare.browser().postJson('/without-login')
    await drive(okta, request(texted), {}, { fail: throwing })

    const told = await warnings()
    expect(told[0]).to.include('session_missing (500)').and.include('express-session')
    expect(told[1]).to.include('configuration_error (500)').and.include('passport.session()')
    expect(told[2]).to.include('Error: the callback is wrong')
    expect(told).to.have.length(3)
  })

  it('is a look at a challenge that has failed, and a login that does not work', async () => {
    const clock = newHour()
    let works = true
    const resolve = () => {
      if (!works) {
        throw new Error('no directory of tenants')
      }
      return new ScriptedOkta().options
    }
    const { tab, passport } = await open({ resolve })
    await tab.postJson('/start', texted)
    const warnings = warningsOf('OKTA_OOB_FAULT')
    works = false
    await tab.get('/challenge', { accept: 'application/json' })
    clock.tick(minute)
    await tab.get('/pages/challenge')
    works = true
    clock.tick(minute)
    passport.serializeUser((_user, done) => {
      done(new Error('no place for users'))
    })
    ;(passport as unknown as { _serializers: unknown[] })._serializers.shift()
    await tab.postJson('/complete', { code: '123456' })

    const told = await warnings()
    expect(told).to.have.length(3)
    expect(told[0]).to.include('Error: no directory of tenants')
    expect(told[1]).to.include('Error: no directory of tenants')
    expect(told[2]).to.include('Error: no place for users')
  })

  const unseen: Record<string, (opened: Opened, clock: Clock) => Promise<unknown>> = {
    'a refusal of the user’s': async ({ okta, tab }) => {
      okta.answers.token = () => answerWith(refusals.wrongCode)
      await tab.postJson('/start', texted)
      await tab.postJson('/complete', { code: '000000' })
      await tab.postJson('/start', { username: '' })
      await tab.postJson('/start', texted, { 'sec-fetch-site': 'cross-site' })
    },
    'Okta’s own limit': async ({ okta, tab }) => {
      okta.answers.start = () => Response.json({}, { status: 429 })
      expect((await tab.postJson('/start', texted)).status).to.equal(429)
    },
    'a fault while a push is waited for': async ({ okta, tab }, clock) => {
      await tab.postJson('/start', { username: alice })
      clock.tick(5000)
      okta.answers.token = () => Response.json({}, { status: 503 })
      expect((await tab.postJson('/complete')).json.status).to.equal('pending')
    },
    'a body that cannot be parsed': async ({ origin, errors }) => {
      const headers = { 'content-type': 'application/json' }
      await fetch(`${origin}/start`, { method: 'POST', headers, body: '{"username":' })
      expect(errors[0]).to.include({ status: 400, type: 'entity.parse.failed' })
    },
  }
  for (const [what, act] of Object.entries(unseen)) {
    it(`is not ${what}`, async () => {
      const clock = newHour()
      const opened = await open()
      const warnings = warningsOf('OKTA_OOB_FAULT')
      await act(opened, clock)

      expect(await warnings()).to.deep.equal([])
    })
  }

  it('is not a browser that has gone', async () => {
    newHour()
    const scripted = new ScriptedOkta()
    const leave = new AbortController()
    let over = false
    const { server, origin } = await open({
      fetch: async (url, init) => {
        if (endpointOf(url) === 'start') {
          leave.abort()
          await closed
          over = true
          init.signal?.throwIfAborted()
        }
        return scripted.options.fetch(url, init)
      },
    })
    const closed = new Promise<void>((resolve) => {
      server.on('request', (_req, res) => res.once('close', resolve))
    })
    const warnings = warningsOf('OKTA_OOB_FAULT')
    const body = new URLSearchParams(texted)
    const { signal } = leave
    const left = await fetch(`${origin}/pages`, { method: 'POST', body, signal }).catch(String)

    expect(left).to.match(/abort/i)
    await closed
    await warnings()
    expect(over).to.equal(true)
    expect(await warnings()).to.deep.equal([])
  })

  it('is not a refusal that the app’s own functions throw', async () => {
    newHour()
    const { tab } = await open({
      beforeStart: () => {
        throw new OktaOobError('rate_limited')
      },
    })
    const warnings = warningsOf('OKTA_OOB_FAULT')

    expect((await tab.postJson('/start', texted)).status).to.equal(429)
    expect(await warnings()).to.deep.equal([])
  })
})

describe('A fault with a subscriber', () => {
  it('is one event, with the user that it is about, and no warning', async () => {
    newHour()
    const { okta, tab } = await open()
    down(okta)
    const heard: object[] = []
    onEvent('failure', (message) => heard.push(message))
    const warnings = warningsOf('OKTA_OOB_FAULT')
    for (const path of ['/start', '/login', '/bare', '/pages']) {
      await tab.postJson(path, texted)
    }

    expect(heard).to.have.length(4)
    for (const message of heard) {
      expect(message).to.containSubset({ code: 'upstream_unavailable', cause: { status: 503 } })
      expect(message)
        .to.have.property('user')
        .that.matches(/^[\w-]{22}$/)
    }
    expect(await warnings()).to.deep.equal([])
  })
})

describe('The warning of a fault', () => {
  const code = '48151623'
  /** The message of a warning whose app has thrown this in `verify`. */
  async function toldOf(thrown: unknown, username = nancy): Promise<string> {
    newHour()
    const { tab } = await open({}, () => Promise.reject(thrown))
    await tab.postJson('/start', { username, channel: 'sms' })
    const warnings = warningsOf('OKTA_OOB_FAULT')
    await tab.postJson('/complete', { code })
    return (await warnings())[0] ?? ''
  }

  it('has no username, code, token or session in it, whatever the app’s errors say', async () => {
    const token = 'eyJhbGciOiJSUzI1NiIsImtpZCI6ImtleS0xIn0.eyJzdWIiOiIwMHUxYWxpY2UifQ.c2ln'
    const session = JSON.stringify({ cookie: { path: '/' }, cart: 'canary', n: { m: 1 } })
    const told = await toldOf(
      new Error(`Nancy@Example.com, ${code}, other@example.org, ${token}: insert '${session}' now`),
    )

    expect(told).to.match(
      /Error: \[redacted\], \[redacted\], \[redacted\], \[redacted\]\S*: insert '{…}' now/,
    )
    for (const secret of ['ancy', code, 'other', 'eyJhbGci', 'canary']) {
      expect(told).to.not.include(secret)
    }
  })

  it('has neither the username as it was typed nor as it is sent, nor a part of a cut text', async () => {
    const typed = 'ｎａｎｃｙ.surname'
    const told = await toldOf(
      new Error(`${typed} and nancy.surname ${'x '.repeat(290)}nancy.surname ${'y '.repeat(9000)}`),
      typed,
    )

    expect(told).to.include('Error: [redacted] and [redacted] x x')
    expect(told).to.have.lengthOf.below(700)
    expect(told).to.not.include('nan').and.not.include('ｎａｎ')
  })

  it('can be read, however short the username is', async () => {
    const told = await toldOf(new Error('The user e has no entry'), 'e')

    expect(told).to.include('The user [redacted] has no entry')
  })

  it('is one line, without control characters', async () => {
    const told = await toldOf(new Error('one\r\n(node:1) [FAKE] Warning\u2028\u001B[31mred'))

    expect(told).to.include('one (node:1) [FAKE] Warning [31mred')
    expect(told).to.not.match(/[\p{Cc}\p{Zl}]/u)
  })

  it('has no members of a store’s error, such as its command', async () => {
    newHour()
    const failure = Object.assign(new Error('MOVED 12182'), {
      command: { name: 'SET', args: ['sess:1', 'canary'] },
    })
    const { tab, store } = await open()
    store.set = (_id, _data, done) => done?.(failure)
    const warnings = warningsOf('OKTA_OOB_FAULT')
    await tab.postJson('/start', texted)

    const [told] = await warnings()
    expect(told).to.match(/session_failed \(500\): .* Cause: MOVED 12182$/)
  })

  for (const thrown of ['text', undefined, { no: 'error' }, Object.create(null), circular()]) {
    it(`names what is no error, too: ${typeof thrown}`, async () => {
      expect(await toldOf(thrown)).to.match(/^A sign-in has failed\. Error: \w+/)
    })
  }
})

const unknownHost = Object.assign(new Error('getaddrinfo ENOTFOUND exampel.okta.com'), {
  code: 'ENOTFOUND',
})

function down(okta: ScriptedOkta): void {
  okta.answers.start = () => Response.json({}, { status: 503 })
}

function throwing(): never {
  throw new Error('the callback is wrong')
}

function circular(): Error {
  const error = new Error('again')
  error.cause = error
  return error
}
