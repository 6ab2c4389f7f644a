import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import { OktaOobError } from '../errors.ts'
import { inTime } from './in-time.ts'
import { MemoryLimiter } from './limiter.ts'

/** Seconds to stay away from a store that does not answer. */
const backoff = 5

/**
 * An answer of the limiter's store. Without one nothing goes on: an attacker that takes the store
 * down must not take the limits away with it.
 *
 * @throws {OktaOobError} `limiter_unavailable`
 */
export function query<T>(
  limiter: RateLimiterAbstract,
  question: (limiter: RateLimiterAbstract) => Promise<T>,
): Promise<T> {
  // Memory always answers, and a timer would take longer than the answer.
  return limiter instanceof MemoryLimiter ? question(limiter) : ask(() => question(limiter))
}

async function ask<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await inTime('The limiter', question)
  } catch (cause) {
    throw new OktaOobError('limiter_unavailable', { cause, retryAfter: backoff })
  }
}

/** What is counted for one key. */
export interface KeyCount {
  /** Those of this window; 0 where the limiter has refused without counting this one. */
  consumed: number
  /** Seconds until the window is over. */
  wait: number
}

/** What a limiter says to one more. */
export interface Consumed extends KeyCount {
  refused: boolean
}

export async function consume(limiter: RateLimiterAbstract, key: string): Promise<Consumed> {
  return query(limiter, (it) =>
    it.consume(key).then(
      (answer) => ({ refused: false, ...keyCount(answer) }),
      (refusal: unknown) => {
        if (isAnswer(refusal)) {
          return { refused: true, ...keyCount(refusal) }
        }
        throw refusal
      },
    ),
  )
}

/**
 * Counts one more, in a window of so many seconds where it is the first. Other than
 * {@link consume} it never blocks a key: `inMemoryBlockOnConsumed` would keep it blocked when it
 * has been set anew.
 */
export async function add(
  limiter: RateLimiterAbstract,
  key: string,
  customDuration: number,
): Promise<KeyCount> {
  return keyCount(await query(limiter, (it) => it.penalty(key, 1, { customDuration })))
}

/** What is counted for a key, without counting one more; nothing where its window is over. */
export async function look(
  limiter: RateLimiterAbstract,
  key: string,
): Promise<KeyCount | undefined> {
  const answer = await query(limiter, (it) => it.get(key))
  // A store in memory keeps what has expired until its timer has fired.
  return answer && answer.msBeforeNext > 0 ? keyCount(answer) : undefined
}

interface LimiterAnswer {
  /** Absent, or 0, where `inMemoryBlockOnConsumed` has spared the store the question. */
  consumedPoints?: number
  msBeforeNext: number
}

function keyCount({ consumedPoints = 0, msBeforeNext }: LimiterAnswer): KeyCount {
  return { consumed: consumedPoints, wait: msBeforeNext / 1000 }
}

/** Not by its class: a limiter of the app's may be made by another copy of the library. */
function isAnswer(value: unknown): value is LimiterAnswer {
  return typeof (value as { msBeforeNext?: unknown } | undefined)?.msBeforeNext === 'number'
}
