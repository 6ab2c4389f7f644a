import type { Challenge } from '../challenge.ts'
import { attempt, OktaOobError } from '../errors.ts'
import type { CallOptions } from '../okta/call-options.ts'
import type { Completion } from '../okta/completion.ts'
import { discoveryFault } from './discovery-fault.ts'
import type { StepContext } from './outcome.ts'

/** What Okta says to a code or a poll; for a decoy, what it would say, and as late. */
export async function answerTo(
  { okta, decoys }: StepContext,
  challenge: Challenge,
  code: string | undefined,
  options: CallOptions,
): Promise<Completion | OktaOobError> {
  const kind = code === undefined ? 'poll' : 'code'
  const fault = await discoveryFault(okta)
  if (fault) {
    return fault
  }
  const since = performance.now()
  if (challenge.decoy) {
    const kinds = [kind, 'poll', 'code', 'tokens', 'start', 'refusal']
    const lingered = decoys && (await attempt(decoys.tempo.linger(kinds, since, options.signal)))
    const incorrect = new OktaOobError('incorrect_code', { retryable: true })
    return lingered ?? (code === undefined ? { status: 'pending' } : incorrect)
  }
  const answer = await attempt(okta.complete(challenge, { code, ...options }))
  if (!(answer instanceof OktaOobError)) {
    decoys?.tempo.record(answer.status === 'pending' ? kind : 'tokens', since)
  } else if (answer.code === 'incorrect_code') {
    decoys?.tempo.record(kind, since)
  }
  return answer
}
