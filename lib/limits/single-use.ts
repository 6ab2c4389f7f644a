import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import type { Challenge } from '../challenge.ts'
import type { MakeLimiter } from './limiter.ts'
import { add, look } from './store.ts'

/** Lets each challenge end once, although several requests may hold a copy of it. */
export class SingleUse {
  readonly #limiter: RateLimiterAbstract
  readonly #maxRedeemTimeout: number

  /** @param maxRedeemTimeout seconds that a call for tokens can take at the most */
  constructor(limiter: MakeLimiter, maxRedeemTimeout: number) {
    this.#limiter = limiter({ points: 1, duration: 600, keyPrefix: 'okta-oob:ended' })
    this.#maxRedeemTimeout = maxRedeemTimeout
  }

  /**
   * Ends the challenge for every request that holds a copy of it.
   *
   * @returns false when another request has ended it before
   */
  async claim(challenge: Challenge): Promise<boolean> {
    const life = Math.max(0, challenge.expiresAt - Date.now()) / 1000
    // A call that is under way when the challenge expires may still come back with tokens.
    const customDuration = Math.ceil(life) + this.#maxRedeemTimeout
    const { consumed } = await add(this.#limiter, challenge.id, customDuration)
    return consumed === 1
  }

  async isOver({ id }: Challenge): Promise<boolean> {
    return (await look(this.#limiter, id)) !== undefined
  }

  /** Whether more than one request has tried to end the challenge. */
  async isContested({ id }: Challenge): Promise<boolean> {
    return ((await look(this.#limiter, id))?.consumed ?? 0) > 1
  }
}
