import { expect } from 'chai'
import { setTimeout as sleep } from 'node:timers/promises'
import { OktaOobStrategy, type OktaOobStrategyOptions } from 'passport-okta-oob'
import { refusals } from '../support/account.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { stopClock } from '../support/clock.ts'
import { catalogue } from '../support/error-catalogue.ts'
import {
  alice,
  answerWith,
  channelOf,
  kinds,
  nancy,
  oktaThatRefusesNancy,
  startAnswer,
  type Kind,
  type Refused,
} from '../support/strangers.ts'
import { bothShapes } from '../support/outcome.ts'
import type { ScriptedOkta } from '../support/scripted-okta.ts'

interface Options extends OktaOobStrategyOptions {
  passReqToCallback?: false
  passTokensToCallback?: false
}

function appOf(okta: ScriptedOkta, options: Options = {}): Promise<TestApp> {
  const channels = ['push', 'sms', 'voice', 'email']
  return startApp(new OktaOobStrategy({ ...okta.options, channels, ...options }))
}

/** What Okta says of a start that tells who its user is, or is not. */
const telling: Record<string, Refused> = {
  'a policy, by another status': { status: 400, error: 'access_denied' },
  'a user whom the app is not assigned to': refusals.notAssigned,
  'a user whose password has expired': {
    status: 403,
    error: 'access_denied',
    error_description: "The user's password has expired.",
  },
  'an error of another status': { status: 401, error: 'invalid_grant' },
  'a username that it does not take': {
    status: 400,
    error: 'invalid_request',
    error_description: "The 'login_hint' has an invalid format.",
  },
  'no such user, by the words of its other API': {
    status: 404,
    error: 'E0000007',
    error_description: `Not found: Resource not found: ${nancy} (User)`,
  },
  'no such user any more': { status: 410, error: 'E0000156' },
  'a user without a phone': { status: 403, error: 'E0000097' },
  'authentication failed': {
    status: 401,
    error: 'E0000004',
    error_description: 'Authentication failed',
  },
  'a user who is locked': { status: 403, error: 'E0000069', error_description: 'User Locked' },
  'a user who is not active': { status: 423, error: 'E0000155' },
  'a user whose password has expired, by a code': { status: 401, error: 'E0000064' },
}

/** What says more of the app, or of Okta, than of the user. */
const faults: Record<string, [Refused, status: number, code: string]> = {
  'a wrong secret': [refusals.badClient, 500, 'configuration_error'],
  'a grant that is not allowed': [refusals.grantNotAllowed, 500, 'configuration_error'],
  'a grant that is not supported': [refusals.unsupportedGrant, 500, 'configuration_error'],
  'a scope that is not allowed': [refusals.scopeNotAllowed, 500, 'configuration_error'],
  'missing consent': [{ status: 400, error: 'consent_required' }, 500, 'configuration_error'],
  'no such endpoint': [{ status: 404, error: 'not_found' }, 500, 'configuration_error'],
  'no such authorization server': [
    {
      status: 404,
      error: 'E0000007',
      error_description: 'Not found: Resource not found: aus1 (AuthorizationServer)',
    },
    500,
    'configuration_error',
  ],
  'a parameter that is missing': [
    {
      status: 400,
      error: 'invalid_request',
      error_description: "A 'login_hint' is required for the request.",
    },
    500,
    'configuration_error',
  ],
  'an invalid token': [{ status: 401, error: 'E0000011' }, 500, 'configuration_error'],
  'too many requests': [refusals.tooManyCodes, 429, 'rate_limited'],
  'too many requests, as a denial': [{ status: 429, error: 'access_denied' }, 429, 'rate_limited'],
  'an outage': [{ status: 503, error: 'server_error' }, 503, 'upstream_unavailable'],
  'an outage that names itself': [
    { status: 400, error: 'temporarily_unavailable' },
    503,
    'upstream_unavailable',
  ],
  'something new': [{ status: 400, error: 'new_in_2027' }, 502, 'protocol_error'],
}

for (const [name, [status, error, text, { start }]] of Object.entries(catalogue)) {
  const refusal = { status, error, error_description: text }
  if (start?.code === 'access_denied') {
    telling[name] = refusal
  } else if (start) {
    faults[name] = [refusal, start.code === 'rate_limited' ? 429 : 0, start.code]
  }
}

