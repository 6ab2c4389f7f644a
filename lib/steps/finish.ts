import type { Challenge } from '../challenge.ts'
import { OktaOobError, type OktaOobCode } from '../errors.ts'
import type { CallOptions } from '../okta/call-options.ts'
import type { Completion } from '../okta/completion.ts'
import type { Outcome, StepContext } from './outcome.ts'
import { start } from './start.ts'

/** What becomes of a challenge to which Okta has given its last answer. */
export async function finish(
  context: StepContext,
  challenge: Challenge,
  answer: Completion | OktaOobError,
  callOptions: () => CallOptions,
): Promise<Outcome> {
  const { limits, userKey } = context
  if (answer instanceof OktaOobError && answer.code === 'challenge_expired') {
    // Okta says "expired" to a used oob_code too: a request beside this one may hold its tokens,
    // or has already signed in with them, and then the session is no longer ours to write.
    return (await limits.endings.isOver(challenge)) ? gone() : { type: 'ended', error: answer }
  }
  if (!(answer instanceof OktaOobError) && answer.status === 'pending') {
    return { type: 'pending', challenge, retryAfter: challenge.interval }
  }
  if (!(await limits.endings.end(challenge))) {
    return gone()
  }
  if (answer instanceof OktaOobError) {
    if (answer.code === 'challenge_denied') {
      await limits.pausePushes(userKey(challenge.loginHint))
    }
    return { type: 'ended', error: answer }
  }
  if (answer.status === 'mfa_required') {
    return secondFactor(context, challenge, answer, callOptions)
  }
  await limits.forgetCodes(userKey(challenge.loginHint))
  return { type: 'complete', challenge, claims: answer.claims, tokens: answer.tokens }
}

/** Refusals that leave it to the next second factor. */
const missing: ReadonlySet<OktaOobCode> = new Set(['access_denied', 'number_challenge_required'])

/** Goes on with the first second factor, in the app's order, that this user has. */
async function secondFactor(
  context: StepContext,
  first: Challenge,
  { mfaToken, supported }: Completion & { status: 'mfa_required' },
  callOptions: () => CallOptions,
): Promise<Outcome> {
  const { loginHint, returnTo } = first
  for (const channel of context.okta.secondFactors) {
    const input = { loginHint, channel, returnTo, mfaToken, previous: undefined }
    const outcome = await start(context, input, callOptions)
    if (outcome.type === 'started') {
      // Whoever has cancelled or started again meanwhile has found this challenge over.
      return (await context.limits.endings.isContested(first)) ? gone() : outcome
    }
    if (outcome.type === 'failed' && missing.has(outcome.error.code)) {
      continue
    }
    return outcome.type === 'failed' ? { type: 'ended', error: outcome.error } : outcome
  }
  return { type: 'ended', error: new OktaOobError('mfa_required'), supported }
}

/** The challenge has been ended by another request, which has also seen to the session. */
export function gone(code: 'no_challenge' | 'too_many_attempts' = 'no_challenge'): Outcome {
  return { type: 'gone', error: new OktaOobError(code) }
}
