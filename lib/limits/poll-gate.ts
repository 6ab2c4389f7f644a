import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import type { Challenge } from '../challenge.ts'
import type { MakeLimiter } from './limiter.ts'
import { add, look, query } from './store.ts'

/**
 * Points of a gate that is closed for a time; one that a poll holds has fewer. Larger than any
 * number of concurrent polls, and small enough for a store that counts in 32 bits.
 */
const closedPoints = 1_000_000

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
export class PollGate {
  /** One point: a key that exists keeps other polls away until it expires. */
  readonly #gate: RateLimiterAbstract
  readonly #slowDowns: RateLimiterAbstract
  readonly #slowDownSeconds: number

  /** @param slowDownSeconds what each answer `slow_down` adds to the interval */
  constructor(limiter: MakeLimiter, slowDownSeconds: number) {
    this.#gate = limiter({ points: 1, duration: 600, keyPrefix: 'okta-oob:gate' })
    this.#slowDowns = limiter({ points: 1, duration: 600, keyPrefix: 'okta-oob:slow' })
    this.#slowDownSeconds = slowDownSeconds
  }

  /** A new challenge is not polled before its first interval is over. */
  async close({ id, interval }: Challenge): Promise<void> {
    await query(this.#gate, (gate) => gate.set(id, closedPoints, Math.ceil(interval)))
  }

  /**
   * Lets one poll of this challenge through.
   *
   * @param holdSeconds for which no other one may pass, unless {@link release} is called before
   * @returns 0 when the poll may be sent, otherwise the whole seconds until the next one can be
   */
  async pass({ id, interval }: Challenge, holdSeconds: number): Promise<number> {
    // Most polls come too early, and to look takes less than to count.
    const found = await look(this.#gate, id)
    const { consumed, wait } = found ?? (await add(this.#gate, id, Math.ceil(holdSeconds)))
    if (!found && consumed === 1) {
      return 0
    }
    // While a poll is under way, the gate opens when it has its answer, and not after the hold.
    return consumed >= closedPoints ? Math.max(1, Math.ceil(wait)) : Math.ceil(interval)
  }

  /**
   * Has the gate open again once the interval, counted from the sending of the last poll, is over.
   *
   * @returns the whole seconds until the next poll can be sent
   */
  async release(challenge: Challenge, end: PollEnd): Promise<number> {
    const { id } = challenge
    const slowDowns = await query(this.#slowDowns, (limiter) =>
      end.slowDown ? limiter.penalty(id) : limiter.get(id),
    )
    const interval = challenge.interval + this.#slowDownSeconds * (slowDowns?.consumedPoints ?? 0)
    const left = interval - (Date.now() - end.sentAt) / 1000
    const life = (challenge.expiresAt - Date.now()) / 1000
    // A wait beyond the challenge's life ends with it: the next poll then finds it expired.
    const wait = Math.ceil(Math.min(Math.max(left, end.retryAfter ?? 0), life))
    if (wait <= 0) {
      await query(this.#gate, (gate) => gate.delete(id))
      return 1
    }
    await query(this.#gate, (gate) => gate.set(id, closedPoints, wait))
    return wait
  }
}
