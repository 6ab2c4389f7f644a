import { expect } from 'chai'
import * as fc from 'fast-check'
import { OktaOobStrategy, type OktaOobCode } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import { publicJwk } from '../support/okta.ts'
import { inTime } from '../support/properties.ts'
import { ScriptedOkta } from '../support/scripted-okta.ts'
import { answersLike, expectNamed, respond } from './any-answer.ts'
import { forgetLimits } from '../support/limits.ts'

const username = 'alice@example.com'

const outcomes: OktaOobCode[] = [
  'challenge_started',
  'rate_limited',
  'configuration_error',
  'protocol_error',
  'upstream_unavailable',
]

describe('Whatever Okta publishes', () => {
  it('as its metadata: what comes out of a start has a name', async () => {
    const real = new ScriptedOkta().wire.metadata()
    const property = fc.asyncProperty(answersLike({ ...real }), async (scripted) => {
      forgetLimits()
      const okta = new ScriptedOkta()
      okta.answers.discovery = () => respond(scripted)
      const { browser } = await startApp(new OktaOobStrategy(okta.options))

      expectNamed(await browser().postJson('/login', { username, channel: 'sms' }), outcomes)
    })
    await fc.assert(property, { numRuns: 60, ...inTime })
  })

  it('as its keys: nobody signs in without the one that has signed', async () => {
    const property = fc.asyncProperty(answersLike({ keys: [publicJwk] }), async (scripted) => {
      forgetLimits()
      const okta = new ScriptedOkta()
      okta.answers.keys = () => respond(scripted)
      const alice = (await startApp(new OktaOobStrategy(okta.options))).browser()
      await alice.postJson('/login', { username, channel: 'sms' })

      const answer = await alice.postJson('/login', { code: '123456' })

      if (answer.status === 200) {
        expect(scripted.body).to.include(publicJwk.n)
      } else {
        expectNamed(answer, [...outcomes, 'id_token_invalid'])
      }
      // Without keys no code is sent, and the challenge waits for another try.
      const over = ['id_token_invalid', 'configuration_error']
      const isOver = answer.status === 200 || over.includes(answer.json.code)
      expect((await alice.get('/challenge')).status).to.equal(isOver ? 403 : 200)
    })
    await fc.assert(property, { numRuns: 60, ...inTime })
  })
})
