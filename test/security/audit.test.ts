import { expect } from 'chai'
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { OktaOobError, OktaOobStrategy, type OktaOobStrategyOptions } from 'passport-okta-oob'
import { refusals } from '../support/account.ts'
import { startApp } from '../support/app.ts'
import { listen, onEvent, type Reported } from '../support/audit.ts'
import type { Browser } from '../support/browser.ts'
import { stopClock } from '../support/clock.ts'
import { beginFlow, codeOf, shareStandIn, wrongCodeOf } from '../support/flow.ts'
import { whenOver } from '../support/resources.ts'
import { ScriptedOkta } from '../support/scripted-okta.ts'
import { alice, answerWith, nancy, oktaThatRefusesNancy } from '../support/strangers.ts'
import { forgetLimits } from '../support/limits.ts'

const hashKey = 'canary-hash-key'
const address = '127.0.0.1'

interface Options extends OktaOobStrategyOptions {
  passReqToCallback?: false
  passTokensToCallback?: false
}

async function openApp(okta: ScriptedOkta, options: Options = {}): Promise<Browser> {
  const channels = ['push', 'sms', 'voice', 'email']
  const strategy = new OktaOobStrategy({ ...okta.options, channels, hashKey, ...options })
  return (await startApp(strategy)).browser()
}

/** The events without what every one of them says of its user. */
function stories(reported: Reported[]): unknown[] {
  return reported.map(({ event, message }) => {
    const { issuer, clientId, user, ...rest } = message
    expect(clientId).to.be.a('string')
    expect(issuer).to.match(/^https?:/)
    expect(user ?? '').to.match(event === 'fallback' ? /^$/ : /^[\w-]{22}$/)
    return [event, rest]
  })
}

const pending = () => answerWith(refusals.pending)
const wrong = () => answerWith(refusals.wrongCode)

