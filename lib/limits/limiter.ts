import { RateLimiterMemory, type RateLimiterAbstract } from 'rate-limiter-flexible'
import { check } from '../options.ts'

/** At most `points` in `duration` seconds. */
export interface Window {
  points: number
  duration: number
}

/** Options of one limiter; its prefix keeps the limits apart in a store that they share. */
export interface LimiterOptions extends Window {
  keyPrefix: string
}

export type MakeLimiter = (options: LimiterOptions) => RateLimiterAbstract

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

const processKey = Symbol.for('passport-okta-oob.limiters')

/** The limiters in memory of this process; other copies of this package have the same. */
export function limitersOfProcess(): Map<string, RateLimiterAbstract> {
  const holder = globalThis as { [processKey]?: Map<string, RateLimiterAbstract> }
  holder[processKey] ??= new Map()
  return holder[processKey]
}
