import { expect } from 'chai'
import * as fc from 'fast-check'
import { OktaOobError, OktaOobStrategy, type OktaOobCode } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import type { Page } from '../support/browser.ts'
import { stopClock } from '../support/clock.ts'
import { accessToken } from '../support/okta.ts'
import { ScriptedOkta } from '../support/scripted-okta.ts'
import { inTime } from '../support/properties.ts'

const username = 'alice@example.com'

const startOutcomes: OktaOobCode[] = [
  'challenge_started',
  'access_denied',
  'challenge_expired',
  'rate_limited',
  'configuration_error',
  'protocol_error',
  'upstream_unavailable',
]

/** What leaves the challenge waiting, by what was asked; anything else ends it. */
const openOutcomes: Record<'code' | 'poll', OktaOobCode[]> = {
  code: ['authorization_pending', 'incorrect_code', 'rate_limited', 'upstream_unavailable'],
  poll: ['authorization_pending'],
}
const finalOutcomes: OktaOobCode[] = [
  'mfa_required',
  'access_denied',
  'challenge_denied',
  'challenge_expired',
  'configuration_error',
  'protocol_error',
  'id_token_invalid',
]

/** Stands in every text of Okta's, none of which a browser may see. */
const secret = 'said-by-okta'
const words = fc.string({ unit: 'binary' }).map((text) => `${secret} ${text}`)

