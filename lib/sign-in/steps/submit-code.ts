import { ofChallenge } from '../../audit.ts'
import type { Challenge } from '../../challenge.ts'
import { OktaOobError } from '../../errors.ts'
import type { Count } from '../../limits/index.ts'
import { plainDigits } from '../typed-text.ts'
import { finish, gone } from './finish.ts'
import { redeem } from './redeem.ts'
import type { StepContext, StepResult } from './step-result.ts'

/** Hands the code that the user typed to Okta, if they may try one more. */
export async function submitCode(
  context: StepContext,
  challenge: Challenge,
  typed: string | undefined,
): Promise<StepResult> {
  if (typed === undefined) {
    return { type: 'failed', error: new OktaOobError('code_missing') }
  }
  const code = readCode(challenge.channel, typed)
  if (code === undefined) {
    return { type: 'failed', error: new OktaOobError('code_invalid') }
  }
  const { limits, countedUser, address } = context
  const user = countedUser(challenge)
  const counts = await limits.takeCode(challenge, user, address)
  const refusal = counts.find(({ refused }) => refused)
  if (refusal) {
    return refuse(context, challenge, refusal)
  }
  const result = await redeem(context, challenge, code)
  if (result instanceof OktaOobError && result.code === 'incorrect_code') {
    return countDown(context, challenge, counts, result)
  }
  await Promise.all(counts.map((count) => count.giveBack()))
  if (result instanceof OktaOobError && result.retryable) {
    return (await limits.singleUse.isOver(challenge)) ? gone() : { type: 'failed', error: result }
  }
  return finish(context, challenge, result)
}

/** The code is not looked at. Another one that is on its way to Okta may be the right one. */
function refuse({ audit }: StepContext, challenge: Challenge, { limit, wait }: Count): StepResult {
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
): Promise<StepResult> {
  const { singleUse } = limits
  const { cause } = error
  const allSpent = counts.filter(({ left }) => left === 0)
  const ofChallengeItself = allSpent.find(({ limit }) => limit === 'codesPerChallenge')
  const spent = ofChallengeItself ?? allSpent[0]
  if (spent && spent === ofChallengeItself) {
    if (!(await singleUse.claim(challenge))) {
      return gone()
    }
    const { limit } = spent
    audit.report('lock', challenge.loginHint, () => ({ ...ofChallenge(challenge), limit }))
    return { type: 'ended', error: new OktaOobError('too_many_attempts', { cause }) }
  }
  if (await singleUse.isOver(challenge)) {
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
  const attemptsLeft = Math.min(...counts.map(({ left }) => left))
  const told = { cause, retryable: true, ...(Number.isFinite(attemptsLeft) && { attemptsLeft }) }
  return { type: 'failed', error: new OktaOobError('incorrect_code', told) }
}

/** The code to send for what a user typed, or `undefined` when it cannot be one. */
function readCode(channel: string, typed: string): string | undefined {
  const digits = plainDigits(typed)
  const isDigits = /^\d{4,10}$/.test(digits)
  if (isDigits && (channel === 'sms' || channel === 'voice' || channel === 'otp')) {
    return digits
  }
  // Mailed codes mix letters and digits, as hardware keys do; they are case-sensitive and opaque.
  const isOpaque = /^[^\p{Cc}\p{Cs}]{1,64}$/u.test(typed)
  return isOpaque && channel !== 'sms' && channel !== 'voice' ? typed : undefined
}
