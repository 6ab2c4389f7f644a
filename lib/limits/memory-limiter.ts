import { RateLimiterMemory } from 'rate-limiter-flexible'
import { check } from '../options.ts'
import type { LimiterOptions } from './options.ts'

/** Seconds: RateLimiterMemory has a timer for each key, and a longer one would fire at once. */
const longest = Math.floor((2 ** 31 - 1) / 1000)

/** The limiter of an app without `limits.limiter`: for one process, and always available. */
export class MemoryLimiter extends RateLimiterMemory {
  /** @throws {TypeError} for a window that is too long */
  constructor(options: LimiterOptions) {
    check(options.duration <= longest, 'limits', 'in memory last for 24 days at most')
    // Each has a map of its own, so a prefix would only take room.
    super({ ...options, keyPrefix: '' })
  }
}
