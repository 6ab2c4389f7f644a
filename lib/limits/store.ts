import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import { OktaOobError } from '../errors.ts'

/** Seconds to stay away from a store that does not answer. */
const backoff = 5

/**
 * An answer of the limiter's store. Without one nothing may go on: who could take the store down
 * could take the limits away.
 *
 * @throws {OktaOobError} `limiter_unavailable`
 */
export async function ask<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (cause) {
    throw new OktaOobError('limiter_unavailable', { cause, retryAfter: backoff })
  }
}

/** What `consume` says; it rejects with its answer when that is no. */
export async function consume(
  limiter: RateLimiterAbstract,
  key: string,
  customDuration?: number,
): Promise<{ consumed: number; wait: number }> {
  const options = customDuration === undefined ? {} : { customDuration }
  const answer = await ask(
    limiter.consume(key, 1, options).catch((refusal: unknown) => {
      if (isAnswer(refusal)) {
        return refusal
      }
      throw refusal
    }),
  )
  return { consumed: answer.consumedPoints, wait: answer.msBeforeNext / 1000 }
}

/** Not by its class: a limiter of the app's may be made by another copy of the library. */
function isAnswer(value: unknown): value is { consumedPoints: number; msBeforeNext: number } {
  return typeof (value as { msBeforeNext?: unknown } | undefined)?.msBeforeNext === 'number'
}
