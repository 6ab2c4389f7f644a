import { RateLimiterMemory } from 'rate-limiter-flexible'
import { check } from '../check.ts'
import type { LimiterOptions } from './options.ts'

/** In seconds: it keeps its time with timers, and a longer one fires at once. */
const longest = Math.floor((2 ** 31 - 1) / 1000)

/** The limiter of an app that has not said how to make one: for one process, and always there. */
export class MemoryLimiter extends RateLimiterMemory {
  /** @throws {TypeError} for a window that is too long */
  constructor(options: LimiterOptions) {
    check(options.duration <= longest, 'limits', 'in memory last for 24 days at most')
    // It has its keys to itself, where a prefix would only take room.
    super({ ...options, keyPrefix: '' })
  }
}
