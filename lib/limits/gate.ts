import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import type { Challenge } from '../challenge.ts'
import { slowDownSeconds } from '../okta/pace.ts'
import type { MakeLimiter } from './options.ts'
import { add, ask, look } from './store.ts'

/**
 * Tells a gate that is closed for a time from one that a poll is holding: more than can knock at it
 * during one poll, and little enough for a store that counts in 32 bits.
 */
const closedPoints = 1_000_000

/**
 * Metadata, the call, its repeat on a new connection, a repeat of each with a nonce, and the keys:
 * each has a timeout of its own.
 */
export const callsPerCompletion = 6

/** How a poll ended that left the challenge waiting. */
export interface PollEnd {
  /** When it was sent, in milliseconds since the epoch. */
  sentAt: number
  slowDown?: boolean | undefined
  /** Seconds that Okta asked to be left alone. */
  retryAfter?: number | undefined
}

/**
 * Lets one poll of a challenge through per interval, whatever browsers, tabs and processes do.
 * Durations are whole seconds, rounded up: a store that drops the fraction would open too early,
 * and takes none at all for "forever".
 *
 * @see https://datatracker.ietf.org/doc/html/rfc8628#section-3.5
 */
export class Gate {
  /** One point: a key that exists keeps everyone else away until it expires. */
  readonly gate: RateLimiterAbstract
  readonly slowDowns: RateLimiterAbstract

  constructor(limiter: MakeLimiter) {
    this.gate = limiter({ points: 1, duration: 600, keyPrefix: 'okta-oob:gate' })
    this.slowDowns = limiter({ points: 1, duration: 600, keyPrefix: 'okta-oob:slow' })
  }

  /** A new challenge is not polled before its first interval is over. */
  async close({ id, interval }: Challenge): Promise<void> {
    await ask(this.gate, (gate) => gate.set(id, closedPoints, Math.ceil(interval)))
  }

  /**
   * Takes the one place for a poll of this challenge, for as long as it can take.
   *
   * @param timeout of one call, in seconds
   * @returns 0 when the poll may be sent, otherwise the whole seconds until the next one can be
   */
  async take({ id, interval }: Challenge, timeout: number): Promise<number> {
    const hold = Math.ceil(callsPerCompletion * timeout + 1)
    // Most polls come too early, and to look takes less than to count.
    const found = await look(this.gate, id)
    const { consumed, wait } = found ?? (await add(this.gate, id, hold))
    if (!found && consumed === 1) {
      return 0
    }
    // While a poll is out, the place comes free when it has its answer, not when it must.
    return consumed >= closedPoints ? atLeastOne(wait) : Math.ceil(interval)
  }

  /**
   * Gives the place back once the interval, counted from the sending of the last poll, is over.
   *
   * @returns the whole seconds until the next poll can be sent
   */
  async release(challenge: Challenge, end: PollEnd): Promise<number> {
    const { id } = challenge
    const slowDowns = await ask(this.slowDowns, (limiter) =>
      end.slowDown ? limiter.penalty(id) : limiter.get(id),
    )
    const interval = challenge.interval + slowDownSeconds * (slowDowns?.consumedPoints ?? 0)
    const left = interval - (Date.now() - end.sentAt) / 1000
    const life = (challenge.expiresAt - Date.now()) / 1000
    // A wait beyond the challenge's life ends with it: the next poll then finds it expired.
    const wait = Math.ceil(Math.min(Math.max(left, end.retryAfter ?? 0), life))
    if (wait <= 0) {
      await ask(this.gate, (gate) => gate.delete(id))
      return 1
    }
    await ask(this.gate, (gate) => gate.set(id, closedPoints, wait))
    return wait
  }
}

function atLeastOne(seconds: number): number {
  return Math.max(1, Math.ceil(seconds))
}
