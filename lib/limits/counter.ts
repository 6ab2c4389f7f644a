import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import { ask, consume } from './store.ts'
import type { Limit } from './options.ts'

/** What a counter says to one more. */
export interface Count {
  limit: Limit
  /** This one is over the limit, and has not been counted. */
  refused: boolean
  /** How many more may follow; `Infinity` without a limit. */
  left: number
  /** Seconds until the next one may follow. */
  wait: number
}

/** One row of the table of limits: so many in each of its windows, counted by key. */
export class Counter {
  readonly limit: Limit
  readonly windows: readonly RateLimiterAbstract[]

  constructor(limit: Limit, windows: readonly RateLimiterAbstract[]) {
    this.limit = limit
    this.windows = windows
  }

  /** Counts one, unless that would be too many for any of the windows. */
  async take(key: string): Promise<Count> {
    const answers = await Promise.all(
      this.windows.map(async (window) => ({ window, ...(await consume(window, key)) })),
    )
    const refused = answers.some(({ window, consumed }) => consumed > window.points)
    if (refused) {
      await this.giveBack(key)
    }
    const full = answers.filter(({ window, consumed }) =>
      refused ? consumed > window.points : consumed === window.points,
    )
    return {
      limit: this.limit,
      refused,
      left: Math.min(...answers.map(({ window, consumed }) => window.points - consumed)),
      wait: Math.max(0, ...full.map(({ wait }) => wait)),
    }
  }

  async giveBack(key: string): Promise<void> {
    await Promise.all(
      this.windows.map(async (window) => {
        const { consumedPoints } = await ask(window.reward(key))
        // What was taken has expired meanwhile: below zero, one too many would be let through.
        if (consumedPoints < 0) {
          await ask(window.penalty(key))
        }
      }),
    )
  }

  /** Counts one that has happened already. */
  async add(key: string): Promise<void> {
    await Promise.all(this.windows.map((window) => ask(window.penalty(key))))
  }

  /** Whether one more would be refused, and for how long, without counting it. */
  async look(key: string): Promise<Count> {
    const answers = await Promise.all(
      this.windows.map(async (window) => ({ window, answer: await ask(window.get(key)) })),
    )
    // A store in memory keeps what has expired until its timer has fired.
    const full = answers.flatMap(({ window, answer }) =>
      answer && answer.msBeforeNext > 0 && answer.consumedPoints >= window.points ? [answer] : [],
    )
    return {
      limit: this.limit,
      refused: full.length > 0,
      left: full.length > 0 ? 0 : Infinity,
      wait: Math.max(0, ...full.map(({ msBeforeNext }) => msBeforeNext / 1000)),
    }
  }

  async forget(key: string): Promise<void> {
    await Promise.all(this.windows.map((window) => ask(window.delete(key))))
  }
}

/**
 * Takes one of each, in order. What a refused one would have followed is given back, so that a
 * refusal costs nothing.
 *
 * @returns what each has said, or only the refusal
 */
export async function takeAll(claims: readonly (readonly [Counter, string])[]): Promise<Count[]> {
  const counts: Count[] = []
  for (const [index, [counter, key]] of claims.entries()) {
    const count = await counter.take(key)
    if (count.refused) {
      await Promise.all(claims.slice(0, index).map(([taken, its]) => taken.giveBack(its)))
      return [count]
    }
    counts.push(count)
  }
  return counts
}
