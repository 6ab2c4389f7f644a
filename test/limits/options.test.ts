import { expect } from 'chai'
import type { Clock } from '@sinonjs/fake-timers'
import { OktaOobStrategy, type OktaOobStrategyOptions } from 'passport-okta-oob'
import { publicClient } from '../support/account.ts'
import { stopClock } from '../support/clock.ts'
import { beginFlow, shareStandIn, wrongCodeOf, type Flow } from '../support/flow.ts'
import { LimiterStore } from '../support/limiter-store.ts'
import { newest } from '../support/stand-in.ts'

type LimitsOptions = Exclude<OktaOobStrategyOptions['limits'], false | undefined>
type Limit = Exclude<keyof LimitsOptions, 'limiter'>
type Scene = Flow & { clock: Clock }

interface Limited {
  /** How many reach Okta without an option. */
  usual: number
  /** What comes before. */
  before?: (scene: Scene) => unknown
  /** Tries once more what is limited. */
  again: (scene: Scene, count: number) => unknown
  /** Where Okta is asked. */
  endpoint: 'oob-authenticate' | 'token'
  /** Whether the first window that is full is the last thing that happens. */
  ends?: true
  /** Seconds until it counts. */
  delay?: number
}

const usernames = ['alice', 'bob', 'carol', 'erin'].map((name) => `${name}@example.com`)

const startText = ({ tab }: Scene): unknown => tab.start({ channel: 'sms' })
const submitWrong = ({ tab, okta }: Scene): unknown => tab.submit(wrongCodeOf(okta))

const table: Record<Limit, Limited> = {
  codesPerChallenge: {
    usual: 4,
    before: startText,
    again: submitWrong,
    endpoint: 'token',
    ends: true,
  },
  codesPerUser: {
    usual: 10,
    again: async (scene) => {
      await startText(scene)
      await submitWrong(scene)
    },
    endpoint: 'token',
  },
  sends: { usual: 1, again: startText, endpoint: 'oob-authenticate' },
  pushes: {
    usual: 3,
    again: ({ tab }) => tab.start({ channel: 'push' }),
    endpoint: 'oob-authenticate',
  },
  pushPause: {
    usual: 1,
    again: async ({ tab, okta, clock }) => {
      const now = Date.now()
      if ((await tab.start({ channel: 'push' })).code === 'challenge_started') {
        okta.directory.answer(newest(okta).id, 'deny')
        clock.tick(5000)
        await tab.poll()
      }
      clock.setSystemTime(now)
    },
    delay: 5,
    endpoint: 'oob-authenticate',
  },
  starts: {
    usual: 60,
    again: ({ tab }, count) => tab.start({ username: usernames[count % 4] ?? '', channel: 'push' }),
    endpoint: 'oob-authenticate',
  },
  failures: {
    usual: 100,
    again: async (scene) => {
      await startText(scene)
      await submitWrong(scene)
    },
    endpoint: 'token',
  },
  budget: {
    usual: Infinity,
    again: ({ tab }, count) => tab.start({ username: usernames[count % 4] ?? '', channel: 'sms' }),
    endpoint: 'oob-authenticate',
  },
}

const limits = Object.keys(table) as Limit[]
const none: LimitsOptions = Object.fromEntries(limits.map((limit) => [limit, false]))

