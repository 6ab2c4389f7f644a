import type { IDToken } from 'openid-client'
import type { OktaOobCode } from '../errors.ts'
import type { Info, SignInResult } from './sign-in-result.ts'

/** An answer that may be lost on its way, for the request that comes again for it. */
export interface LeftAnswer {
  /** The hash of the request. */
  mark: string
  /** Milliseconds since the epoch. */
  until: number
  answer:
    | { type: 'waiting'; session: string }
    | { type: 'signed-in'; session: string; info: object; redirectTo?: string; claims?: IDToken }
    | { type: 'refused'; status: number; info: Info }
}

/** Refusals before anything was sent or spent: the next request is judged anew. */
const undecided: ReadonlySet<OktaOobCode> = new Set([
  'rate_limited',
  'no_challenge',
  'login_hint_missing',
  'login_hint_invalid',
  'channel_not_allowed',
  'code_missing',
  'code_invalid',
  'wrong_step',
])

/** What is left: a challenge that waits, a user, or a refusal that stands. */
export type Answer = Extract<SignInResult, { type: 'waiting' | 'signed-in' | 'refused' }>

export function isAnswer(result: SignInResult): result is Answer {
  switch (result.type) {
    case 'waiting':
      return result.info.retryAfter === undefined
    case 'refused':
      return !undecided.has(result.info.code) && result.info.retryAfter === undefined
    default:
      return result.type === 'signed-in'
  }
}

export function answerOf(
  result: Answer,
  session: string,
  keepsClaims: boolean,
): LeftAnswer['answer'] {
  switch (result.type) {
    case 'waiting':
      return { type: 'waiting', session }
    case 'signed-in': {
      const { info, redirectTo, claims } = result
      return {
        type: 'signed-in',
        session,
        info,
        ...(redirectTo !== undefined && { redirectTo }),
        ...(keepsClaims && { claims }),
      }
    }
    case 'refused':
      return { type: 'refused', status: result.status, info: result.info }
  }
}
