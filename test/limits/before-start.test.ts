import { expect } from 'chai'
import type { Request } from 'express'
import { OktaOobError, OktaOobStrategy, type OktaOobStrategyOptions } from 'passport-okta-oob'
import { publicClient } from '../support/account.ts'
import { stopClock } from '../support/clock.ts'
import { beginFlow, codeOf, jsonDoors, shareStandIn, type Flow } from '../support/flow.ts'

type BeforeStart = NonNullable<OktaOobStrategyOptions['beforeStart']>

const alice = 'alice@example.com'

describe('beforeStart', () => {
  const shared = shareStandIn()
  const begin = (
    beforeStart: BeforeStart,
    more: OktaOobStrategyOptions = {},
    door?: (typeof jsonDoors)[string],
  ): Promise<Flow> =>
    beginFlow(shared.okta, { strategy: { beforeStart, ...more } }, shared.okta.issuer, door)

  it('is given the request, the username as it was typed and the channel', async () => {
    const asked: unknown[] = []
    const { tab } = await begin((req, start) => {
      asked.push([(req as Request<unknown, unknown, { username: string }>).body.username, start])
    })

    const { code } = await tab.start({ username: ' Alice@Example.com ' })

    expect(code).to.equal('challenge_started')
    expect(asked).to.deep.equal([
      [' Alice@Example.com ', { loginHint: 'Alice@Example.com', channel: 'push' }],
    ])
  })

  const answers: Record<string, { answer: ReturnType<BeforeStart>; code: string }> = {
    nothing: { answer: undefined, code: 'challenge_started' },
    true: { answer: true, code: 'challenge_started' },
    false: { answer: false, code: 'access_denied' },
    'a promise of nothing': { answer: Promise.resolve(), code: 'challenge_started' },
    'a promise of true': { answer: Promise.resolve(true), code: 'challenge_started' },
    'a promise of false': { answer: Promise.resolve(false), code: 'access_denied' },
  }
  for (const [door, through] of Object.entries(jsonDoors)) {
    for (const [what, { answer, code }] of Object.entries(answers)) {
      it(`says ${code} with ${what}, through ${door}`, async () => {
        const { tab, calls } = await begin(() => answer, {}, through)

        const started = await tab.start({ channel: 'sms' })

        const begun = code === 'challenge_started'
        expect(started.code).to.equal(code)
        expect(calls.count('oob-authenticate')).to.equal(begun ? 1 : 0)
        if (!begun) {
          expect(started.status).to.equal(403)
          expect(await tab.challenge()).to.equal(undefined)
        }
      })
    }

    it(`refuses with the OktaOobError that it throws, through ${door}`, async () => {
      const { tab, app, calls } = await begin(
        () => {
          throw new OktaOobError('rate_limited', { message: 'Solve the puzzle.', retryAfter: 7 })
        },
        {},
        through,
      )

      const refused = await tab.start({ channel: 'sms' })

      expect(refused).to.include({
        status: 429,
        code: 'rate_limited',
        message: 'Solve the puzzle.',
        retryAfter: 7,
      })
      expect(app.errors).to.deep.equal([])
      expect(calls.sent).to.deep.equal([])
    })

    const faults: Record<string, { thrown: unknown; status: number }> = {
      'any other error': { thrown: new RangeError('no risk service'), status: 500 },
      'an OktaOobError of a fault': { thrown: new OktaOobError('upstream_timeout'), status: 504 },
    }
    for (const [what, { thrown, status }] of Object.entries(faults)) {
      for (const [how, fail] of Object.entries<BeforeStart>({
        throws: () => {
          throw thrown
        },
        'promises in vain': () => Promise.reject(thrown),
      })) {
        it(`hands on ${what} that it ${how}, through ${door}`, async () => {
          const { tab, app, calls } = await begin(fail, {}, through)

          const { page } = await tab.start({ channel: 'sms' })

          expect(page.status).to.equal(status)
          expect(app.errors).to.deep.equal([thrown])
          expect(calls.sent).to.deep.equal([])
        })
      }
    }
  }

  it('comes after the limit of the address', async () => {
    let asked = 0
    const limits = { starts: { points: 2, duration: 600 } }
    const { tab } = await begin(
      () => {
        asked += 1
        return false
      },
      { limits },
    )
    const codes = []
    for (let count = 1; count <= 4; count += 1) {
      codes.push((await tab.start()).code)
    }

    expect(codes).to.deep.equal(['access_denied', 'access_denied', 'rate_limited', 'rate_limited'])
    expect(asked).to.equal(2)
  })

  it('is not asked about what cannot be a start', async () => {
    let asked = 0
    const { tab } = await begin(() => {
      asked += 1
    })
    await tab.start({ username: '' })
    await tab.start({ channel: 'pigeon' })
    await tab.resend()
    await tab.browser.postJson('/start', { username: alice }, { 'sec-fetch-site': 'cross-site' })

    expect(asked).to.equal(0)
  })

  const refusals: Record<string, BeforeStart> = {
    'says no': () => false,
    'throws a refusal': () => {
      throw new OktaOobError('access_denied')
    },
    'has a fault': () => {
      throw new RangeError('no risk service')
    },
  }
  for (const [what, refuse] of Object.entries(refusals)) {
    it(`counts nothing for the user, nor of the budget, when it ${what}`, async () => {
      stopClock()
      let strict = true
      const one = { points: 1, duration: 3600 }
      const { tab } = await begin((...args) => (strict ? refuse(...args) : true), {
        limits: { sends: one, pushes: one, budget: one },
      })
      for (const channel of ['sms', 'push', 'voice', 'push']) {
        expect((await tab.start({ channel })).status).to.be.oneOf([403, 500])
      }
      strict = false

      expect((await tab.start({ channel: 'sms' })).code).to.equal('challenge_started')
      expect((await tab.start({ channel: 'push' })).code).to.equal('challenge_started')
    })
  }

  it('is asked about a user whom a limit would refuse, and learns nothing of it', async () => {
    let asked = 0
    const { tab } = await begin(() => {
      asked += 1
    })
    await tab.start({ channel: 'sms' })

    expect((await tab.start({ channel: 'sms' })).code).to.equal('rate_limited')
    expect(asked).to.equal(2)
  })

  it('is asked about a resend, for the user of the challenge; a refusal leaves that as it is', async () => {
    const clock = stopClock()
    const asked: unknown[] = []
    const { okta, tab, calls } = await begin((_req, start) => asked.push(start) === 1)
    const { challenge } = await tab.start({ channel: 'sms' })
    clock.tick(30_000)

    const fields = { channel: 'voice', username: 'bob@example.com' }
    const { json } = await tab.browser.postJson('/resend', fields)

    expect(json.error).to.include({ code: 'access_denied' })
    expect(json.error.challenge).to.deep.equal(challenge)
    expect(asked).to.deep.equal([
      { loginHint: alice, channel: 'sms' },
      { loginHint: alice, channel: 'voice' },
    ])
    expect(calls.count('oob-authenticate')).to.equal(1)
    expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
  })

  it('is not asked about second factors, nor about one that is sent again', async () => {
    const clock = stopClock()
    const asked: unknown[] = []
    const { okta, tab } = await begin(
      (_req, start) => {
        asked.push(start)
      },
      { mfa: { channels: ['sms', 'voice'] } },
    )
    const erin = 'erin@example.com'
    await tab.start({ username: erin, channel: 'sms' })

    const second = await tab.submit(codeOf(okta, erin))
    clock.tick(30_000)
    const again = await tab.resend({ channel: 'voice' })

    expect(second.challenge).to.include({ factor: 2, channel: 'sms' })
    expect(again.challenge).to.include({ factor: 2, channel: 'voice' })
    expect(asked).to.deep.equal([{ loginHint: erin, channel: 'sms' }])
  })

  it('must be a function', () => {
    for (const beforeStart of [null, true, 'no', {}]) {
      const options = { ...publicClient, beforeStart } as unknown as OktaOobStrategyOptions
      expect(() => new OktaOobStrategy(options)).to.throw(TypeError, 'beforeStart')
    }
  })
})
