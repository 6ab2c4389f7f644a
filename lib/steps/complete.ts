import { hasExpired, type Challenge } from '../challenge.ts'
import { OktaOobError } from '../errors.ts'
import type { CallOptions } from '../okta/call-options.ts'
import { gone } from './finish.ts'
import type { Outcome, StepContext } from './outcome.ts'
import { poll } from './poll.ts'
import { submit } from './submit.ts'

/** Completes a challenge with the code its user typed, or by asking whether they have approved. */
export async function complete(
  context: StepContext,
  challenge: Challenge,
  code: string | undefined,
  callOptions: () => CallOptions,
): Promise<Outcome> {
  const { endings } = context.limits
  if (await endings.isOver(challenge)) {
    return gone()
  }
  if (hasExpired(challenge)) {
    return (await endings.end(challenge))
      ? { type: 'ended', error: new OktaOobError('challenge_expired') }
      : gone()
  }
  return challenge.bindingMethod === 'prompt'
    ? submit(context, challenge, code, callOptions)
    : poll(context, challenge, code, callOptions)
}
