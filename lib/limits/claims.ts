import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import type { MakeLimiter } from './limiter.ts'
import { query } from './store.ts'

/** Seconds for which the first of equal requests keeps its claim, unless it releases it. */
export const claimSeconds = 60

/** Has one of several equal requests be the first, in whichever processes they arrive. */
export class Claims {
  readonly #limiter: RateLimiterAbstract

  constructor(limiter: MakeLimiter) {
    this.#limiter = limiter({ points: 1, duration: claimSeconds, keyPrefix: 'okta-oob:claim' })
  }

  /** @returns true for the first one */
  async take(key: string): Promise<boolean> {
    return (await query(this.#limiter, (limiter) => limiter.penalty(key))).consumedPoints === 1
  }

  async release(key: string): Promise<void> {
    await query(this.#limiter, (limiter) => limiter.delete(key))
  }
}
