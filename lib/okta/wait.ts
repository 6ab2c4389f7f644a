import timers from 'node:timers/promises'
import { hasExpired, type Challenge } from '../challenge.ts'
import { attempt, OktaOobError } from '../errors.ts'
import type { CallOptions } from './call-options.ts'
import type { OktaOobClient } from './client.ts'
import type { Answered } from './completion.ts'
import { slowDownSeconds } from './pace.ts'

export async function waitFor(
  okta: OktaOobClient,
  challenge: Challenge,
  options: CallOptions,
): Promise<Answered> {
  if (challenge.bindingMethod === 'prompt') {
    throw new OktaOobError('code_missing', { retryable: true })
  }
  const { signal } = options
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
    const answer = await attempt(okta.complete(challenge, options))
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
