import timers from 'node:timers/promises'
import { hasExpired, type Challenge } from '../challenge.ts'
import { attempt, OktaOobError } from '../errors.ts'
import type { Answered, Completion } from './completion.ts'
import { slowDownSeconds } from './pace.ts'

/** Polls with `complete` at the challenge's pace, until it is answered or over. */
export async function waitFor(
  challenge: Challenge,
  complete: () => Promise<Completion>,
  signal: AbortSignal | undefined,
): Promise<Answered> {
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
    const answer = await attempt(complete())
    if (answer instanceof OktaOobError) {
      if (!answer.retryable) {
        throw answer
      }
      pause = Math.max(interval, answer.retryAfter ?? 0)
    } else if (answer.status === 'pending') {
      interval += answer.slowDown ? slowDownSeconds : 0
      pause = interval
    } else {
      return answer
    }
  }
  throw new OktaOobError('challenge_expired')
}