describe('The option limits', () => {
  const shared = shareStandIn()

  /** How many tries reach Okta with these limits, at each of these moments in seconds. */
  const reaching = async (
    limit: Limit,
    options: OktaOobStrategyOptions['limits'],
    moments: number[] = [0],
    tries = 4,
  ): Promise<number[]> => {
    const clock = stopClock()
    const begun = Date.now()
    const scene = { ...(await beginFlow(shared.okta, { strategy: { limits: options } })), clock }
    const { before, again, endpoint } = table[limit]
    await before?.(scene)
    const counts = []
    for (const seconds of moments) {
      clock.setSystemTime(begun + seconds * 1000)
      const asked = scene.calls.count(endpoint)
      for (let count = 0; count < tries; count += 1) {
        await again(scene, count)
      }
      counts.push(scene.calls.count(endpoint) - asked)
    }
    return counts
  }

  for (const limit of limits) {
    const { usual, ends, delay = 0 } = table[limit]
    const many = Number.isFinite(usual) ? usual + 1 : 6

    describe(limit, () => {
      it('has its default where it is left out', async () => {
        const [count] = await reaching(limit, { ...none, [limit]: undefined }, [0], many)

        expect(count).to.equal(Math.min(usual, many))
      })

      it('is so many points in a duration', async () => {
        const options = { ...none, [limit]: { points: 2, duration: 100 } }

        const counts = await reaching(limit, options, [0, delay + 99.999, delay + 100])

        expect(counts).to.deep.equal([2, 0, ends ? 0 : 2])
      })

      it('is a list of those, which all count', async () => {
        const list = [
          { points: 2, duration: 10 },
          { points: 3, duration: 100 },
        ]

        const counts = await reaching(limit, { ...none, [limit]: list }, [
          0,
          delay + 10,
          delay + 20,
          delay + 100,
        ])

        expect(counts).to.deep.equal(ends ? [2, 0, 0, 0] : [2, 1, 0, 2])
      })

      it('is off when it is false', async () => {
        expect(await reaching(limit, none, [0], many)).to.deep.equal([many])
      })
    })
  }

  it('turns every limit off when it is false', async () => {
    const clock = stopClock()
    const flow = await beginFlow(shared.okta, { strategy: { limits: false } })
    const scene = { ...flow, clock }
    for (let count = 1; count <= 21; count += 1) {
      await startText(scene)
      await submitWrong(scene)
    }
    for (let count = 1; count <= 4; count += 1) {
      await table.pushPause.again(scene, count)
    }

    expect(flow.calls.count('oob-authenticate')).to.equal(25)
    expect(flow.calls.count('token')).to.equal(25)
  })

  const wrongRows: Record<string, unknown> = {
    'a number': 5,
    'a string': '5 per minute',
    true: true,
    null: null,
    'an empty object': {},
    'no duration': { points: 5 },
    'no points': { duration: 60 },
    'zero points': { points: 0, duration: 60 },
    'a fraction of a point': { points: 1.5, duration: 60 },
    'negative points': { points: -1, duration: 60 },
    'endless points': { points: Infinity, duration: 60 },
    'points as text': { points: '5', duration: 60 },
    'a duration of zero, which is endless to some limiters': { points: 5, duration: 0 },
    'a fraction of a second': { points: 5, duration: 0.5 },
    'no number as its duration': { points: 5, duration: NaN },
    'a list with something else in it': [{ points: 5, duration: 60 }, 5],
    'a list with nothing in it': [undefined],
  }
  for (const limit of limits) {
    it(`is refused, by name, for a ${limit} that is none`, () => {
      for (const [what, row] of Object.entries(wrongRows)) {
        const options = { ...publicClient, limits: { [limit]: row } as LimitsOptions }
        expect(() => new OktaOobStrategy(options), what)
          .to.throw(TypeError)
          .with.property('message')
          .that.includes('"limits"')
          .and.includes(limit)
      }
    })
  }

  const wrongWholes: Record<string, [value: unknown, mentions: string]> = {
    null: [null, 'object'],
    true: [true, 'object'],
    'a number': [5, 'object'],
    'a string': ['none', 'object'],
    'an unknown row': [{ codesPerUsr: false }, 'codesPerUsr'],
    'a limiter that is no function': [{ limiter: {} }, 'limiter'],
    'a limiter that is null': [{ limiter: null }, 'limiter'],
    'a function that makes nothing': [{ limiter: () => {} }, 'limiter'],
    'a function that makes something else': [{ limiter: () => new Map() }, 'limiter'],
    'a function that promises a limiter': [
      { limiter: async (options: never) => new LimiterStore().limiter(options) },
      'limiter',
    ],
  }
  for (const [what, [value, mentions]] of Object.entries(wrongWholes)) {
    it(`is refused, by name, when it is ${what}`, () => {
      const options = { ...publicClient, limits: value as LimitsOptions }
      expect(() => new OktaOobStrategy(options))
        .to.throw(TypeError)
        .with.property('message')
        .that.includes('"limits"')
        .and.includes(mentions)
    })
  }

  describe('for a month', () => {
    const month = { sends: { points: 100, duration: 30 * 24 * 3600 } }

    it('is refused in memory, whose timers cannot wait so long', () => {
      expect(() => new OktaOobStrategy({ ...publicClient, limits: month })).to.throw(
        TypeError,
        /"limits".*24 days/,
      )
    })

    it('is fine in a store of the app’s', () => {
      const store = new LimiterStore()
      const own = { ...month, limiter: store.limiter }

      expect(() => new OktaOobStrategy({ ...publicClient, limits: own })).not.to.throw()
      expect(store.made).to.deep.include({
        keyPrefix: 'okta-oob:sends:100/2592000',
        ...month.sends,
      })
    })
  })
})
