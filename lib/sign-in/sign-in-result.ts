import type { IDToken } from 'openid-client'
import { hasExpired, viewOf, type Challenge, type ChallengeView } from '../challenge.ts'
import { asError, isRefusal, messageOf, type OktaOobCode } from '../errors.ts'

/** What an app learns of a sign-in that is not finished; safe to send to a browser. */
export interface Info {
  code: OktaOobCode
  message: string
  /** The challenge that can still be completed. */
  challenge?: ChallengeView
  /** Whole seconds until the next try can succeed. */
  retryAfter?: number
  /** `incorrect_code`: how many more codes may be tried. */
  attemptsLeft?: number
  /** `mfa_required`: what Okta offers as a second factor. */
  supported?: string[]
}

/** What became of one request. Each way into the package turns it into one action. */
export type SignInResult =
  | {
      type: 'waiting'
      info: Info & { challenge: ChallengeView }
      /** A poll that has not reached Okta, since another one did a moment ago. */
      early?: true
    }
  | { type: 'signed-in'; user: Express.User; info: object; redirectTo?: string; claims?: IDToken }
  /** The same request has signed in before, and this one goes on with its session. */
  | { type: 'signed-in-before'; info: object; redirectTo?: string; claims?: IDToken }
  | { type: 'refused'; status: number; info: Info }
  | { type: 'fault'; error: Error }

export interface Cancelled {
  type: 'cancelled'
}

/** A challenge waits: it has just begun, or, with `retryAfter`, it is still pending. */
export function waiting(challenge: Challenge, retryAfter?: number, early?: true): SignInResult {
  const begun = challenge.mfaToken === undefined ? 'challenge_started' : 'mfa_required'
  const code = retryAfter === undefined ? begun : 'authorization_pending'
  return {
    type: 'waiting',
    ...(early && { early }),
    info: {
      code,
      message: messageOf(code),
      challenge: viewOf(challenge),
      ...(retryAfter !== undefined && { retryAfter }),
    },
  }
}

/** `challenge` is the one that waits in spite of the error, if there is one. */
export function failed(
  error: unknown,
  challenge?: Challenge,
  supported?: string[],
): Extract<SignInResult, { type: 'refused' | 'fault' }> {
  if (!isRefusal(error)) {
    return { type: 'fault', error: asError(error) }
  }
  const { code, message, status, retryAfter, attemptsLeft } = error
  const usable = challenge && code !== 'no_challenge' && !hasExpired(challenge)
  const info: Info = {
    code,
    message,
    ...(usable && { challenge: viewOf(challenge) }),
    ...(retryAfter !== undefined && { retryAfter }),
    ...(attemptsLeft !== undefined && { attemptsLeft }),
    ...(supported && { supported }),
  }
  return { type: 'refused', status, info }
}
