import type { IDToken } from 'openid-client'
import type { Challenge } from '../challenge.ts'
import type { Limits } from '../limits.ts'
import type { OktaOobClient } from '../okta/client.ts'
import type { Tokens } from '../okta/id-token.ts'
import { OktaOobError } from '../errors.ts'

/** What a step has decided, and with it what happens to the session's challenge. */
export type Outcome =
  /** A new challenge takes the place of any other. */
  | { type: 'started'; challenge: Challenge }
  /** Nothing has changed; `retryAfter` seconds until a poll can reach Okta. */
  | { type: 'pending'; challenge: Challenge; retryAfter: number }
  /** The challenge is over, with tokens. */
  | { type: 'complete'; challenge: Challenge; claims: IDToken; tokens: Tokens }
  /** The challenge is over, without. */
  | { type: 'ended'; error: OktaOobError; supported?: string[] }
  /** Nothing has changed; a challenge that waits can still be completed. */
  | { type: 'failed'; error: OktaOobError }

/** What the steps work with. */
export interface StepContext {
  okta: OktaOobClient
  limits: Limits
  requireNumberChallenge: boolean
}
