import timers from 'node:timers/promises'
import { hasExpired, type Challenge } from '../challenge.ts'
import { attempt, OktaOobError } from '../errors.ts'
import type { FinalTokenResult, TokenResult } from './token-request.ts'

/** RFC 8628 §3.5 and CIBA §11: what each `slow_down` adds to the interval, in seconds, for good. */
export const slowDownSeconds = 5

/** Polls with `complete` at the challenge's pace, until it is answered or over. */
export async function waitFor(
  challenge: Challenge,
  complete: () => Promise<TokenResult>,
  signal: AbortSignal | undefined,
): Promise<FinalTokenResult> {
  if (challenge.bindingMethod === 'prompt') {
    throw new OktaOobError('code_missing', { retryable: true })
  }
  let { interval } = challenge
  let pause = interval
  while (!hasExpired(challenge)) {
    const life = challenge.expiresAt - Date.now()
    await timers
      .setTimeout(Math.min(pause * 1000, life), undefined, { signal })
      .catch((error: unknown) => {
        signal?.throwIfAborted()
        throw error
      })
    if (hasExpired(challenge)) {
      break
    }
    const result = await attempt(complete())
    if (result instanceof OktaOobError) {
      if (!result.retryable) {
        throw result
      }
      pause = Math.max(interval, result.retryAfter ?? 0)
    } else if (result.status === 'pending') {
      interval += result.slowDown ? slowDownSeconds : 0
      pause = interval
    } else {
      return result
    }
  }
  throw new OktaOobError('challenge_expired')
}
