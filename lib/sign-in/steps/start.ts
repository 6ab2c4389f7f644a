import { ofChallenge } from '../../audit.ts'
import type { Challenge } from '../../challenge.ts'
import { attempt, OktaOobError, type OktaCause } from '../../errors.ts'
import type { CountedSend } from '../../limits/index.ts'
import { checkSendLimits } from './check-send-limits.ts'
import type { StartInput, StepContext, StepResult } from './step-result.ts'

/** Okta sends one text, call or mail per device in this time, in seconds (E0000109). */
const oktaPause = 30

/** Seconds after a push in which no other one is sent for it: a second click would void its number. */
const pushPause = 5

/** Has Okta send something to the user. A start that fails leaves a waiting challenge as it is. */
export async function start(context: StepContext, input: StartInput): Promise<StepResult> {
  const { limits, audit, requireNumberChallenge, address } = context
  const {
    loginHint,
    channel,
    returnTo,
    mfaToken,
    previous,
    resend = false,
    countedFor,
    device,
  } = input
  const factor = mfaToken === undefined ? 1 : 2
  audit.report('start', loginHint, () => ({ channel, factor, resend, address }))
  const tooSoon = resend && channel === 'push' ? secondsUntilResend(previous) : 0
  if (tooSoon > 0) {
    return { type: 'failed', error: new OktaOobError('rate_limited', { retryAfter: tooSoon }) }
  }
  const send = await attempt(checkSendLimits(context, input))
  if (send instanceof OktaOobError) {
    return { type: 'failed', error: send }
  }
  const started = await startChallenge(context, input, send)
  if (started instanceof OktaOobError) {
    // An expired mfa_token takes the challenge along that was started with it.
    const over = factor === 2 && started.code === 'challenge_expired'
    return { type: over ? 'ended' : 'failed', error: started }
  }
  if (requireNumberChallenge && started.bindingMethod === 'none') {
    return { type: 'failed', error: new OktaOobError('number_challenge_required') }
  }
  const isCode = started.bindingMethod === 'prompt'
  const sentPause = isCode ? oktaPause : pushPause
  // The code of an authenticator app is not sent.
  const pause = Math.max(send.wait, started.oobCode === undefined ? 0 : sentPause)
  const challenge: Challenge = {
    ...started,
    ...(pause > 0 && { resendAt: Date.now() + pause * 1000 }),
    ...(started.channel !== channel && { askedChannel: channel }),
    ...(returnTo !== undefined && { returnTo }),
    ...(countedFor !== undefined && { countedFor }),
    ...(device !== undefined && { device }),
    decoy: started.decoy ?? 0,
  }
  if (challenge.bindingMethod !== 'prompt') {
    await limits.pollGate.close(challenge)
  }
  const ended = previous !== undefined && (await limits.singleUse.claim(previous))
  if (resend && !ended) {
    return { type: 'gone', error: new OktaOobError('no_challenge') }
  }
  return { type: 'started', challenge }
}

/** Seconds until the push of a challenge may be sent again, if it is one. */
function secondsUntilResend(previous: Challenge | undefined): number {
  const isPush = previous && previous.bindingMethod !== 'prompt'
  return isPush ? ((previous.resendAt ?? 0) - Date.now()) / 1000 : 0
}

/** The challenge that Okta has started, or one that looks like it. */
async function startChallenge(
  context: StepContext,
  { loginHint, channel, mfaToken }: StartInput,
  { notSent }: CountedSend,
): Promise<Challenge | OktaOobError> {
  const { okta, decoys, audit, requireNumberChallenge } = context
  const options = context.callOptions()
  const fault = await attempt(okta.ready(false))
  if (fault) {
    return fault
  }
  context.beforeCall()
  const since = performance.now()
  const sentAt = Date.now()
  const started = await attempt(
    mfaToken === undefined
      ? okta.start({ loginHint, channel, ...options })
      : okta.challenge({ loginHint, channel, mfaToken, ...options }),
  )
  if (!(started instanceof OktaOobError)) {
    // A second factor is no model for a first one.
    if (mfaToken === undefined) {
      decoys?.remember(channel, started, sentAt)
      decoys?.responseTimes.record(channel, since)
      decoys?.responseTimes.record('start', since)
    }
    const { bindingMethod } = started
    audit.report('send', loginHint, () => ({ ...ofChallenge(started), bindingMethod }))
    return started
  }
  if (started.code === 'access_denied') {
    await notSent()
  }
  // After the first factor there is nothing left to conceal.
  if (decoys && mfaToken === undefined && started.code === 'access_denied') {
    const { cause } = started
    decoys.responseTimes.record('refusal', since)
    await decoys.responseTimes.delayLike([channel, 'start', 'refusal'], since)
    const members = { ...okta.pinnedParameters, loginHint, sentAt }
    const decoy = decoys.make(channel, members, requireNumberChallenge)
    audit.report('decoy', loginHint, () => ({ ...ofChallenge(decoy), cause }))
    warnOfDecoy(cause)
    return decoy
  }
  return started
}

let warned = false

/** A policy that refuses everybody would look like a phone that never rings. */
function warnOfDecoy(cause: unknown): void {
  if (warned || process.env['NODE_ENV'] === 'production') {
    return
  }
  warned = true
  const { status, error = '', error_description: text = '' } = cause as OktaCause
  process.emitWarning(
    `Okta has refused to start a sign-in (${status} ${error}: ${text}). The browser was shown a ` +
      'decoy that never succeeds, so that nobody learns which usernames exist. The diagnostics ' +
      'channel "okta-oob:decoy" tells of each one; concealUnknownUsers: false tells the browser.',
    { code: 'OKTA_OOB_DECOY' },
  )
}
