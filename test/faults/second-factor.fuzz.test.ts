import { expect } from 'chai'
import * as fc from 'fast-check'
import { OktaOobStrategy, type OktaOobCode } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import { stopClock } from '../support/clock.ts'
import { inTime } from '../support/properties.ts'
import { ScriptedOkta } from '../support/scripted-okta.ts'
import { answersLike, expectNamed, respond, secret } from './any-answer.ts'

const username = 'alice@example.com'

const outcomes: OktaOobCode[] = [
  'mfa_required',
  'challenge_expired',
  'rate_limited',
  'configuration_error',
  'protocol_error',
  'upstream_unavailable',
]

describe('Whatever Okta answers to the start of a second factor', () => {
  it('what comes out has a name, and a challenge that can be shown or none', async () => {
    const clock = stopClock()
    const okta = new ScriptedOkta()
    const mfa = { channels: ['push', 'sms'], otp: true }
    const { browser } = await startApp(new OktaOobStrategy({ ...okta.options, mfa }))
    const real = {
      challenge_type: 'http://auth0.com/oauth/grant-type/mfa-oob',
      oob_code: `${secret}-oob-code`,
      expires_in: 300,
      channel: 'push',
      interval: 5,
      binding_method: 'transfer',
      binding_code: '07',
    }
    okta.answers.token = () =>
      Response.json({ error: 'mfa_required', mfa_token: `${secret}-mfa-token` }, { status: 403 })
    const property = fc.asyncProperty(answersLike(real), async (scripted) => {
      clock.tick('24:00:00')
      const alice = browser()
      delete okta.answers.start
      await alice.postJson('/login', { username, channel: 'sms' })
      okta.answers.start = () => respond(scripted)

      const answer = await alice.postJson('/login', { code: '123456' })
      const page = await alice.get('/challenge', { accept: 'application/json' })

      expectNamed(answer, outcomes)
      const { challenge } = answer.json
      expect(page.status).to.equal(
        challenge && Date.parse(challenge.expiresAt) > Date.now() ? 200 : 403,
      )
      expect(challenge?.factor ?? 2).to.equal(2)
    })
    await fc.assert(property, { numRuns: 60, ...inTime })
  })
})
