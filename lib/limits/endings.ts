import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import type { Challenge } from '../challenge.ts'
import { maxTimeout } from '../okta/options.ts'
import { callsPerCompletion } from './gate.ts'
import type { MakeLimiter } from './options.ts'
import { add, look } from './store.ts'

/** Which challenges are over, for every request that still holds a copy of one. */
export class Endings {
  readonly limiter: RateLimiterAbstract

  constructor(limiter: MakeLimiter) {
    this.limiter = limiter({ points: 1, duration: 600, keyPrefix: 'okta-oob:ended' })
  }

  /**
   * Ends the challenge for every request that holds a copy of it.
   *
   * @returns false when another request has ended it before
   */
  async end(challenge: Challenge): Promise<boolean> {
    const life = Math.max(0, challenge.expiresAt - Date.now()) / 1000
    // A call that is out when the challenge expires may still come back with tokens.
    const customDuration = Math.ceil(life) + callsPerCompletion * maxTimeout + 1
    const { consumed } = await add(this.limiter, challenge.id, customDuration)
    return consumed === 1
  }

  async isOver({ id }: Challenge): Promise<boolean> {
    return (await look(this.limiter, id)) !== undefined
  }

  /** Whether more than one request has wanted to end the challenge. */
  async isContested({ id }: Challenge): Promise<boolean> {
    return ((await look(this.limiter, id))?.consumed ?? 0) > 1
  }
}
