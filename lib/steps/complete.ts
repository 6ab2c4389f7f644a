import { hasExpired, type Challenge } from '../challenge.ts'
import { attempt, OktaOobError, type OktaOobCode } from '../errors.ts'
import type { CallOptions } from '../okta/call-options.ts'
import type { Completion } from '../okta/completion.ts'
import { readCode } from './code.ts'
import type { Outcome, StepContext } from './outcome.ts'
import { start } from './start.ts'

/** Completes a challenge with the code its user typed, or by asking whether they have approved. */
export async function complete(
  context: StepContext,
  challenge: Challenge,
  code: string | undefined,
  options: CallOptions,
): Promise<Outcome> {
  if (await context.limits.isOver(challenge)) {
    return gone()
  }
  if (hasExpired(challenge)) {
    await context.limits.end(challenge)
    return { type: 'ended', error: new OktaOobError('challenge_expired') }
  }
  return challenge.bindingMethod === 'prompt'
    ? submit(context, challenge, code, options)
    : poll(context, challenge, code, options)
}

async function submit(
  context: StepContext,
  challenge: Challenge,
  typed: string | undefined,
  options: CallOptions,
): Promise<Outcome> {
  if (typed === undefined) {
    return { type: 'failed', error: new OktaOobError('code_missing') }
  }
  const code = readCode(challenge.channel, typed)
  if (code === undefined) {
    return { type: 'failed', error: new OktaOobError('code_invalid') }
  }
  const answer = await attempt(context.okta.complete(challenge, { code, ...options }))
  if (answer instanceof OktaOobError && answer.retryable) {
    return (await context.limits.isOver(challenge)) ? gone() : { type: 'failed', error: answer }
  }
  return finish(context, challenge, answer, options)
}

async function poll(
  context: StepContext,
  challenge: Challenge,
  code: string | undefined,
  options: CallOptions,
): Promise<Outcome> {
  if (code !== undefined) {
    return { type: 'failed', error: new OktaOobError('wrong_step') }
  }
  const { okta, limits } = context
  const wait = await limits.takePoll(challenge, okta.timeout)
  if (wait > 0) {
    return { type: 'pending', challenge, retryAfter: wait }
  }
  const sentAt = Date.now()
  const answer = await attempt(okta.complete(challenge, options))
  const delay = delayAfter(answer)
  if (delay === undefined) {
    return finish(context, challenge, answer, options)
  }
  if (await limits.isOver(challenge)) {
    return gone()
  }
  const retryAfter = await limits.releasePoll(challenge, { sentAt, ...delay })
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

async function finish(
  context: StepContext,
  challenge: Challenge,
  answer: Completion | OktaOobError,
  options: CallOptions,
): Promise<Outcome> {
  if (answer instanceof OktaOobError && answer.code === 'challenge_expired') {
    // Okta says "expired" to a used oob_code too: a request beside this one may hold its tokens,
    // or has already signed in with them, and then the session is no longer ours to write.
    return (await context.limits.isOver(challenge)) ? gone() : { type: 'ended', error: answer }
  }
  if (!(answer instanceof OktaOobError) && answer.status === 'pending') {
    return { type: 'pending', challenge, retryAfter: challenge.interval }
  }
  if (!(await context.limits.end(challenge))) {
    return gone()
  }
  if (answer instanceof OktaOobError) {
    return { type: 'ended', error: answer }
  }
  return answer.status === 'complete'
    ? { type: 'complete', challenge, claims: answer.claims, tokens: answer.tokens }
    : secondFactor(context, challenge, answer, options)
}

/** Refusals that leave it to the next second factor. */
const missing: ReadonlySet<OktaOobCode> = new Set(['access_denied', 'number_challenge_required'])

/** Goes on with the first second factor, in the app's order, that this user has. */
async function secondFactor(
  context: StepContext,
  first: Challenge,
  { mfaToken, supported }: Completion & { status: 'mfa_required' },
  options: CallOptions,
): Promise<Outcome> {
  const { loginHint, returnTo } = first
  for (const channel of context.okta.secondFactors) {
    const input = { loginHint, channel, returnTo, mfaToken, previous: undefined }
    const outcome = await start(context, input, options)
    if (outcome.type === 'started') {
      // Whoever has cancelled or started again meanwhile has found this challenge over.
      return (await context.limits.isContested(first)) ? gone() : outcome
    }
    if (outcome.type === 'failed' && missing.has(outcome.error.code)) {
      continue
    }
    return outcome.type === 'failed' ? { type: 'ended', error: outcome.error } : outcome
  }
  return { type: 'ended', error: new OktaOobError('mfa_required'), supported }
}

/** The challenge has been ended by another request, which has also seen to the session. */
function gone(): Outcome {
  return { type: 'failed', error: new OktaOobError('no_challenge') }
}
