import { ofChallenge } from '../../audit.ts'
import type { Challenge } from '../../challenge.ts'
import { OktaOobError } from '../../errors.ts'
import type { TokenResult } from '../../okta/index.ts'
import { finish, gone } from './finish.ts'
import { redeem } from './redeem.ts'
import type { StepContext, StepResult } from './step-result.ts'

/** Asks Okta whether the user has approved, unless it has been asked a moment ago. */
export async function poll(
  context: StepContext,
  challenge: Challenge,
  code: string | undefined,
): Promise<StepResult> {
  if (code !== undefined) {
    return { type: 'failed', error: new OktaOobError('wrong_step') }
  }
  const { okta, audit } = context
  const { pollGate, singleUse } = context.limits
  const wait = await pollGate.pass(challenge, okta.redeemTimeout)
  if (wait > 0) {
    return { type: 'pending', challenge, retryAfter: wait, early: true }
  }
  const sentAt = Date.now()
  const result = await redeem(context, challenge, undefined)
  const delay = delayAfter(result)
  if (delay === undefined) {
    return finish(context, challenge, result)
  }
  if (await singleUse.isOver(challenge)) {
    return gone()
  }
  audit.report('pending', challenge.loginHint, () => ({
    ...ofChallenge(challenge),
    ...(result instanceof OktaOobError && { code: result.code, cause: result.cause }),
  }))
  const retryAfter = await pollGate.release(challenge, { sentAt, ...delay })
  return { type: 'pending', challenge, retryAfter }
}

/** A fault that passes does not answer whether the user has approved: it is still pending. */
function delayAfter(
  result: TokenResult | OktaOobError,
): { slowDown?: boolean | undefined; retryAfter?: number | undefined } | undefined {
  if (result instanceof OktaOobError) {
    return result.retryable ? { retryAfter: result.retryAfter } : undefined
  }
  return result.status === 'pending' ? { slowDown: result.slowDown } : undefined
}
