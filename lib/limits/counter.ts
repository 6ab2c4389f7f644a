import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import { ask, consume } from './store.ts'
import type { Limit, Window } from './options.ts'

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

/** What counts in one window; a limiter around another one does not know its points. */
export interface CountedWindow extends Window {
  limiter: RateLimiterAbstract
}

/** One row of the table of limits: so many in each of its windows, counted by key. */
export class Counter {
  readonly limit: Limit
  readonly windows: readonly CountedWindow[]

  constructor(limit: Limit, windows: readonly CountedWindow[]) {
    this.limit = limit
    this.windows = windows
  }

  /** Counts one, unless that would be too many for any of the windows. */
  async take(key: string): Promise<Count> {
    const answers = await Promise.all(
      this.windows.map(async (window) => ({ window, ...(await consume(window.limiter, key)) })),
    )
    const refusals = answers.filter(({ refused }) => refused)
    const refused = refusals.length > 0
    if (refused) {
      const counted = answers.filter(({ consumed }) => consumed > 0)
      await Promise.all(counted.map(({ window }) => giveBack(window, key)))
    }
    const full = refused
      ? refusals
      : answers.filter(({ window, consumed }) => consumed === window.points)
    return {
      limit: this.limit,
      refused,
      left: Math.min(...answers.map(({ window, consumed }) => window.points - consumed)),
      wait: Math.max(0, ...full.map(({ wait }) => wait)),
    }
  }

  async giveBack(key: string): Promise<void> {
    await Promise.all(this.windows.map((window) => giveBack(window, key)))
  }

  /** Counts one that has happened already. */
  async add(key: string): Promise<void> {
    await Promise.all(this.windows.map(({ limiter }) => ask(limiter.penalty(key))))
  }

  /** Whether one more would be refused, and for how long, without counting it. */
  async look(key: string): Promise<Count> {
    const answers = await Promise.all(
      this.windows.map(async ({ points, limiter }) => ({
        points,
        answer: await ask(limiter.get(key)),
      })),
    )
    // A store in memory keeps what has expired until its timer has fired.
    const full = answers.flatMap(({ points, answer }) =>
      answer && answer.msBeforeNext > 0 && answer.consumedPoints >= points ? [answer] : [],
    )
    return {
      limit: this.limit,
      refused: full.length > 0,
      left: full.length > 0 ? 0 : Infinity,
      wait: Math.max(0, ...full.map(({ msBeforeNext }) => msBeforeNext / 1000)),
    }
  }

  async forget(key: string): Promise<void> {
    await Promise.all(this.windows.map(({ limiter }) => ask(limiter.delete(key))))
  }
}

async function giveBack({ limiter }: CountedWindow, key: string): Promise<void> {
  const { consumedPoints } = await ask(limiter.reward(key))
  // What was taken has expired meanwhile: below zero, one too many would be let through.
  if (consumedPoints < 0) {
    await ask(limiter.penalty(key))
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
