import { hasExpired, type Challenge } from '../challenge.ts'
import { attempt, OktaOobError } from '../errors.ts'
import type { CallOptions } from '../okta/call-options.ts'
import type { Completion } from '../okta/client.ts'
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
    return { type: 'failed', error: new OktaOobError('no_challenge') }
  }
  if (hasExpired(challenge)) {
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
    return { type: 'failed', error: answer }
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
    return (await context.limits.isOver(challenge))
      ? { type: 'failed', error: new OktaOobError('no_challenge') }
      : { type: 'ended', error: answer }
  }
  if (!(answer instanceof OktaOobError) && answer.status === 'pending') {
    return { type: 'pending', challenge, retryAfter: challenge.interval }
  }
  if (!(await context.limits.end(challenge))) {
    return { type: 'failed', error: new OktaOobError('no_challenge') }
  }
  if (answer instanceof OktaOobError) {
    return { type: 'ended', error: answer }
  }
  return answer.status === 'complete'
    ? { type: 'complete', challenge, claims: answer.claims, tokens: answer.tokens }
    : secondFactor(context, challenge, answer, options)
}

/** Goes on with the first second factor, in the app's order, that this user has. */
async function secondFactor(
  context: StepContext,
  { loginHint, returnTo }: Challenge,
  { mfaToken, supported }: Completion & { status: 'mfa_required' },
  options: CallOptions,
): Promise<Outcome> {
  let error = new OktaOobError('mfa_required')
  for (const channel of context.okta.secondFactors) {
    const input = { loginHint, channel, returnTo, mfaToken, previous: undefined }
    const outcome = await start(context, input, options)
    if (outcome.type !== 'failed') {
      return outcome
    }
    error = outcome.error
    if (error.code !== 'access_denied' && error.code !== 'number_challenge_required') {
      break
    }
  }
  return { type: 'ended', error, supported }
}
