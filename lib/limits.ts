import { RateLimiterMemory, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible'
import type { Challenge } from './challenge.ts'
import { maxTimeout } from './okta/options.ts'
import { slowDownSeconds } from './okta/pace.ts'

/** Tells a gate that is closed for a time from one that a poll is holding. */
const closedPoints = 1000

/** Metadata, the call, its repeat with a nonce, and the keys: each has a timeout of its own. */
const callsPerCompletion = 4

/** How a poll ended that left the challenge waiting. */
export interface PollEnd {
  /** When it was sent, in milliseconds since the epoch. */
  sentAt: number
  slowDown?: boolean | undefined
  /** Seconds that Okta asked to be left alone. */
  retryAfter?: number | undefined
}

/**
 * Everything about a challenge that changes: when it may be polled, and whether it is over. It
 * lives here and not in the session, because two requests hold two copies of one session, and the
 * later save would undo what the earlier one counted.
 */
export class Limits {
  /** One point: a key that exists keeps everyone else away until it expires. */
  readonly gate: RateLimiterAbstract
  readonly slowDowns: RateLimiterAbstract
  readonly ended: RateLimiterAbstract

  constructor() {
    this.gate = new RateLimiterMemory({ points: 1, duration: 600, keyPrefix: 'gate' })
    this.slowDowns = new RateLimiterMemory({ points: 1, duration: 600, keyPrefix: 'slow' })
    this.ended = new RateLimiterMemory({ points: 1, duration: 600, keyPrefix: 'ended' })
  }

  /** A new challenge is not polled before its first interval is over. */
  async begin(challenge: Challenge): Promise<void> {
    await this.gate.set(challenge.id, closedPoints, challenge.interval)
  }

  /**
   * Takes the one place for a poll of this challenge, for as long as it can take.
   *
   * @param timeout of one call, in seconds
   * @returns 0 when the poll may be sent, otherwise the seconds until the next one can be
   */
  async takePoll(challenge: Challenge, timeout: number): Promise<number> {
    try {
      const customDuration = callsPerCompletion * timeout + 1
      await this.gate.consume(challenge.id, 1, { customDuration })
      return 0
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) {
        // While a poll is out, the place comes free when it has its answer, not when it must.
        const closed = refusal.consumedPoints >= closedPoints
        return closed ? wholeSeconds(refusal.msBeforeNext) : challenge.interval
      }
      throw refusal
    }
  }

  /**
   * Gives the place back once the interval, counted from the sending of the last poll, is over.
   *
   * @returns the seconds until the next poll can be sent
   */
  async releasePoll(challenge: Challenge, end: PollEnd): Promise<number> {
    const slowDowns = end.slowDown
      ? await this.slowDowns.penalty(challenge.id)
      : await this.slowDowns.get(challenge.id)
    const interval = challenge.interval + slowDownSeconds * (slowDowns?.consumedPoints ?? 0)
    const left = interval - (Date.now() - end.sentAt) / 1000
    const life = (challenge.expiresAt - Date.now()) / 1000
    // A wait beyond the challenge's life ends with it: the next poll then finds it expired.
    const wait = Math.min(Math.max(left, end.retryAfter ?? 0), life)
    if (wait <= 0) {
      await this.gate.delete(challenge.id)
      return 1
    }
    await this.gate.set(challenge.id, closedPoints, wait)
    return wholeSeconds(wait * 1000)
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
    const { consumedPoints } = await this.ended.penalty(challenge.id, 1, { customDuration })
    return consumedPoints === 1
  }

  async isOver(challenge: Challenge): Promise<boolean> {
    return (await this.ended.get(challenge.id)) !== null
  }

  /** Whether more than one request has wanted to end the challenge. */
  async isContested(challenge: Challenge): Promise<boolean> {
    return ((await this.ended.get(challenge.id))?.consumedPoints ?? 0) > 1
  }
}

function wholeSeconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000))
}
