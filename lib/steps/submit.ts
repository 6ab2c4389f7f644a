import { ofChallenge } from '../audit.ts'
import type { Challenge } from '../challenge.ts'
import { OktaOobError } from '../errors.ts'
import type { Count } from '../limits/counter.ts'
import type { CallOptions } from '../okta/call-options.ts'
import { answerTo } from './answer.ts'
import { readCode } from './code.ts'
import { finish, gone } from './finish.ts'
import type { Outcome, StepContext } from './outcome.ts'

/** Hands the code that the user typed to Okta, if they may try one more. */
export async function submit(
  context: StepContext,
  challenge: Challenge,
  typed: string | undefined,
  callOptions: () => CallOptions,
): Promise<Outcome> {
  if (typed === undefined) {
    return { type: 'failed', error: new OktaOobError('code_missing') }
  }
  const code = readCode(challenge.channel, typed)
  if (code === undefined) {
    return { type: 'failed', error: new OktaOobError('code_invalid') }
  }
  const { limits, userKey } = context
  const user = userKey(challenge.loginHint)
  const counts = await limits.takeCode(challenge, user)
  const refusal = counts.find(({ refused }) => refused)
  if (refusal) {
    return refuse(context, challenge, refusal)
  }
  const options = callOptions()
  const answer = await answerTo(context, challenge, code, options)
  if (answer instanceof OktaOobError && hasCounted(answer, options)) {
    return countDown(context, challenge, counts, answer)
  }
  await Promise.all(counts.map((count) => count.giveBack()))
  if (answer instanceof OktaOobError && answer.retryable) {
    return (await limits.endings.isOver(challenge)) ? gone() : { type: 'failed', error: answer }
  }
  return finish(context, challenge, answer, callOptions)
}

/** Whoever goes away before Okta can say anything has tried a code all the same. */
function hasCounted({ code, retryable }: OktaOobError, { signal }: CallOptions): boolean {
  return code === 'incorrect_code' || (retryable && signal?.aborted === true)
}

/** The code is not even looked at. One that is still on its way to Okta may be the right one. */
function refuse({ audit }: StepContext, challenge: Challenge, { limit, wait }: Count): Outcome {
  audit.report('limit', challenge.loginHint, () => ({ limit, retryAfter: Math.ceil(wait) }))
  return limit === 'codesPerChallenge'
    ? gone('too_many_attempts')
    : { type: 'failed', error: new OktaOobError('too_many_attempts', { retryAfter: wait }) }
}

/** One code less: the challenge is over when it was the last one, and so may be its user. */
async function countDown(
  { limits, audit }: StepContext,
  challenge: Challenge,
  counts: readonly Count[],
  error: OktaOobError,
): Promise<Outcome> {
  const { endings } = limits
  const { code, cause } = error
  const spent = counts.find(({ left }) => left === 0)
  if (spent?.limit === 'codesPerChallenge') {
    if (!(await endings.end(challenge))) {
      return gone()
    }
    const { limit } = spent
    audit.report('lock', challenge.loginHint, () => ({ ...ofChallenge(challenge), limit }))
    return { type: 'ended', error: new OktaOobError('too_many_attempts', { cause }) }
  }
  if (await endings.isOver(challenge)) {
    return gone((await limits.hasCodesLeft(challenge)) ? 'no_challenge' : 'too_many_attempts')
  }
  if (spent) {
    const { limit } = spent
    const retryAfter = Math.ceil(Math.max(...counts.map(({ wait }) => wait)))
    audit.report('lock', challenge.loginHint, () => ({
      ...ofChallenge(challenge),
      limit,
      retryAfter,
    }))
    return { type: 'failed', error: new OktaOobError('too_many_attempts', { retryAfter }) }
  }
  if (code !== 'incorrect_code') {
    return { type: 'failed', error }
  }
  const attemptsLeft = Math.min(...counts.map(({ left }) => left))
  const told = { cause, retryable: true, ...(Number.isFinite(attemptsLeft) && { attemptsLeft }) }
  return { type: 'failed', error: new OktaOobError('incorrect_code', told) }
}
