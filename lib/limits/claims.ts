import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import type { MakeLimiter } from './limiter.ts'
import { add, look, query } from './store.ts'

/** Seconds for which the first of equal requests keeps its claim, unless it releases it. */
export const claimSeconds = 60

/** Has one of several equal requests be the first, in whichever processes they arrive. */
export class Claims {
  readonly #limiter: RateLimiterAbstract

  constructor(limiter: MakeLimiter) {
    this.#limiter = limiter({ points: 1, duration: claimSeconds, keyPrefix: 'okta-oob:claim' })
  }

  /** @returns true for the first one */
  async take(key: string, seconds: number = claimSeconds): Promise<boolean> {
    return (await add(this.#limiter, key, seconds)).consumed === 1
  }

  async isTaken(key: string): Promise<boolean> {
    return (await look(this.#limiter, key)) !== undefined
  }

  async release(key: string): Promise<void> {
    await query(this.#limiter, (limiter) => limiter.delete(key))
  }

  /** Shortens what is left of a claim, in whole seconds. */
  async endIn(key: string, seconds: number): Promise<void> {
    await query(this.#limiter, (limiter) => limiter.set(key, 1, seconds))
  }
}
