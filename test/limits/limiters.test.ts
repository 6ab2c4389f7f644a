import { expect } from 'chai'
import { setTimeout as sleep } from 'node:timers/promises'
import { MemoryStore } from 'express-session'
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import { OktaOobStrategy } from 'passport-okta-oob'
import { publicClient } from '../support/account.ts'
import { Browser } from '../support/browser.ts'
import { stopClock } from '../support/clock.ts'
import {
  approve,
  beginFlow,
  codeOf,
  jsonDoors,
  shareStandIn,
  Tab,
  wrongCodeOf,
  type Door,
} from '../support/flow.ts'
import { LimiterStore } from '../support/limiter-store.ts'

const bob = { username: 'bob@example.com', channel: 'push' }

/** An answer without its class, as from a limiter that another copy of the library has made. */
class OfAnotherCopy extends RateLimiterMemory {
  override async consume(...args: Parameters<RateLimiterMemory['consume']>) {
    return super.consume(...args).catch((answer: RateLimiterRes) => {
      const { msBeforeNext, consumedPoints, remainingPoints } = answer
      throw { msBeforeNext, consumedPoints, remainingPoints }
    })
  }
}

/** Answers for a full key itself, as those with `inMemoryBlockOnConsumed` do: its store is spared. */
class Sparing extends RateLimiterMemory {
  override async consume(...args: Parameters<RateLimiterMemory['consume']>) {
    const known = await this.get(args[0])
    if (known && known.msBeforeNext > 0 && known.consumedPoints >= this.points) {
      throw { msBeforeNext: known.msBeforeNext, remainingPoints: 0 }
    }
    return super.consume(...args)
  }
}

/** Remembers by itself what it has refused, and is told of nothing that its store is told later. */
class Blocking extends RateLimiterMemory {
  readonly #blocked = new Map<string, number>()

  override async get(key: string) {
    const answer = await super.get(key)
    // Far away: others have asked as well before the answer is here.
    await sleep(30)
    return answer
  }

