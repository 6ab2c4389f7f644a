import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import { attempt, OktaOobError } from '../errors.ts'
import type { Limit } from '../options.ts'
import type { Window } from './limiter.ts'
import { consume, look, query } from './store.ts'

/** What a limit says to one more. */
export interface Count {
  limit: Limit
  /** This one is over the limit, and has not been counted. */
  refused: boolean
  /** How many more may follow. */
  left: number
  /** Seconds until the next one may follow. */
  wait: number
}

/** One that has been counted. */
export interface Taken extends Count {
  key: string
  /** Undoes it. */
  giveBack: () => Promise<void>
}

/** A window and its limiter; a limiter that wraps another one does not know its points. */
export interface CountedWindow extends Window {
  limiter: RateLimiterAbstract
}

/** One row of the table of limits: so many in each of its windows, counted by key. */
export class Counter {
  readonly limit: Limit
  /** The longest first: what it refuses must not open a shorter one, which would end too soon. */
  readonly windows: readonly CountedWindow[]

  constructor(limit: Limit, windows: readonly CountedWindow[]) {
    this.limit = limit
    this.windows = windows.toSorted((one, other) => other.duration - one.duration)
  }

  /** Counts one that has happened already. One beyond the limit has the window begin anew. */
  async add(key: string): Promise<void> {
    await Promise.all(
      this.windows.map(async ({ points, duration, limiter }) => {
        const { consumedPoints } = await query(limiter, (it) => it.penalty(key))
        if (consumedPoints > points) {
          await query(limiter, (it) => it.set(key, points, duration))
        }
      }),
    )
  }

  /** Seconds until one more would not be refused; 0 when it would not be now. */
  async waitFor(key: string): Promise<number> {
    return Math.max(0, ...(await Promise.all(this.windows.map((window) => waitFor(window, key)))))
  }

  /** Undoes one that was counted earlier, by another request perhaps. */
  async giveBack(key: string): Promise<void> {
    await Promise.all(
      this.windows.map(async ({ limiter }) => {
        const found = await look(limiter, key)
        if (found && found.consumed > 0) {
          await giveBackOne(limiter, key)
        }
      }),
    )
  }

  async forget(key: string): Promise<void> {
    await Promise.all(this.windows.map(({ limiter }) => query(limiter, (it) => it.delete(key))))
  }
}

/**
 * Takes one of each, in order. What a refused one would have followed is given back, so that a
 * refusal costs nothing; it also waits for what it would have been followed by.
 *
 * @returns what each window has said, or only the refusal
 */
export async function takeAll(claims: readonly (readonly [Counter, string])[]): Promise<Taken[]> {
  const all = claims.flatMap(([{ limit, windows }, key]) =>
    windows.map((window) => ({ limit, window, key })),
  )
  const counts: Taken[] = []
  for (const [index, { limit, window, key }] of all.entries()) {
    const taken = await attempt(take(window, key))
    if (taken instanceof OktaOobError) {
      // The store may be back already; where it is not, this request does not wait for it again.
      void Promise.allSettled(counts.map(({ giveBack }) => giveBack()))
      throw taken
    }
    const count = { limit, key, ...taken }
    counts.push(count)
    if (count.refused) {
      await Promise.all(counts.map(({ giveBack }) => giveBack()))
      const behind = all.slice(index + 1).map((other) => waitFor(other.window, other.key))
      return [{ ...count, wait: Math.max(count.wait, ...(await Promise.all(behind))) }]
    }
  }
  return counts
}

async function take(
  { points, limiter }: CountedWindow,
  key: string,
): Promise<Omit<Taken, 'limit' | 'key'>> {
  const { refused, consumed, wait } = await consume(limiter, key)
  const left = points - consumed
  const end = Date.now() + wait * 1000
  const giveBack = async (): Promise<void> => {
    // Nothing was counted, or it is forgotten with its window: what the next one counts is not ours.
    if (consumed === 0 || Date.now() >= end) {
      return
    }
    await giveBackOne(limiter, key)
  }
  return { refused, left, wait: refused || left === 0 ? wait : 0, giveBack }
}

async function giveBackOne(limiter: RateLimiterAbstract, key: string): Promise<void> {
  const { consumedPoints } = await query(limiter, (it) => it.reward(key))
  // The store has forgotten it before its time: below zero, one too many would be let through.
  if (consumedPoints < 0) {
    await query(limiter, (it) => it.penalty(key))
  }
}

async function waitFor({ points, limiter }: CountedWindow, key: string): Promise<number> {
  const found = await look(limiter, key)
  return found && found.consumed >= points ? found.wait : 0
}