describe('A user whom Okta refuses', () => {
  for (const [what, refusal] of Object.entries(telling)) {
    it(`looks like any other: ${what}`, async () => {
      const app = await appOf(oktaThatRefusesNancy('sms', refusal))

      const { status, json } = await app
        .browser()
        .postJson('/login', { username: nancy, channel: 'sms' })

      expect(status).to.equal(401)
      expect(json).to.containSubset({ code: 'challenge_started', challenge: { channel: 'sms' } })
    })
  }

  for (const [shape, body] of bothShapes) {
    it(`looks like any other, in whichever shape Okta says so: ${shape}`, async () => {
      const okta = oktaThatRefusesNancy('sms')
      okta.answers.start = () => Response.json(body('access_denied', 'No.'), { status: 403 })
      const app = await appOf(okta)

      const { json } = await app.browser().postJson('/login', { username: nancy, channel: 'sms' })

      expect(json.code).to.equal('challenge_started')
    })
  }

  it('looks like any other when another message is asked for', async () => {
    const clock = stopClock()
    const app = await appOf(oktaThatRefusesNancy('sms'))
    const tab = app.browser()
    await tab.postJson('/start', { username: nancy, channel: 'sms' })
    clock.tick(30_000)

    const { status, json } = await tab.postJson('/resend', { channel: 'voice' })

    expect(status).to.equal(200)
    expect(json).to.containSubset({ status: 'challenge', challenge: { bindingMethod: 'prompt' } })
  })

  it('is told so with concealUnknownUsers: false', async () => {
    for (const refusal of Object.values(telling)) {
      const options = { concealUnknownUsers: false, limits: false as const }
      const app = await appOf(oktaThatRefusesNancy('sms', refusal), options)

      const { status, json } = await app.browser().postJson('/login', { username: nancy })

      expect([status, json.code]).to.deep.equal([403, 'access_denied'])
    }
  })

  it('is told so where it is the app that says no', async () => {
    const app = await appOf(oktaThatRefusesNancy('sms'), { beforeStart: () => false })

    const { status, json } = await app.browser().postJson('/login', { username: alice })

    expect([status, json.code]).to.deep.equal([403, 'access_denied'])
  })
})

describe('What is wrong with the app, or with Okta, is never concealed', () => {
  for (const [what, [refusal, status, code]] of Object.entries(faults)) {
    it(what, async () => {
      const okta = oktaThatRefusesNancy('sms', refusal)
      const app = await appOf(okta)

      const page = await app.browser().postJson('/login', { username: nancy, channel: 'sms' })

      expect(page.json.code).to.equal(code)
      expect(page.status).to.equal(status || page.status)
      expect(page.json).not.to.have.property('challenge')
    })
  }
})

