import type { Challenge } from '../../challenge.ts'
import { attempt, OktaOobError } from '../../errors.ts'
import type { TokenResult } from '../../okta/index.ts'
import type { StepContext } from './step-result.ts'

/** What Okta says to a code or a poll; for a decoy, what it would say, after the same time. */
export async function redeem(
  { okta, decoys, beforeCall, callOptions }: StepContext,
  challenge: Challenge,
  code: string | undefined,
): Promise<TokenResult | OktaOobError> {
  const kind = code === undefined ? 'poll' : 'code'
  const fault = await attempt(okta.ready(true))
  if (fault) {
    return fault
  }
  beforeCall()
  const since = performance.now()
  if (challenge.decoy) {
    const kinds = [kind, 'poll', 'code', 'tokens', 'start', 'refusal']
    await decoys?.responseTimes.delayLike(kinds, since)
    const incorrect = new OktaOobError('incorrect_code', { retryable: true })
    return code === undefined ? { status: 'pending' } : incorrect
  }
  const result = await attempt(okta.complete(challenge, { code, ...callOptions() }))
  if (!(result instanceof OktaOobError)) {
    decoys?.responseTimes.record(result.status === 'pending' ? kind : 'tokens', since)
  } else if (result.code === 'incorrect_code') {
    decoys?.responseTimes.record(kind, since)
  }
  return result
}
