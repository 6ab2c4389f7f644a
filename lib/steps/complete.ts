import { hasExpired, type Challenge } from '../challenge.ts'
import { OktaOobError } from '../errors.ts'
import type { Completion } from '../okta/client.ts'
import { readCode } from './code.ts'
import { attempt, type Outcome, type StepContext } from './outcome.ts'

/** Completes a challenge with the code its user typed, or by asking whether they have approved. */
export async function complete(
  context: StepContext,
  challenge: Challenge,
  code: string | undefined,
): Promise<Outcome> {
  if (await context.limits.isOver(challenge)) {
    return { type: 'failed', error: new OktaOobError('no_challenge') }
  }
  if (hasExpired(challenge)) {
    return { type: 'ended', error: new OktaOobError('challenge_expired') }
  }
  return challenge.bindingMethod === 'prompt'
    ? submit(context, challenge, code)
    : poll(context, challenge, code)
}

async function submit(
  context: StepContext,
  challenge: Challenge,
  typed: string | undefined,
): Promise<Outcome> {
  if (typed === undefined) {
    return { type: 'failed', error: new OktaOobError('code_missing') }
  }
  const code = readCode(challenge.channel, typed)
  if (code === undefined) {
    return { type: 'failed', error: new OktaOobError('code_invalid') }
  }
  const answer = await attempt(context.okta.complete(challenge, { code }))
  if (answer instanceof OktaOobError && answer.retryable) {
    return { type: 'failed', error: answer }
  }
  return finish(context, challenge, answer)
}

async function poll(
  context: StepContext,
  challenge: Challenge,
  code: string | undefined,
): Promise<Outcome> {
  if (code !== undefined) {
    return { type: 'failed', error: new OktaOobError('wrong_step') }
  }
  const { okta, limits } = context
  const wait = await limits.takePoll(challenge)
  if (wait > 0) {
    return { type: 'pending', challenge, retryAfter: wait }
  }
  const sentAt = Date.now()
  const answer = await attempt(okta.complete(challenge))
  const delay = delayAfter(answer)
  if (delay === undefined) {
    return finish(context, challenge, answer)
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
  { limits }: StepContext,
  challenge: Challenge,
  answer: Completion | OktaOobError,
): Promise<Outcome> {
  if (answer instanceof OktaOobError && answer.code === 'challenge_expired') {
    // Okta says "expired" to a used oob_code too: a request beside this one may hold its tokens.
    return { type: 'ended', error: answer }
  }
  if (!(answer instanceof OktaOobError) && answer.status === 'pending') {
    return { type: 'pending', challenge, retryAfter: challenge.interval }
  }
  if (!(await limits.end(challenge))) {
    return { type: 'failed', error: new OktaOobError('no_challenge') }
  }
  if (answer instanceof OktaOobError) {
    return { type: 'ended', error: answer }
  }
  return answer.status === 'complete'
    ? { type: 'complete', challenge, claims: answer.claims, tokens: answer.tokens }
    : { type: 'ended', error: new OktaOobError('mfa_required'), supported: answer.supported }
}
