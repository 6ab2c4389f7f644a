import timers from 'node:timers/promises'
import { hasExpired, slowDownSeconds, type Challenge } from '../challenge.ts'
import { attempt, OktaOobError } from '../errors.ts'
import type { CallOptions } from './call-options.ts'
import type { Answered, OktaOobClient } from './client.ts'

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
    await timers.setTimeout(pause * 1000, undefined, { signal })
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
