import type { Request } from 'express'
import type { IDToken } from 'openid-client'
import type { Tokens } from './okta/id-token.ts'

/** Called once, by the app: with an error, without a user to refuse, or with the user to log in. */
export type VerifyDone = (
  error: unknown,
  user?: Express.User | false | null,
  info?: object | string,
) => void

/** A promise may take the place of `done`: what it resolves to is the user. */
type Verified = void | Promise<Express.User | false | null | undefined | void>

export type Verify = (claims: IDToken, done: VerifyDone) => Verified
export type VerifyWithRequest = (req: Request, claims: IDToken, done: VerifyDone) => Verified
export type VerifyWithTokens = (claims: IDToken, tokens: Tokens, done: VerifyDone) => Verified
export type VerifyWithRequestAndTokens = (
  req: Request,
  claims: IDToken,
  tokens: Tokens,
  done: VerifyDone,
) => Verified

export type AnyVerify = (...args: never[]) => Verified

export interface Verdict {
  user: Express.User | undefined
  info: object | string | undefined
}

/**
 * Asks the app who the claims belong to. `done` is always the last argument and only its first call
 * counts; how many parameters `verify` declares is never looked at, since wrappers hide it.
 *
 * @throws what `verify` throws, rejects with, or hands to `done`
 */
export function runVerify(verify: AnyVerify, args: readonly unknown[]): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    const done: VerifyDone = (error, user, info) => {
      if (error) {
        reject(error)
      } else {
        resolve({ user: user || undefined, info })
      }
    }
    const returned = (verify as (...args: unknown[]) => unknown)(...args, done)
    if (isThenable(returned)) {
      returned.then((user) => done(null, user as Express.User), reject)
    }
  })
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function'
}
