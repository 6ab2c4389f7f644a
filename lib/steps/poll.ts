import { ofChallenge } from '../audit.ts'
import type { Challenge } from '../challenge.ts'
import { OktaOobError } from '../errors.ts'
import type { CallOptions } from '../okta/call-options.ts'
import type { Completion } from '../okta/completion.ts'
import { answerTo } from './answer.ts'
import { finish, gone } from './finish.ts'
import type { Outcome, StepContext } from './outcome.ts'

/** Asks Okta whether the user has approved, unless it has been asked a moment ago. */
export async function poll(
  context: StepContext,
  challenge: Challenge,
  code: string | undefined,
  callOptions: () => CallOptions,
): Promise<Outcome> {
  if (code !== undefined) {
    return { type: 'failed', error: new OktaOobError('wrong_step') }
  }
  const { okta, audit } = context
  const { gate, endings } = context.limits
  const wait = await gate.take(challenge, okta.timeout)
  if (wait > 0) {
    return { type: 'pending', challenge, retryAfter: wait }
  }
  const sentAt = Date.now()
  const answer = await answerTo(context, challenge, undefined, callOptions())
  const delay = delayAfter(answer)
  if (delay === undefined) {
    return finish(context, challenge, answer, callOptions)
  }
  if (await endings.isOver(challenge)) {
    return gone()
  }
  audit.report('pending', challenge.loginHint, () => ({
    ...ofChallenge(challenge),
    ...(answer instanceof OktaOobError && { code: answer.code, cause: answer.cause }),
  }))
  const retryAfter = await gate.release(challenge, { sentAt, ...delay })
  return { type: 'pending', challenge, retryAfter }
}

/** A fault that passes does not answer whether the user has approved: it is still pending. */
function delayAfter(
  answer: Completion | OktaOobError,
): { slowDown?: boolean | undefined; retryAfter?: number | undefined } | undefined {
  if (answer instanceof OktaOobError) {
    return answer.retryable ? { retryAfter: answer.retryAfter } : undefined
  }
  return answer.status === 'pending' ? { slowDown: answer.slowDown } : undefined
}