describe('What is reported', () => {
  const shared = shareStandIn()

  it('a sign-in with a code: start, send, the wrong code, success', async () => {
    const { tab, okta } = await beginFlow(shared.okta)
    const reported = listen()
    await tab.start({ channel: 'sms' })
    await tab.submit(wrongCodeOf(okta))
    await tab.submit(codeOf(okta))

    const { challenge, sub } = reported.at(-1)?.message ?? {}
    expect(challenge).to.match(/^[\w-]{27}$/)
    expect(sub).to.be.a('string')
    const of = { challenge, channel: 'sms', factor: 1 }
    const [, , failure] = reported
    const { cause } = failure?.message ?? {}
    expect(cause).to.include({ status: 400, error: 'invalid_grant' })
    expect(stories(reported)).to.deep.equal([
      ['start', { channel: 'sms', factor: 1, resend: false, address }],
      ['send', { ...of, bindingMethod: 'prompt' }],
      ['failure', { code: 'incorrect_code', cause }],
      ['success', { ...of, sub }],
    ])
  })

  it('a push: each answer of Okta’s that it is pending, and its faults', async () => {
    const clock = stopClock()
    const okta = new ScriptedOkta()
    const tab = await openApp(okta)
    const reported = listen()
    await tab.postJson('/start', { username: alice })
    clock.tick(5000)
    okta.answers.token = pending
    await tab.postJson('/complete')
    await tab.postJson('/complete') // not asked
    clock.tick(5000)
    okta.answers.token = () => new Response('', { status: 502 })
    await tab.postJson('/complete')

    const { challenge } = reported.at(-1)?.message ?? {}
    const of = { challenge, channel: 'push', factor: 1 }
    expect(stories(reported)).to.deep.equal([
      ['start', { channel: 'push', factor: 1, resend: false, address }],
      ['send', { ...of, bindingMethod: 'transfer' }],
      ['pending', of],
      ['pending', { ...of, code: 'upstream_unavailable', cause: { status: 502 } }],
    ])
  })

  it('a second factor, and the methods that the ID token names', async () => {
    const clock = stopClock()
    const { tab, okta } = await beginFlow(shared.okta, {
      strategy: { mfa: { channels: ['push'] } },
    })
    const reported = listen()
    await tab.start({ username: 'erin@example.com', channel: 'sms' })
    const { challenge } = await tab.submit(codeOf(okta, 'erin@example.com'))
    expect(challenge).to.include({ factor: 2 })
    const [message] = okta.directory.messages('erin@example.com')
    okta.directory.answer(message?.id ?? '', { number: challenge?.bindingCode ?? '' })
    clock.tick(5000)
    await tab.poll()

    expect(reported.map(({ event, message: { factor } }) => [event, factor])).to.deep.equal([
      ['start', 1],
      ['send', 1],
      ['start', 2],
      ['send', 2],
      ['success', 2],
    ])
    expect(reported[2]?.message).to.include({ channel: 'push', resend: false })
  })

  it('the methods that the user has proven, where the ID token names them', async () => {
    const okta = new ScriptedOkta()
    const idToken = await okta.wire.idToken({ amr: ['pwd', 'sms', 7] })
    const tokens = await okta.wire.tokens(idToken)
    okta.answers.token = () => Response.json(tokens)
    const tab = await openApp(okta)
    const reported = listen()
    await tab.postJson('/start', { username: alice, channel: 'sms' })
    await tab.postJson('/complete', { code: '1234' })

    expect(reported.at(-1)).to.containSubset({
      event: 'success',
      message: { sub: '00u1alice', amr: ['pwd', 'sms', '7'] },
    })
  })

  it('a resend, as one', async () => {
    const clock = stopClock()
    const tab = await openApp(new ScriptedOkta())
    await tab.postJson('/start', { username: alice, channel: 'sms' })
    clock.tick(30_000)
    const reported = listen()
    await tab.postJson('/resend', { channel: 'voice' })

    expect(stories(reported)[0]).to.deep.equal([
      'start',
      { channel: 'voice', factor: 1, resend: true, address },
    ])
  })

  it('a limit, and what it has refused', async () => {
    stopClock()
    const tab = await openApp(new ScriptedOkta())
    await tab.postJson('/start', { username: alice, channel: 'sms' })
    const reported = listen()
    await tab.postJson('/start', { username: alice, channel: 'sms' })

    expect(stories(reported)).to.deep.equal([
      ['start', { channel: 'sms', factor: 1, resend: false, address }],
      ['limit', { limit: 'sends', retryAfter: 30, address }],
      ['failure', { code: 'rate_limited', cause: undefined }],
    ])
  })

  it('a challenge that wrong codes have ended, and one that they have closed', async () => {
    stopClock()
    const okta = new ScriptedOkta()
    okta.answers.token = wrong
    const limits = { sends: false, codesPerUser: { points: 6, duration: 3600 } } as const
    const tab = await openApp(okta, { limits })
    const reported = listen()
    for (const codes of [4, 3]) {
      await tab.postJson('/start', { username: alice, channel: 'sms' })
      for (let code = 0; code < codes; code += 1) {
        await tab.postJson('/complete', { code: `100${code}` })
      }
    }

    const ids = reported.filter(({ event }) => event === 'send')
    const [first, second] = ids.map(({ message: { challenge } }) => ({
      challenge,
      channel: 'sms',
      factor: 1,
    }))
    const cause = { status: 400, error: 'invalid_grant' }
    const told = stories(reported).filter(([event]: any) => !/start|send/.test(event))
    expect(told).to.containSubset([
      ['failure', { code: 'incorrect_code', cause }],
      ['failure', { code: 'incorrect_code', cause }],
      ['failure', { code: 'incorrect_code', cause }],
      ['lock', { ...first, limit: 'codesPerChallenge' }],
      ['failure', { code: 'too_many_attempts', cause }],
      ['failure', { code: 'incorrect_code', cause }],
      ['lock', { ...second, limit: 'codesPerUser', retryAfter: 3600 }],
      ['failure', { code: 'too_many_attempts' }],
      ['limit', { limit: 'codesPerUser', retryAfter: 3600 }],
      ['failure', { code: 'too_many_attempts' }],
    ])
    expect(told).to.have.length(10)
  })

  it('a decoy, with Okta’s reason', async () => {
    const tab = await openApp(oktaThatRefusesNancy('sms'))
    const reported = listen()
    await tab.postJson('/start', { username: nancy, channel: 'sms' })
    await tab.postJson('/complete', { code: '1234' })

    const { challenge, cause } = reported[1]?.message ?? {}
    expect(cause).to.include({ status: 400, error: 'invalid_grant' })
    expect(stories(reported)).to.deep.equal([
      ['start', { channel: 'sms', factor: 1, resend: false, address }],
      ['decoy', { challenge, channel: 'sms', factor: 1, cause }],
      ['failure', { code: 'incorrect_code', cause: undefined }],
    ])
  })

  it('the move to the endpoint that follows /oob-authenticate, once', async () => {
    const okta = new ScriptedOkta()
    let starts = 0
    okta.answers.start = () => {
      starts += 1
      return starts === 1 ? answerWith({ status: 404, error: 'not_found' }) : undefined
    }
    const tab = await openApp(okta)
    const reported = listen()
    await tab.postJson('/start', { username: alice, channel: 'sms' })
    await tab.postJson('/start', { username: 'bob@example.com', channel: 'sms' })

    const base = 'https://example.okta.com/oauth2/v1'
    const moves = stories(reported.filter(({ event }) => event === 'fallback'))
    expect(moves).to.deep.equal([
      ['fallback', { from: `${base}/oob-authenticate`, to: `${base}/primary-authenticate` }],
    ])
  })

  it('a callback that fails, without a code; one that says no, with access_denied', async () => {
    const answers = [
      (_: unknown, done: (error: unknown) => void) => {
        done(new Error('canary'))
      },
      (_: unknown, done: (error: unknown, user: false) => void) => {
        done(null, false)
      },
    ]
    const failures: unknown[] = []
    const users = new Set<unknown>()
    for (const verify of answers) {
      forgetLimits()
      const strategy = new OktaOobStrategy(new ScriptedOkta().options, verify)
      const tab = (await startApp(strategy)).browser()
      await tab.postJson('/start', { username: alice, channel: 'sms' })
      const reported = listen()
      await tab.postJson('/complete', { code: '1234' })
      reported.forEach(({ message }) => users.add(message['user']))
      failures.push(reported.map(({ event, message: { code } }) => [event, code]))
    }

    expect(failures[0]).to.deep.equal([['failure', undefined]])
    expect(users.size).to.equal(1)
    expect(failures[1]).to.deep.include(['failure', 'access_denied'])
  })

  it('a refusal before anyone is known, without a user', async () => {
    const tab = await openApp(new ScriptedOkta())
    const reported = listen()
    await tab.postJson('/start', { username: alice }, { 'sec-fetch-site': 'cross-site' })
    await tab.postJson('/complete')

    expect(reported).to.deep.equal([
      { event: 'failure', message: { code: 'cross_site_request', cause: undefined } },
      {
        event: 'failure',
        message: {
          issuer: 'https://example.okta.com',
          clientId: '0oa1client',
          code: 'no_challenge',
          cause: undefined,
        },
      },
    ])
  })
})

