import { hasExpired, type Challenge } from '../../challenge.ts'
import { OktaOobError } from '../../errors.ts'
import { gone } from './finish.ts'
import { poll } from './poll.ts'
import type { StepContext, StepResult } from './step-result.ts'
import { submitCode } from './submit-code.ts'

/** Completes a challenge with the code its user typed, or by asking whether they have approved. */
export async function complete(
  context: StepContext,
  challenge: Challenge,
  code: string | undefined,
): Promise<StepResult> {
  const { singleUse } = context.limits
  if (await singleUse.isOver(challenge)) {
    return gone()
  }
  if (hasExpired(challenge)) {
    return (await singleUse.claim(challenge))
      ? { type: 'ended', error: new OktaOobError('challenge_expired') }
      : gone()
  }
  return challenge.bindingMethod === 'prompt'
    ? submitCode(context, challenge, code)
    : poll(context, challenge, code)
}
