import type { IDToken } from 'openid-client'
import type { Tokens } from './id-token.ts'

/** An answer that leaves the sign-in open. */
export type OpenAnswer =
  | { status: 'pending'; slowDown?: true }
  | { status: 'mfa_required'; mfaToken: string; supported: string[] }

/** What became of a challenge that was neither refused nor lost. */
export type Completion = { status: 'complete'; claims: IDToken; tokens: Tokens } | OpenAnswer

/** A completion that is not pending any more. */
export type Answered = Exclude<Completion, { status: 'pending' }>