describe('The user of an event', () => {
  it('is the one whose request has failed, whoever has a challenge in the session', async () => {
    const tab = await openApp(new ScriptedOkta(), { auditUsernames: true })
    await tab.postJson('/start', { username: alice, channel: 'sms' })
    const reported = listen()
    await tab.postJson('/start', { username: nancy, channel: 'pigeon' })
    await tab.postJson('/start', { username: '' })
    await tab.postJson('/complete', { code: ['1234'] })

    expect(reported.map(({ message: { code, loginHint } }) => [code, loginHint])).to.deep.equal([
      ['channel_not_allowed', nancy],
      ['login_hint_missing', undefined],
      ['code_invalid', alice],
    ])
  })

  const spellings = [alice, ' ALICE@example.com', 'Alice@Example.COM ', 'ａlice@example.com']

  async function usersOf(options: Options, usernames = spellings): Promise<Set<unknown>> {
    const tab = await openApp(new ScriptedOkta(), { limits: false, ...options })
    const reported = listen()
    for (const username of usernames) {
      await tab.postJson('/start', { username, channel: 'sms' })
    }
    expect(reported).to.have.length(usernames.length * 2)
    return new Set(reported.map(({ message }) => message['user']))
  }

  it('is the same for all spellings of a username, and another for another one', async () => {
    expect([...(await usersOf({}))]).to.have.length(1)
    expect([...(await usersOf({}, [alice, nancy]))]).to.have.length(2)
  })

  it('is another one under another key', async () => {
    const users = [
      ...(await usersOf({})),
      ...(await usersOf({ hashKey: 'another key' })),
      ...(await usersOf({ hashKey: undefined, clientSecret: 'a secret' })),
      ...(await usersOf({ hashKey: undefined, clientSecret: 'another secret' })),
    ]

    expect(new Set(users).size).to.equal(4)
    expect(await usersOf({})).to.deep.equal(new Set(users.slice(0, 1)))
  })

  for (const auditUsernames of [undefined, false, true]) {
    it(`is ${auditUsernames ? '' : 'not '}named with auditUsernames: ${auditUsernames}`, async () => {
      const tab = await openApp(oktaThatRefusesNancy('sms'), { auditUsernames })
      const reported = listen()
      await tab.postJson('/start', { username: 'Nancy@example.com', channel: 'sms' })
      await tab.postJson('/start', { username: nancy, channel: 'sms' })
      await tab.postJson('/complete', { code: '1234' })

      const names = new Set(reported.map(({ message }) => message['loginHint']))
      expect(names).to.deep.equal(
        new Set(auditUsernames ? ['Nancy@example.com', nancy] : [undefined]),
      )
      expect(JSON.stringify(reported).includes('ancy@')).to.equal(auditUsernames ?? false)
    })
  }
})

