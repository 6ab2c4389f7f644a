import { expect } from 'chai'
import * as fc from 'fast-check'
import { OktaOobStrategy, type OktaOobCode } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import { stopClock } from '../support/clock.ts'
import { accessToken } from '../support/okta.ts'
import { ScriptedOkta } from '../support/scripted-okta.ts'
import { inTime } from '../support/properties.ts'
import {
  answersLike,
  expectNamed,
  oddNumbers,
  respond,
  secret,
  type Scripted,
} from './any-answer.ts'

const username = 'alice@example.com'

const startOutcomes: OktaOobCode[] = [
  'challenge_started', // by a decoy, too, where Okta refuses the user
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

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string')
}

describe('Whatever Okta answers to a start', () => {
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