  override async consume(...args: Parameters<RateLimiterMemory['consume']>) {
    const [key] = args
    const msBeforeNext = (this.#blocked.get(String(key)) ?? 0) - Date.now()
    if (msBeforeNext > 0) {
      throw { msBeforeNext, remainingPoints: 0 }
    }
    return super.consume(...args).catch((answer: RateLimiterRes) => {
      this.#blocked.set(String(key), Date.now() + answer.msBeforeNext)
      throw answer
    })
  }
}

describe('limits.limiter', () => {
  const shared = shareStandIn()

  it('makes every limiter, each with a prefix of its own, the gate’s among them', () => {
    const store = new LimiterStore()
    const limits = { limiter: store.limiter, budget: { points: 1000, duration: 3600 } }

    expect(new OktaOobStrategy({ ...publicClient, limits })).to.have.property('name')

    expect(store.made).to.have.deep.members([
      { keyPrefix: 'okta-oob:gate', points: 1, duration: 600 },
      { keyPrefix: 'okta-oob:slow', points: 1, duration: 600 },
      { keyPrefix: 'okta-oob:ended', points: 1, duration: 600 },
      { keyPrefix: 'okta-oob:claim', points: 1, duration: 60 },
      { keyPrefix: 'okta-oob:codesPerChallenge:4/600', points: 4, duration: 600 },
      { keyPrefix: 'okta-oob:codesPerUser:10/3600', points: 10, duration: 3600 },
      { keyPrefix: 'okta-oob:codesPerUser:100/1728000', points: 100, duration: 1_728_000 },
      { keyPrefix: 'okta-oob:sends:1/30', points: 1, duration: 30 },
      { keyPrefix: 'okta-oob:sends:3/600', points: 3, duration: 600 },
      { keyPrefix: 'okta-oob:sends:5/3600', points: 5, duration: 3600 },
      { keyPrefix: 'okta-oob:pushes:3/600', points: 3, duration: 600 },
      { keyPrefix: 'okta-oob:pushes:10/86400', points: 10, duration: 86_400 },
      { keyPrefix: 'okta-oob:pushPause:1/60', points: 1, duration: 60 },
      { keyPrefix: 'okta-oob:starts:60/600', points: 60, duration: 600 },
      { keyPrefix: 'okta-oob:starts:300/600', points: 300, duration: 600 },
      { keyPrefix: 'okta-oob:failures:100/3600', points: 100, duration: 3600 },
      { keyPrefix: 'okta-oob:failures:500/3600', points: 500, duration: 3600 },
      { keyPrefix: 'okta-oob:budget:1000/3600', points: 1000, duration: 3600 },
    ])
    const prefixes = store.made.map(({ keyPrefix }) => keyPrefix)
    expect(new Set(prefixes)).to.have.property('size', prefixes.length)
  })

  it('never tells its store a username', async () => {
    const keys: string[] = []
    const store = new LimiterStore(
      (options) =>
        new (class extends RateLimiterMemory {
          override getKey(key: string): string {
            keys.push(key)
            return super.getKey(key)
          }
        })(options),
    )
    const { okta, tab } = await beginFlow(shared.okta, {
      strategy: { limits: { limiter: store.limiter } },
    })
    await tab.start({ channel: 'sms' })
    await tab.submit(wrongCodeOf(okta))
    await tab.submit(codeOf(okta))

    expect(keys.length).to.be.greaterThan(10)
    expect(keys.join(' ')).to.not.match(/alice|example/i)
  })

  describe('with one store for two processes', () => {
    /** Two apps that share sessions and limits, and one browser that meets both. */
    const begin = async () => {
      const clock = stopClock()
      const store = new MemoryStore()
      const limits = { limiter: new LimiterStore().limiter }
      const options = { app: { store }, strategy: { limits } }
      const one = await beginFlow(shared.okta, options)
      const two = await beginFlow(shared.okta, options)
      const there = (tab: Tab): Tab => {
        const browser = new Browser(two.app.origin)
        browser.cookies = new Map(tab.browser.cookies)
        return new Tab(browser, jsonDoors['the handlers, as JSON'] as Door)
      }
      const asked = (endpoint: 'oob-authenticate' | 'token'): number =>
        one.calls.count(endpoint) + two.calls.count(endpoint)
      return { clock, okta: shared.okta, tab: one.tab, there, asked }
    }

    it('lets one poll per interval through', async () => {
      const { clock, okta, tab, there, asked } = await begin()
      const { challenge } = await tab.start(bob)
      const tabs = [tab, there(tab), tab.copy(), there(tab)]
      clock.tick(5000)

      await Promise.all(tabs.map((each) => each.poll()))
      expect(asked('token')).to.equal(1)
      approve(okta, challenge)
      clock.tick(5000)
      const codes = (await Promise.all(tabs.map((each) => each.poll()))).map(({ code }) => code)

      expect(codes.filter((code) => code === 'complete')).to.have.length(1)
      expect(asked('token')).to.equal(2)
    })

    it('lets four wrong codes through, of fifty at once', async () => {
      const { okta, tab, there, asked } = await begin()
      await tab.start({ channel: 'sms' })
      const tabs = Array.from({ length: 25 }, () => [tab.copy(), there(tab)]).flat()

      const answers = await Promise.all(tabs.map((each) => each.submit(wrongCodeOf(okta))))

      expect(asked('token')).to.equal(4)
      expect(answers.map(({ page }) => page.json.error.attemptsLeft)).to.not.include(0)
      expect((await there(tab).submit(codeOf(okta))).code).to.equal('no_challenge')
    })

    it('sends one text, of ten at once', async () => {
      const { tab, there, asked } = await begin()

      await Promise.all(
        [tab, there(tab)].flatMap((each) =>
          Array.from({ length: 5 }, () => each.copy().start({ channel: 'sms' })),
        ),
      )

      expect(asked('oob-authenticate')).to.equal(1)
    })
  })

  for (const [what, Limiter] of Object.entries({
    'from another copy of the library': OfAnotherCopy,
    'that spares its store': Sparing,
    'that blocks keys in its own memory': Blocking,
  })) {
    describe(`with limiters ${what}`, () => {
      const begin = async () => {
        const clock = stopClock()
        const { limiter } = new LimiterStore((options) => new Limiter(options))
        return { clock, ...(await beginFlow(shared.okta, { strategy: { limits: { limiter } } })) }
      }

      it('lets four wrong codes through', async () => {
        const { okta, tab, calls } = await begin()
        await tab.start({ channel: 'sms' })

        const answers = await Promise.all(
          Array.from({ length: 20 }, () => tab.copy().submit(wrongCodeOf(okta))),
        )

        expect(calls.count('token')).to.equal(4)
        expect(answers.map(({ page }) => page.json.error.attemptsLeft)).to.not.include(0)
        expect((await tab.submit(codeOf(okta))).code).to.equal('no_challenge')
      })

      it('sends one text in 30 s and three in 10 min', async () => {
        const { clock, tab, calls } = await begin()
        for (let text = 1; text <= 3; text += 1) {
          expect((await tab.start({ channel: 'sms' })).code).to.equal('challenge_started')
          for (let count = 1; count <= 3; count += 1) {
            expect((await tab.start({ channel: 'sms' })).code).to.equal('rate_limited')
          }
          clock.tick(30_000)
        }

        expect(await tab.start({ channel: 'sms' })).to.include({
          code: 'rate_limited',
          retryAfter: 510,
        })
        expect(calls.count('oob-authenticate')).to.equal(3)
      })

      it('tells one request that the challenge has expired', async () => {
        const { clock, tab } = await begin()
        await tab.start({ channel: 'sms' })
        clock.tick(301_000)

        const tabs = Array.from({ length: 3 }, () => tab.copy())
        const answers = await Promise.all(tabs.map((each) => each.submit('123456')))

        const codes = answers.map(({ code }) => code).toSorted()
        expect(codes).to.deep.equal(['challenge_expired', 'no_challenge', 'no_challenge'])
      })

      it('lets one poll per interval through', async () => {
        const { clock, okta, tab, calls } = await begin()
        const { challenge } = await tab.start(bob)
        const tabs = Array.from({ length: 5 }, () => tab.copy())
        expect(await tab.poll()).to.include({ code: 'authorization_pending', retryAfter: 5 })
        clock.tick(5000)
        await Promise.all(tabs.map((each) => each.poll()))
        expect(calls.count('token')).to.equal(1)

        approve(okta, challenge)
        clock.tick(5000)
        expect((await tab.poll()).code).to.equal('complete')
      })
    })
  }
})