describe('Subscribers', () => {
  /** Counts the hashes that are made of usernames. */
  function countHashes(): () => number {
    const { createHmac } = crypto
    let made = 0
    crypto.createHmac = (algorithm, key, options) => {
      const hmac = createHmac(algorithm, key, options)
      const update = (data: string): crypto.Hmac =>
        crypto.Hmac.prototype.update.call(hmac, data, 'utf8')
      return Object.assign(hmac, {
        update: (data: string) => {
          made += key === hashKey && data.includes(alice) ? 1 : 0
          return update(data)
        },
      })
    }
    syncBuiltinESMExports()
    whenOver(() => {
      crypto.createHmac = createHmac
      syncBuiltinESMExports()
    })
    return () => made
  }

  it('are what an event is made for: without one, nothing is worked out', async () => {
    const clock = stopClock()
    const okta = new ScriptedOkta()
    okta.answers.token = pending
    const tab = await openApp(okta)
    await tab.postJson('/start', { username: alice })
    const hashes = countHashes()
    const poll = async () => {
      clock.tick(5000)
      expect((await tab.postJson('/complete')).json.status).to.equal('pending')
    }

    await poll()
    await tab.postJson('/complete', { code: '1234' })
    expect(hashes()).to.equal(0)

    onEvent('pending', () => {})
    await poll()
    expect(hashes()).to.equal(1)
    await tab.postJson('/complete', { code: '1234' })
    expect(hashes()).to.equal(1)
  })

  it('that throw break no sign-in', async () => {
    const thrown: unknown[] = []
    // Node hands what a subscriber throws to the process, as it does with a throwing timer.
    const listeners = process.rawListeners(
      'uncaughtException',
    ) as NodeJS.UncaughtExceptionListener[]
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', (error) => thrown.push(error))
    whenOver(() => {
      process.removeAllListeners('uncaughtException')
      listeners.forEach((listener) => process.on('uncaughtException', listener))
    })
    const oops = new Error('a subscriber')
    for (const event of ['start', 'send', 'success', 'failure', 'pending'] as const) {
      onEvent(event, () => {
        throw oops
      })
    }
    const clock = stopClock()
    const okta = new ScriptedOkta()
    const tab = await openApp(okta)

    okta.answers.token = pending
    await tab.postJson('/start', { username: alice })
    clock.tick(5000)
    expect((await tab.postJson('/complete')).json.status).to.equal('pending')
    clock.tick(5000)
    expect((await tab.postJson('/complete', { code: '1' })).json.error.code).to.equal('wrong_step')
    delete okta.answers.token
    expect((await tab.postJson('/complete')).json.status).to.equal('complete')

    expect(thrown).to.deep.equal([oops, oops, oops, oops, oops])
  })

  it('get errors as they are, to be told apart by their code', async () => {
    const okta = new ScriptedOkta()
    const reported = listen()
    const tab = await openApp(okta)
    okta.answers.start = () => answerWith(refusals.badClient)

    await tab.postJson('/start', { username: alice })

    expect(reported.at(-1)).to.containSubset({
      event: 'failure',
      message: { code: 'configuration_error', cause: { status: 401, error: 'invalid_client' } },
    })
    expect(reported.at(-1)?.message['cause']).not.to.be.instanceOf(OktaOobError)
  })
})
