import { expect } from 'chai'
import type { OktaOobStrategyOptions } from 'passport-okta-oob'
import { stopClock } from '../support/clock.ts'
import { beginFlow, codeOf, shareStandIn, wrongCodeOf, type Flow } from '../support/flow.ts'
import { LimiterStore } from '../support/limiter-store.ts'
import { Hold } from '../support/okta-calls.ts'

type LimitsOptions = NonNullable<OktaOobStrategyOptions['limits']>

const attemptsLeft = async ({ tab, okta }: Flow): Promise<unknown> =>
  (await tab.submit(wrongCodeOf(okta))).page.json.error.attemptsLeft

describe('An attempt', () => {
  const shared = shareStandIn()

  it('is taken before Okta is asked', async () => {
    const limits = { codesPerChallenge: { points: 1, duration: 600 } }
    const { okta, tab, calls } = await beginFlow(shared.okta, { strategy: { limits } })
    await tab.start({ channel: 'sms' })
    const held = calls.hold('token')
    const first = tab.submit(wrongCodeOf(okta))
    await held.arrived

    const second = await tab.copy().submit(codeOf(okta))
    held.release()

    expect(second.code).to.equal('too_many_attempts')
    expect((await first).code).to.equal('too_many_attempts')
    expect(calls.count('token')).to.equal(1)
  })

  it('that the challenge refuses is not taken from the user', async () => {
    const clock = stopClock()
    const limits = {
      codesPerChallenge: { points: 1, duration: 600 },
      codesPerUser: { points: 2, duration: 3600 },
    }
    const flow = await beginFlow(shared.okta, { strategy: { limits } })
    const { okta, tab, calls } = flow
    await tab.start({ channel: 'sms' })
    const held = calls.hold('token')
    const only = tab.submit(wrongCodeOf(okta))
    await held.arrived
    for (let count = 1; count <= 5; count += 1) {
      expect((await tab.copy().submit(wrongCodeOf(okta))).code).to.equal('too_many_attempts')
    }
    held.release()
    await only
    clock.tick(30_000)
    await tab.start({ channel: 'sms' })

    expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
  })

  it('that the user’s limit refuses is given back to the challenge', async () => {
    const clock = stopClock()
    const limits = { codesPerUser: { points: 2, duration: 100 } }
    const flow = await beginFlow(shared.okta, { strategy: { limits } })
    const { okta, tab, calls } = flow
    await tab.start({ channel: 'sms' })
    await tab.submit(wrongCodeOf(okta))
    await tab.submit(wrongCodeOf(okta))
    for (let count = 1; count <= 5; count += 1) {
      expect((await tab.submit(codeOf(okta))).code).to.equal('too_many_attempts')
    }
    expect(calls.count('token')).to.equal(2)
    clock.tick(100_000)

    expect(await attemptsLeft(flow)).to.equal(1)
    expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
  })

  const faults: Record<string, () => Promise<Response>> = {
    'cannot be reached': () => Promise.reject(new TypeError('no route to host')),
    'is out of order': () => Promise.resolve(new Response('', { status: 503 })),
    'has limits of its own': () => Promise.resolve(new Response('', { status: 429 })),
    'says so': () =>
      Promise.resolve(Response.json({ error: 'temporarily_unavailable' }, { status: 400 })),
  }
  for (const [how, answer] of Object.entries(faults)) {
    it(`is given back when Okta ${how}, to the challenge and to the user`, async () => {
      let works = false
      const limits = { codesPerUser: { points: 3, duration: 3600 } }
      const flow = await beginFlow(shared.okta, {
        strategy: {
          limits,
          fetch: (url, init) => (url.endsWith('/token') && !works ? answer() : fetch(url, init)),
        },
      })
      const { okta, tab } = flow
      await tab.start({ channel: 'sms' })
      for (let count = 1; count <= 5; count += 1) {
        const failed = await tab.submit(wrongCodeOf(okta))
        expect(failed.status).to.be.oneOf([429, 503])
        expect(failed.code).to.be.oneOf(['rate_limited', 'upstream_unavailable'])
      }
      works = true

      expect(await attemptsLeft(flow)).to.equal(2)
      expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
    })
  }

  describe('whose browser goes away before the answer', () => {
    /** A user who does not wait for Okta's answer to a wrong code. */
    const begin = async (limits: LimitsOptions = {}) => {
      const flow = await beginFlow(shared.okta, { strategy: { limits } })
      const { okta, tab, calls } = flow
      const abandon = async (): Promise<void> => {
        const held = calls.hold('token')
        const leaving = tab.copy()
        const lost = leaving.submit(wrongCodeOf(okta)).catch((error: Error) => error.name)
        await held.arrived
        leaving.browser.hangUp()
        expect(await lost).to.equal('AbortError')
        held.release()
      }
      await tab.start({ channel: 'sms' })
      return { ...flow, abandon }
    }

    it('is not given back to the challenge', async () => {
      const flow = await begin()
      await flow.abandon()

      expect(await attemptsLeft(flow)).to.equal(2)
    })

    it('is not given back to the user', async () => {
      const flow = await begin({ codesPerUser: { points: 2, duration: 3600 } })
      await flow.abandon()

      const next = await flow.tab.submit(wrongCodeOf(flow.okta))

      expect(next).to.include({ code: 'too_many_attempts', retryAfter: 3600 })
    })

    it('ends the challenge when it was the last one', async () => {
      const flow = await begin()
      const { tab, okta, calls } = flow
      for (const left of [3, 2, 1]) {
        expect(await attemptsLeft(flow)).to.equal(left)
      }
      await flow.abandon()

      expect((await tab.submit(codeOf(okta))).code).to.equal('no_challenge')
      expect(await tab.challenge()).to.equal(undefined)
      expect(calls.count('token')).to.equal(4)
    })
  })

  describe('given back late', () => {
    /** A code that meets a fault as soon as the test wants it to. */
    const begin = async (store = new LimiterStore()) => {
      const clock = stopClock()
      const fault = new Hold()
      let failing = true
      const flow = await beginFlow(shared.okta, {
        strategy: {
          limits: {
            codesPerChallenge: false,
            codesPerUser: { points: 2, duration: 20 },
            limiter: store.limiter,
          },
          fetch: async (url, init) => {
            if (url.endsWith('/token') && failing) {
              failing = false
              await fault.pass()
              return new Response('', { status: 503 })
            }
            return fetch(url, init)
          },
        },
      })
      await flow.tab.start({ channel: 'sms' })
      const slow = flow.tab.copy().submit(wrongCodeOf(flow.okta))
      await fault.arrived
      const fail = async (): Promise<void> => {
        fault.release()
        expect((await slow).code).to.equal('upstream_unavailable')
      }
      return { ...flow, clock, fail }
    }

    it('is worth nothing when its window is over', async () => {
      const flow = await begin()
      flow.clock.tick(20_000)

      await flow.fail()

      expect(await attemptsLeft(flow)).to.equal(1)
      expect((await flow.tab.submit(wrongCodeOf(flow.okta))).code).to.equal('too_many_attempts')
    })

    it('is worth nothing in the window that follows', async () => {
      const flow = await begin()
      flow.clock.tick(20_000)
      expect(await attemptsLeft(flow)).to.equal(1)

      await flow.fail()

      expect((await flow.tab.submit(wrongCodeOf(flow.okta))).code).to.equal('too_many_attempts')
    })

    it('is worth nothing when the store has forgotten that it was taken', async () => {
      const store = new LimiterStore()
      const flow = await begin(store)
      await store.flush()

      await flow.fail()

      expect(await attemptsLeft(flow)).to.equal(1)
      expect((await flow.tab.submit(wrongCodeOf(flow.okta))).code).to.equal('too_many_attempts')
    })
  })
})
