import type { Challenge } from '../../challenge.ts'
import { OktaOobError, type OktaOobCode } from '../../errors.ts'
import type { TokenResult } from '../../okta/index.ts'
import { start } from './start.ts'
import type { StepContext, StepResult } from './step-result.ts'

/** What becomes of a challenge to which Okta has given its last answer. */
export async function finish(
  context: StepContext,
  challenge: Challenge,
  result: TokenResult | OktaOobError,
): Promise<StepResult> {
  const { limits, countedUser } = context
  if (result instanceof OktaOobError && result.code === 'challenge_expired') {
    // Okta says "expired" to a used oob_code too: a concurrent request may hold its tokens, or
    // has already signed in with them, and then the session is no longer ours to write.
    return (await limits.singleUse.isOver(challenge)) ? gone() : { type: 'ended', error: result }
  }
  if (!(result instanceof OktaOobError) && result.status === 'pending') {
    return { type: 'pending', challenge, retryAfter: challenge.interval }
  }
  if (!(await limits.singleUse.claim(challenge))) {
    return gone()
  }
  const user = countedUser(challenge)
  if (result instanceof OktaOobError) {
    if (result.code === 'challenge_denied') {
      await limits.pausePushes(user)
    }
    return { type: 'ended', error: result }
  }
  if (result.status === 'mfa_required') {
    return startSecondFactor(context, challenge, result)
  }
  // The user has signed in, whatever a store that fails now goes on counting.
  await Promise.allSettled([limits.forgetCodes(user), limits.giveBackStart(challenge.countedFor)])
  return { type: 'complete', challenge, claims: result.claims, tokens: result.tokens }
}

/** Refusals after which the next second factor is tried. */
const missing: ReadonlySet<OktaOobCode> = new Set([
  'access_denied',
  'number_challenge_required',
  'too_many_attempts',
])

/** Goes on with the first second factor, in the app's order, that this user has. */
async function startSecondFactor(
  context: StepContext,
  first: Challenge,
  { mfaToken, supported }: TokenResult & { status: 'mfa_required' },
): Promise<StepResult> {
  const { loginHint, returnTo, countedFor, device } = first
  // A user that has the factor, and has to wait, is told so.
  let usedUp: OktaOobError | undefined
  for (const channel of context.okta.secondFactors) {
    const input = {
      loginHint,
      channel,
      returnTo,
      mfaToken,
      countedFor,
      device,
      previous: undefined,
    }
    const result = await start(context, input)
    if (result.type === 'started') {
      // A request that has cancelled or started again meanwhile has found this challenge over.
      return (await context.limits.singleUse.isContested(first)) ? gone() : result
    }
    if (result.type === 'failed' && missing.has(result.error.code)) {
      usedUp ??= result.error.code === 'too_many_attempts' ? result.error : undefined
      continue
    }
    return result.type === 'failed' ? { type: 'ended', error: result.error } : result
  }
  return { type: 'ended', error: usedUp ?? new OktaOobError('mfa_required'), supported }
}

/** The challenge has been ended by another request, which has also seen to the session. */
export function gone(code: 'no_challenge' | 'too_many_attempts' = 'no_challenge'): StepResult {
  return { type: 'gone', error: new OktaOobError(code) }
}
