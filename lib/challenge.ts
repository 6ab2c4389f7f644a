/**
 * A sign-in that waits for its user: everything about it that never changes, as plain JSON.
 * It is a secret of the server, since a public client's `oob_code` is all it takes to redeem it.
 * A browser only ever sees a {@link ChallengeView}.
 */
export interface Challenge extends PinnedParameters {
  /** Names the challenge where something about it is counted; means nothing to Okta. */
  id: string
  /** Okta's name for it; absent for a code from an authenticator app, which Okta does not send. */
  oobCode?: string
  channel: string
  /** The channel that was asked for, where Okta calls it by another name. */
  askedChannel?: string
  bindingMethod: BindingMethod
  /** The number to pick in Okta Verify; `transfer` only. */
  bindingCode?: string
  /** Milliseconds since the epoch. */
  expiresAt: number
  /** Seconds between polls. */
  interval: number
  /** When another message may be asked for, in milliseconds since the epoch. */
  resendAt?: number
  loginHint: string
  /** The browser's address at the start, which counts starts; a sign-in gives its start back. */
  countedFor?: string
  /** The browser's device, if its user has signed in there before. */
  device?: string
  /** Proves the first factor, while the second one is under way. */
  mfaToken?: string
  /** A path of the app to go to after signing in. */
  returnTo?: string
  /**
   * 1 for a decoy, which Okta knows nothing of: it hides that its user cannot sign in. A challenge
   * in a session always has the member, or the length of an encrypted cookie would tell.
   */
  decoy?: 0 | 1
}

/** What a challenge is started with and must be completed with. */
export interface PinnedParameters {
  issuer: string
  clientId: string
  scope: string
  acrValues?: string
}

/**
 * How approval gets back to Okta: `prompt`, the user types a code; `transfer`, the user picks a
 * number in Okta Verify; `none`, the user just approves.
 */
export type BindingMethod = 'none' | 'prompt' | 'transfer'

/** The part of a challenge that a browser may see. */
export interface ChallengeView {
  channel: string
  bindingMethod: BindingMethod
  /** The number to pick in Okta Verify; `transfer` only. */
  bindingCode?: string
  /** ISO 8601. */
  expiresAt: string
  /** Seconds between polls; absent when the user types a code. */
  interval?: number
  /** ISO 8601: when another message may be asked for. */
  resendAt?: string
  /** Set when this is the second factor. */
  factor?: 2
}

export function viewOf(challenge: Challenge): ChallengeView {
  const { channel, bindingMethod, bindingCode, expiresAt, interval, resendAt, mfaToken } = challenge
  return {
    channel,
    bindingMethod,
    ...(bindingCode !== undefined && { bindingCode }),
    expiresAt: new Date(expiresAt).toISOString(),
    ...(bindingMethod !== 'prompt' && { interval }),
    ...(resendAt !== undefined && { resendAt: new Date(resendAt).toISOString() }),
    ...(mfaToken !== undefined && { factor: 2 }),
  }
}

export function hasExpired({ expiresAt }: Challenge): boolean {
  return Date.now() >= expiresAt
}
