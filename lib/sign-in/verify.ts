import type { IDToken } from 'openid-client'
import type { Tokens } from '../okta/index.ts'
import type { HostRequest } from './host-port.ts'

/** Called once, by the app: with an error, without a user to refuse, or with the user to log in. */
export type VerifyDone = (
  error: unknown,
  user?: Express.User | false | null,
  info?: object | string,
) => void

/** A promise may be returned instead of a call of `done`: what it resolves to is the user. */
type Verified = void | Promise<Express.User | false | null | undefined | void>

export type Verify = (claims: IDToken, done: VerifyDone) => Verified
export type VerifyWithRequest = (req: HostRequest, claims: IDToken, done: VerifyDone) => Verified
export type VerifyWithTokens = (claims: IDToken, tokens: Tokens, done: VerifyDone) => Verified
export type VerifyWithRequestAndTokens = (
  req: HostRequest,
  claims: IDToken,
  tokens: Tokens,
  done: VerifyDone,
) => Verified

/** One of the above; the constructor's overloads say which. */
export type AnyVerify = (...args: never[]) => Verified

interface Verdict {
  user: Express.User | undefined
  info: object | string | undefined
}

/**
 * Asks the app for the user that the claims belong to. `done` is always the last argument and only its first call
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