describe('A decoy', () => {
  const documented: Record<Kind, object> = {
    push: { channel: 'push', bindingMethod: 'none', interval: 5 },
    number: { channel: 'push', bindingMethod: 'transfer', interval: 5 },
    sms: { channel: 'sms', bindingMethod: 'prompt' },
    voice: { channel: 'voice', bindingMethod: 'prompt' },
    email: { channel: 'email', bindingMethod: 'prompt' },
  }

  for (const kind of kinds) {
    it(`looks as Okta documents it before Okta has started a real one: ${kind}`, async () => {
      stopClock()
      const app = await appOf(oktaThatRefusesNancy(kind), {
        requireNumberChallenge: kind === 'number',
      })

      const { json } = await app
        .browser()
        .postJson('/start', { username: nancy, channel: channelOf(kind) })

      const { bindingCode, resendAt, ...challenge } = json.challenge
      expect(challenge).to.deep.equal({
        ...documented[kind],
        expiresAt: new Date(Date.now() + 300_000).toISOString(),
      })
      expect(bindingCode ?? '').to.match(kind === 'number' ? /^[1-9]\d$/ : /^$/)
      const pause = channelOf(kind) === 'push' ? 5000 : 30_000
      expect(resendAt).to.equal(new Date(Date.now() + pause).toISOString())
    })
  }

  it('looks like the last real one of its channel, with a number of its own', async () => {
    stopClock()
    const okta = oktaThatRefusesNancy('number')
    const more = { channel: 'push-2', expires_in: 120, interval: 9, binding_code: '123456' }
    const app = await appOf(okta)
    const start = async (username: string) =>
      (await app.browser().postJson('/start', { username })).json.challenge
    await start('someone@example.com')
    okta.answers.start = ({ login_hint }) =>
      login_hint === nancy
        ? answerWith(refusals.notEnrolled)
        : Response.json(startAnswer('number', more))
    const whole = await start(alice)
    const { bindingCode } = whole

    const decoys = [await start(nancy), await start(nancy)]

    const numbers = decoys.map((decoy) => decoy.bindingCode)
    expect(bindingCode).to.equal('123456')
    for (const decoy of decoys) {
      expect({ ...decoy, bindingCode }).to.deep.equal(whole)
    }
    expect(numbers.join(' ')).to.match(/^[1-9]\d{5} [1-9]\d{5}$/)
    expect(new Set([...numbers, bindingCode]).size).to.equal(3)
  })

  it('has a number that may begin with a zero as soon as a real one has', async () => {
    const okta = oktaThatRefusesNancy('number')
    okta.answers.start = ({ login_hint }) =>
      login_hint === nancy
        ? answerWith(refusals.notEnrolled)
        : Response.json(startAnswer('number', { binding_code: '0' }))
    const app = await appOf(okta, { limits: false })
    const numberFor = async (username: string): Promise<string> =>
      (await app.browser().postJson('/start', { username })).json.challenge.bindingCode
    expect(await numberFor(alice)).to.equal('0')

    const numbers: string[] = []
    // Each of ten numbers is as likely: two hundred draws do not miss one of them.
    while (numbers.length < 200 && !numbers.includes('0')) {
      numbers.push(await numberFor(nancy))
    }
    expect(numbers).to.include('0')
  })

  it('does not look like a real one of another channel', async () => {
    const okta = oktaThatRefusesNancy('sms')
    const app = await appOf(okta)
    await app.browser().postJson('/start', { username: alice, channel: 'sms' })

    const { json } = await app.browser().postJson('/start', { username: nancy, channel: 'push' })

    expect(json.challenge).to.include({ channel: 'push', bindingMethod: 'none', interval: 5 })
  })

  it('is refused as the last real one was, where pushes need a number', async () => {
    const app = await appOf(oktaThatRefusesNancy('push'), { requireNumberChallenge: true })
    const real = await app.browser().postJson('/start', { username: alice })

    const decoy = await app.browser().postJson('/start', { username: nancy })

    expect(real.json.error.code).to.equal('number_challenge_required')
    expect(decoy.json).to.deep.equal(real.json)
  })

  it('is over as long after the sending as a real one, however slow Okta is', async () => {
    const clock = stopClock()
    const okta = oktaThatRefusesNancy('sms')
    const slow: typeof okta.options.fetch = async (url, init) => {
      clock.tick(init.method === 'POST' ? 2700 : 0)
      return okta.options.fetch(url, init)
    }
    const app = await startApp(new OktaOobStrategy({ ...okta.options, fetch: slow, limits: false }))
    for (const username of [alice, nancy]) {
      const sentAt = Date.now()
      const { json } = await app.browser().postJson('/start', { username, channel: 'sms' })
      expect(Date.parse(json.challenge.expiresAt) - sentAt, username).to.equal(300_000)
    }
  })

  for (const kind of kinds) {
    it(`is never completed, and never asked about: ${kind}`, async () => {
      const clock = stopClock()
      const okta = oktaThatRefusesNancy(kind)
      const app = await appOf(okta, { limits: false })
      const tab = app.browser()
      await tab.postJson('/start', { username: nancy, channel: channelOf(kind) })
      // From here on, Okta would sign anyone in.
      delete okta.answers.token
      const { challenge } = (await tab.get('/challenge')).json.page
      const codes: unknown[] = []

      while (Date.now() < Date.parse(challenge.expiresAt)) {
        clock.tick(5000)
        const code = String(100_000 + codes.length)
        const fields = challenge.bindingMethod === 'prompt' ? { code } : {}
        codes.push((await tab.postJson('/login', fields)).json.code)
      }

      const last = codes.pop()
      expect(new Set(codes)).to.deep.equal(
        new Set([
          challenge.bindingMethod === 'prompt' ? 'incorrect_code' : 'authorization_pending',
        ]),
      )
      expect(last).to.equal('challenge_expired')
      expect((await tab.get('/me')).json.user).to.equal(null)
      expect(okta.sent.map(({ endpoint }) => endpoint)).to.deep.equal(['start'])
    })
  }

  it('keeps the limits that its user has in every session', async () => {
    const app = await appOf(oktaThatRefusesNancy('sms'))
    await app.browser().postJson('/start', { username: nancy, channel: 'sms' })

    const { status, json, headers } = await app
      .browser()
      .postJson('/start', { username: ` ${nancy.toUpperCase()}`, channel: 'sms' })

    expect([status, json.error.code]).to.deep.equal([429, 'rate_limited'])
    expect(headers.get('retry-after')).to.match(/^(29|30)$/)
  })

  it('ends for every request at once, as a challenge does, when codes race', async () => {
    const { options } = oktaThatRefusesNancy('sms')
    const strategy = new OktaOobStrategy({
      ...options,
      fetch: async (url, init) => {
        await sleep(50 + Math.random() * 50)
        return options.fetch(url, init)
      },
    })
    const app = await startApp(strategy)
    for (const username of [alice, nancy]) {
      const tab = app.browser()
      await tab.postJson('/start', { username, channel: 'sms' })
      const tabs = Array.from({ length: 12 }, () => tab.copy())

      const pages = await Promise.all(tabs.map((copy) => copy.postJson('/login', { code: '1234' })))

      const codes = pages.map(({ json }) => json.code)
      expect(codes).to.include('too_many_attempts')
      expect(codes.filter((code) => code === 'incorrect_code').length).to.be.below(4)
      expect((await tab.postJson('/login', { code: '1234' })).json.code).to.equal('no_challenge')
    }
  })
})
