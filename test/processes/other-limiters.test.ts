import { expect } from 'chai'
import { OktaOobStrategy, type MakeLimiter } from 'passport-okta-oob'
import { RateLimiterMemory, RateLimiterRedis, RLWrapperTimeouts } from 'rate-limiter-flexible'
import { createClient } from 'redis'
import { drive, request } from '../support/actions.ts'
import { beginFlow, shareStandIn, wrongCodeOf, type Step } from '../support/flow.ts'
import { needsRedis, startRedis } from '../support/redis.ts'
import { whenOver } from '../support/resources.ts'
import { withGlobal } from '@sinonjs/fake-timers'

describe('Limiters of the app’s own', () => {
  const shared = shareStandIn()

  /** Six wrong codes one after the other, with the channel's limits as they are by default. */
  async function guess(limiter: MakeLimiter): Promise<{ codes: string[]; calls: number }> {
    const { okta, tab, calls } = await beginFlow(shared.okta, { strategy: { limits: { limiter } } })
    await tab.start({ channel: 'sms' })
    const copy = tab.copy()
    const steps: Step[] = []
    for (let guessed = 0; guessed < 6; guessed += 1) {
      steps.push(await copy.submit(wrongCodeOf(okta)))
    }
    return { codes: steps.map(({ code }) => code), calls: calls.count('token') }
  }

  it('may be wrapped into one that knows neither points nor duration', async () => {
    const { codes, calls } = await guess(
      (options) =>
        new RLWrapperTimeouts({ limiter: new RateLimiterMemory(options), timeoutMs: 1000 }),
    )

    expect(codes.slice(0, 4)).to.deep.equal([
      ...Array.from({ length: 3 }, () => 'incorrect_code'),
      'too_many_attempts',
    ])
    expect(calls).to.equal(4)
  })

  it('may refuse from memory, without counting, what has been too much before', async function () {
    needsRedis(this)
    const redis = await startRedis()
    whenOver(() => redis.stop())
    const client = await createClient({ url: redis.url }).connect()
    whenOver(() => {
      client.destroy()
    })
    const limiter: MakeLimiter = (options) =>
      new RateLimiterRedis({
        storeClient: client,
        useRedisPackage: true,
        inMemoryBlockOnConsumed: options.points + 1,
        ...options,
      })
    const limits = {
      limiter,
      codesPerChallenge: false as const,
      codesPerUser: { points: 2, duration: 60 },
    }
    const { okta, tab, calls } = await beginFlow(shared.okta, { strategy: { limits } })
    await tab.start({ channel: 'sms' })

    const codes: string[] = []
    for (let guessed = 0; guessed < 6; guessed += 1) {
      codes.push((await tab.submit(wrongCodeOf(okta))).code)
    }

    expect(codes.slice(2)).to.deep.equal(Array.from({ length: 4 }, () => 'too_many_attempts'))
    expect(calls.count('token')).to.equal(2)
    // Nothing was given back that had not been taken.
    const [key = ''] = await client.keys('okta-oob:codesPerUser:*')
    expect(await client.get(key)).to.equal('2')
  })

  it('that never answer end the request all the same', async () => {
    const clock = withGlobal(globalThis).install({ toFake: ['setTimeout', 'clearTimeout'] })
    whenOver(() => {
      clock.uninstall()
    })
    class Silent extends RateLimiterMemory {
      override consume(): Promise<never> {
        return new Promise(() => {})
      }
    }
    const okta = new OktaOobStrategy({
      issuer: 'https://example.okta.com',
      clientID: '0oa1client',
      limits: { limiter: (options) => new Silent(options) },
    })

    const driven = drive(okta, request({ username: 'alice@example.com' }))
    await clock.tickAsync(5000)

    const [[action, error] = []] = await driven
    expect(action).to.equal('error')
    expect(error).to.include({ code: 'limiter_unavailable', status: 503, retryAfter: 5 })
  })
})
