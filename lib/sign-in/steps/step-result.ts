import type { IDToken } from 'openid-client'
import type { Audit } from '../../audit.ts'
import type { Challenge } from '../../challenge.ts'
import type { Decoys } from '../../concealment/index.ts'
import type { OktaOobError } from '../../errors.ts'
import type { CountedUser, Limits } from '../../limits/index.ts'
import type { CallOptions, OktaOobClient, Tokens } from '../../okta/index.ts'

/** What a step has decided, and with it what happens to the session's challenge. */
export type StepResult =
  /** A new challenge replaces any other. */
  | { type: 'started'; challenge: Challenge }
  /**
   * Nothing has changed; `retryAfter` seconds until a poll can reach Okta. `early` where this one
   * has not, since another one did a moment ago.
   */
  | { type: 'pending'; challenge: Challenge; retryAfter: number; early?: true }
  /** The challenge is over, with tokens. */
  | { type: 'complete'; challenge: Challenge; claims: IDToken; tokens: Tokens }
  /** The challenge is over, without. */
  | { type: 'ended'; error: OktaOobError; supported?: string[] }
  /** Another request has ended the challenge, and sees to the session. */
  | { type: 'gone'; error: OktaOobError }
  /** Nothing has changed; a challenge that waits can still be completed. */
  | { type: 'failed'; error: OktaOobError }

/** What the steps of one request work with. */
export interface StepContext {
  okta: OktaOobClient
  limits: Limits
  /** Absent where a user that Okta refuses is told so. */
  decoys: Decoys | undefined
  audit: Audit
  /** Names a user where something is counted. */
  countedUser: (of: {
    loginHint: string
    mfaToken?: string | undefined
    device?: string | undefined
  }) => CountedUser
  requireNumberChallenge: boolean
  /** The browser's, where it is known. */
  address: string | undefined
  /** Called before a call to Okta, or what stands for one: other requests may come meanwhile. */
  beforeCall: () => void
  /** For a call to Okta. */
  callOptions: () => CallOptions
}

/** What a start is asked for, of the first factor or of the second. */
export interface StartInput {
  loginHint: string
  channel: string
  returnTo: string | undefined
  /** The address that the start of this sign-in was counted for. */
  countedFor: string | undefined
  /** The browser's device for this user. */
  device?: string | undefined
  /** Whether the app lets this user and channel through. */
  approve?: () => Promise<boolean>
  /** Proves the first factor, where the second one is started. */
  mfaToken?: string | undefined
  /** The challenge that a new one replaces. */
  previous: Challenge | undefined
  /** Only goes on while the previous one does: its user may have signed in meanwhile. */
  resend?: boolean
}