const oddNumbers = [0, -1, 5.5, -1e308, 1e308, 1e21]
const anything = fc.oneof(
  fc.jsonValue(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(...oddNumbers),
)

const error = fc.constantFrom(
  'authorization_pending',
  'slow_down',
  'invalid_grant',
  'access_denied',
  'mfa_required',
  'expired_token',
  'invalid_client',
  'invalid_request',
  'server_error',
  'temporarily_unavailable',
  'use_dpop_nonce',
  'no_such_error',
)
const refusal = fc.record(
  {
    error: fc.oneof({ weight: 4, arbitrary: error }, { weight: 1, arbitrary: anything }),
    error_description: fc.oneof(words, fc.constant('The code has expired.'), anything),
    errorCode: fc.oneof(words, anything),
    errorSummary: words,
    mfa_token: fc.oneof(words, anything),
    supported_challenge_types: fc.oneof(fc.array(fc.constant('otp')), anything),
  },
  { requiredKeys: [] },
)

const failures = fc.oneof(
  fc.constantFrom(400, 400, 401, 403, 404, 429, 500, 503),
  fc.integer({ min: 200, max: 599 }),
)
const headers = fc.record(
  {
    'retry-after': fc.constantFrom('0', '7', '-7', 'soon', 'Wed, 21 Oct 2015 07:28:00 GMT'),
    'x-rate-limit-reset': fc.constantFrom('', '0', '-1', 'NaN', 'Infinity', '9999999999'),
    date: fc.constantFrom('', 'yesterday', 'Wed, 21 Oct 2015 07:28:00 GMT'),
    'www-authenticate': fc.constantFrom('', 'Basic', 'DPoP error="use_dpop_nonce"', '=,"'),
    'content-type': fc.constantFrom('application/json', 'text/html', '', ';'),
  },
  { requiredKeys: [] },
)

interface Scripted {
  status: number
  body: string
  headers: Record<string, string>
}

/** A success with a member or two replaced or missing, a refusal, or anything with any status. */
function answersLike(real: Record<string, unknown>): fc.Arbitrary<Scripted> {
  const name = fc.constantFrom(...Object.keys(real))
  const mutation = fc.tuple(name, fc.option(anything, { nil: undefined, freq: 4 }))
  const mutated = fc
    .array(mutation, { maxLength: 2 })
    .map((mutations) => JSON.stringify({ ...real, ...Object.fromEntries(mutations) }))
  const refused = refusal.map((members) => JSON.stringify(members))
  const both = refusal.map((members) => JSON.stringify({ ...real, ...members }))
  const text = fc.oneof(words, fc.json(), mutated, both)
  const answer = (weight: number, status: fc.Arbitrary<number>, body: fc.Arbitrary<string>) => ({
    weight,
    arbitrary: fc.record({ status, body, headers }),
  })
  return fc.oneof(
    answer(4, fc.constant(200), mutated),
    answer(4, failures, refused),
    answer(2, fc.integer({ min: 200, max: 599 }), text),
  )
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string')
}

function respond({ status, headers: fields, body }: Scripted): Response {
  const bodiless = status === 204 || status === 205 || status === 304
  return new Response(bodiless ? null : body, { status, headers: fields })
}

/** One of these codes, with its own status, in our own words. */
function expectNamed({ status, json, text, headers: fields }: Page, codes: OktaOobCode[]): void {
  expect(json?.code, text).to.be.oneOf(codes)
  expect(status).to.equal(new OktaOobError(json.code).status)
  expect(json.message).to.be.a('string').that.is.not.equal('')
  expect(text + JSON.stringify([...fields])).to.not.include(secret)
  if ('retryAfter' in json) {
    expect(json.retryAfter).to.satisfy(Number.isSafeInteger).and.be.at.least(1)
  }
}

/** Has a test fail that leaves a rejected promise to nobody, which mocha lets pass. */
function noteUnhandledRejections(): void {
  const reasons: unknown[] = []
  const note = (reason: unknown): void => {
    reasons.push(reason)
  }
  before(() => {
    process.on('unhandledRejection', note)
  })
  afterEach(() => {
    expect(reasons.splice(0)).to.deep.equal([])
  })
  after(() => {
    process.off('unhandledRejection', note)
  })
}

describe('Whatever Okta answers to a start', () => {
  noteUnhandledRejections()

  for (const channel of ['sms', 'push']) {
    it(`${channel}: what comes out has a name, and a challenge that can be shown`, async () => {
      const clock = stopClock()
      const okta = new ScriptedOkta()
      const { browser } = await startApp(new OktaOobStrategy(okta.options))
      const real = {
        oob_code: `${secret}-oob-code`,
        expires_in: 300,
        interval: 5,
        channel,
        binding_method: channel === 'push' ? 'transfer' : 'prompt',
        binding_code: '07',
      }
      const property = fc.asyncProperty(answersLike(real), async (scripted) => {
        clock.tick('24:00:00')
        okta.answers.start = () => respond(scripted)
        const alice = browser()

        const answer = await alice.postJson('/login', { username, channel })
        const page = await alice.get('/challenge', { accept: 'application/json' })

        expectNamed(answer, startOutcomes)
        expect(page.status).to.be.oneOf([200, 403])
        if (answer.json.code === 'challenge_started') {
          const { expiresAt, interval = 1, bindingMethod, bindingCode } = answer.json.challenge
          expect(Date.parse(expiresAt)).to.be.within(Date.now(), Date.now() + 600_000)
          expect(interval).to.be.within(1, 600)
          expect(bindingMethod).to.be.oneOf(['none', 'prompt', 'transfer'])
          expect(bindingCode ?? '0').to.match(/^\d{1,6}$/)
        }
      })
      await fc.assert(property, {
        numRuns: 60,
        ...inTime,
        examples: oddNumbers.flatMap((odd) =>
          ['expires_in', 'interval', 'binding_code'].map((name) => {
            const body = JSON.stringify({ ...real, [name]: odd })
            return [{ status: 200, headers: {}, body }] as [Scripted]
          }),
        ),
      })
    })
  }

  it('is a protocol_error when it has no oob_code, like the answer for a second factor', async () => {
    const okta = new ScriptedOkta()
    const { browser } = await startApp(new OktaOobStrategy(okta.options))
    okta.answers.start = () =>
      Response.json({ challenge_type: 'http://auth0.com/oauth/grant-type/mfa-otp' })
    const alice = browser()

    const answer = await alice.postJson('/login', { username })

    expectNamed(answer, ['protocol_error'])
    expect((await alice.get('/challenge')).status).to.equal(403)
  })
})

describe('Whatever Okta answers at /token', () => {
  noteUnhandledRejections()

  for (const [step, channel] of [
    ['code', 'sms'],
    ['poll', 'push'],
  ] as const) {
    const open = openOutcomes[step]

    it(`to a ${step}: what comes out has a name, and ends the challenge or leaves it`, async () => {
      const clock = stopClock()
      const okta = new ScriptedOkta()
      const { browser } = await startApp(new OktaOobStrategy(okta.options))
      const template = { ...(await okta.wire.tokens()), id_token: 'ID_TOKEN' }
      const property = fc.asyncProperty(answersLike(template), async (scripted) => {
        clock.tick('24:00:00')
        const alice = browser()
        await alice.postJson('/login', { username, channel })
        clock.tick(5000)
        // Signed only now: the clock has moved since the answers were made up.
        const body = scripted.body.replaceAll('ID_TOKEN', await okta.wire.idToken())
        okta.answers.token = () => respond({ ...scripted, body })

        const answer = await alice.postJson('/login', step === 'code' ? { code: '123456' } : {})
        const page = await alice.get('/challenge', { accept: 'application/json' })

        if (answer.status === 200) {
          expect(scripted.status).to.equal(200)
          expect(scripted.body).to.include('ID_TOKEN').and.include(accessToken)
          expect(answer.json.user.sub).to.equal('00u1alice')
          expect(page.status).to.equal(403)
        } else {
          expectNamed(answer, [...open, ...finalOutcomes])
          expect(page.status).to.equal(open.includes(answer.json.code) ? 200 : 403)
        }
        if (answer.json.code === 'mfa_required') {
          expect(JSON.parse(body).mfa_token).to.be.a('string')
          expect(answer.json.supported).to.satisfy(isTexts)
        }
      })
      await fc.assert(property, { numRuns: 60, ...inTime })
    })
  }
})
