import type { IDToken } from 'openid-client'
import type { Audit } from '../audit.ts'
import type { Challenge } from '../challenge.ts'
import type { Decoys } from '../concealment/decoys.ts'
import type { OktaOobError } from '../errors.ts'
import type { Limits } from '../limits/limits.ts'
import type { OktaOobClient } from '../okta/client.ts'
import type { Tokens } from '../okta/id-token.ts'

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
  /** The challenge is over by another request, which has seen to the session, or is about to. */
  | { type: 'gone'; error: OktaOobError }
  /** Nothing has changed; a challenge that waits can still be completed. */
  | { type: 'failed'; error: OktaOobError }

/** What the steps work with. */
export interface StepContext {
  okta: OktaOobClient
  limits: Limits
  /** Absent where a user that Okta refuses is told so. */
  decoys: Decoys | undefined
  audit: Audit
  /** Names a user where something is counted. */
  userKey: (loginHint: string) => string
  requireNumberChallenge: boolean
}
