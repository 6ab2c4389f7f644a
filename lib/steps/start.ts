import type { Challenge } from '../challenge.ts'
import { attempt, OktaOobError } from '../errors.ts'
import type { CallOptions } from '../okta/call-options.ts'
import type { Outcome, StepContext } from './outcome.ts'

export interface StartInput {
  loginHint: string
  channel: string
  returnTo: string | undefined
  /** Proves the first factor, where the second one is started. */
  mfaToken?: string | undefined
  /** The challenge that a new one replaces. */
  previous: Challenge | undefined
  /** Only goes on while the previous one does: its user may have signed in meanwhile. */
  resend?: boolean
}

/** Okta sends one text, call or mail per device in this time, in milliseconds (E0000109). */
const resendPause = 30_000

/** Has Okta send something to the user. A start that fails leaves a waiting challenge as it is. */
export async function start(
  context: StepContext,
  input: StartInput,
  options: CallOptions,
): Promise<Outcome> {
  const { okta, limits, requireNumberChallenge } = context
  const { loginHint, channel, returnTo, mfaToken, previous, resend } = input
  const started = await attempt(
    mfaToken === undefined
      ? okta.start({ loginHint, channel, ...options })
      : okta.challenge({ loginHint, channel, mfaToken, ...options }),
  )
  if (started instanceof OktaOobError) {
    // An expired mfa_token takes the challenge along that was started with it.
    const over = mfaToken !== undefined && started.code === 'challenge_expired'
    return { type: over ? 'ended' : 'failed', error: started }
  }
  if (requireNumberChallenge && started.bindingMethod === 'none') {
    return { type: 'failed', error: new OktaOobError('number_challenge_required') }
  }
  const sent = started.bindingMethod === 'prompt' && started.oobCode !== undefined
  const challenge: Challenge = {
    ...started,
    ...(sent && { resendAt: Date.now() + resendPause }),
    ...(returnTo !== undefined && { returnTo }),
  }
  const ended = previous !== undefined && (await limits.end(previous))
  if (resend && !ended) {
    return { type: 'failed', error: new OktaOobError('no_challenge') }
  }
  await limits.begin(challenge)
  return { type: 'started', challenge }
}
