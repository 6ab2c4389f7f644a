import encodeUrl from 'encodeurl'
import Negotiator from 'negotiator'
import type { ChallengeView } from '../challenge.ts'
import { asError, OktaOobError } from '../errors.ts'
import { check, checkNames, isText } from '../options.ts'
import type { SignInRequest, SignInResponse } from './host-port.ts'
import type { Cancelled, Info, SignInResult } from './sign-in-result.ts'

/** Where to send (303) a browser that posted a form. A JSON client gets JSON instead. */
export interface Redirects {
  /** After signing in, unless the start named a `returnTo`; after cancelling. */
  successRedirect?: string | undefined
  /** While a challenge waits; with `?error=<code>` after a refusal that leaves it usable. */
  challengeRedirect?: string | undefined
  /** With `?error=<code>`, after any other refusal. */
  failureRedirect?: string | undefined
}

/** The JSON answer of a handler; on `req.oktaOob` where the app answers itself. */
export type OktaOobAnswer =
  | { status: 'challenge'; challenge: ChallengeView }
  | { status: 'pending'; challenge: ChallengeView; retryAfter: number }
  | { status: 'complete'; redirectTo?: string }
  | { status: 'cancelled' }
  | { status: 'failed'; error: Info }

/** Options of `okta.complete()`. */
export interface CompleteOptions extends Redirects {
  /** Keeps what the app has in the session when it logs the user in. Default: false. */
  keepSessionInfo?: boolean | undefined
}

export interface HandlerRedirects extends CompleteOptions {
  /** After a refusal that leaves a challenge usable. */
  usableRedirect?: string | undefined
  /** After a look at a challenge that is still pending. Default: as while it waits. */
  pendingRedirect?: string | undefined
  /** Where the answer of Okta's is too young for another look. Default: as while it is pending. */
  earlyRedirect?: string | undefined
  /** Refusals also carry how many codes are left (`left`) and how many seconds to wait (`wait`). */
  detailed?: boolean | undefined
}

/** What a host does with a request that a handler has dealt with. */
export type HandlerResult =
  | { type: 'response'; response: SignInResponse }
  /** The app's next handler answers: it finds the answer on `req.oktaOob`. */
  | { type: 'next'; status: number; headers: Record<string, string>; answer: OktaOobAnswer }
  /** For the app's error handler. */
  | { type: 'error'; headers: Record<string, string>; error: Error }

export type Handler = (request: SignInRequest) => Promise<HandlerResult>

/** A step of the sign-in; none of them rejects with what went wrong in it. */
export type Step = (request: SignInRequest) => Promise<SignInResult | Cancelled>

const noStore = { 'cache-control': 'no-store' }

const names: readonly (keyof Redirects)[] = [
  'successRedirect',
  'challengeRedirect',
  'failureRedirect',
]

/**
 * An app may give all its handlers the same redirects, so each takes those that it does not need.
 *
 * @throws {TypeError} naming an option that is no redirect, or not an address
 */
export function checkRedirects(redirects: Redirects, handler: string): void {
  checkNames(redirects, names, `is not an option of ${handler}()`)
  for (const [name, address] of Object.entries(redirects)) {
    check(address === undefined || isText(address), name, 'must be an address')
  }
}

/** @throws {TypeError} naming an option that is none of `complete()`, or is wrong */
export function checkCompleteOptions({ keepSessionInfo, ...redirects }: CompleteOptions): void {
  checkRedirects(redirects, 'complete')
  checkKeepSessionInfo(keepSessionInfo)
}

/** @throws {TypeError} */
export function checkKeepSessionInfo(value: unknown): void {
  check(
    value === undefined || typeof value === 'boolean',
    'keepSessionInfo',
    'must be true or false',
  )
}

/** Makes a handler of a step; its redirects may depend on the request. */
export function makeHandler(
  step: Step,
  redirects: HandlerRedirects | ((request: SignInRequest) => HandlerRedirects) = {},
): Handler {
  return async (request) => {
    const where = (): HandlerRedirects =>
      typeof redirects === 'function' ? redirects(request) : redirects
    try {
      return await respond(await step(request), where, request)
    } catch (error) {
      return { type: 'error', headers: noStore, error: asError(error) }
    }
  }
}

async function respond(
  result: SignInResult | Cancelled,
  redirects: () => HandlerRedirects,
  request: SignInRequest,
): Promise<HandlerResult> {
  const reply = (
    answer: OktaOobAnswer,
    locationIn: (redirects: HandlerRedirects) => string | undefined,
    status = 200,
    retryAfter?: number,
  ): HandlerResult => {
    const headers = { ...noStore, ...retryAfterHeader(retryAfter) }
    if (wantsJson(request)) {
      return { type: 'response', response: jsonResponse(answer, status, headers) }
    }
    const location = request.method === 'POST' ? locationIn(redirects()) : undefined
    return location === undefined
      ? { type: 'next', status, headers, answer }
      : // With `Retry-After`, a browser would wait before it follows the redirect.
        { type: 'response', response: redirectResponse(location, noStore) }
  }
  switch (result.type) {
    case 'waiting': {
      const { challenge, retryAfter } = result.info
      return retryAfter === undefined
        ? reply({ status: 'challenge', challenge }, ({ challengeRedirect }) => challengeRedirect)
        : reply(
            { status: 'pending', challenge, retryAfter },
            ({ challengeRedirect, pendingRedirect = challengeRedirect, earlyRedirect }) =>
              (result.early && earlyRedirect && `${earlyRedirect}&wait=${retryAfter}`) ??
              pendingRedirect,
          )
    }
    case 'signed-in':
    case 'signed-in-before': {
      const redirectTo = result.redirectTo ?? redirects().successRedirect
      if (result.type === 'signed-in') {
        const { keepSessionInfo = false } = redirects()
        await request.logIn?.(result.user, { keepSessionInfo })
      }
      return reply(
        { status: 'complete', ...(redirectTo !== undefined && { redirectTo }) },
        () => redirectTo,
      )
    }
    case 'cancelled':
      return reply({ status: 'cancelled' }, ({ successRedirect }) => successRedirect)
    case 'refused': {
      const { status, info } = result
      return reply(
        { status: 'failed', error: info },
        ({ usableRedirect, failureRedirect, detailed = false }) =>
          withError(info.challenge ? usableRedirect : failureRedirect, info, detailed),
        status,
        info.retryAfter,
      )
    }
    case 'fault': {
      const { error } = result
      const retryAfter = error instanceof OktaOobError ? error.retryAfter : undefined
      return { type: 'error', headers: { ...noStore, ...retryAfterHeader(retryAfter) }, error }
    }
  }
}

/** Whether the answer is for a script and not for a person. */
export function wantsJson({ headers }: SignInRequest): boolean {
  return (
    // What scripts send, polls among them: there is nothing to negotiate.
    headers.accept === 'application/json' ||
    /^application\/json\b/i.test(headers['content-type'] ?? '') ||
    new Negotiator({ headers }).mediaType(['text/html', 'application/json']) === 'application/json'
  )
}

export function jsonResponse(
  body: unknown,
  status = 200,
  headers: Record<string, string> = noStore,
): SignInResponse {
  const type = { 'content-type': 'application/json; charset=utf-8' }
  return { status, headers: { ...headers, ...type }, body: JSON.stringify(body) }
}

export function redirectResponse(
  location: string,
  headers: Record<string, string> = {},
): SignInResponse {
  return { status: 303, headers: { ...headers, location: encodeUrl(location) }, body: '' }
}

export function retryAfterHeader(seconds: number | undefined): Record<string, string> {
  return seconds === undefined ? {} : { 'retry-after': String(seconds) }
}

function withError(
  location: string | undefined,
  { code, attemptsLeft, retryAfter }: Info,
  detailed: boolean,
): string | undefined {
  const [path = '', fragment] = location?.split('#') ?? []
  const left =
    detailed && attemptsLeft !== undefined ? `&left=${encodeURIComponent(attemptsLeft)}` : ''
  const wait = detailed && retryAfter !== undefined ? `&wait=${encodeURIComponent(retryAfter)}` : ''
  const error = `error=${encodeURIComponent(code)}${left}${wait}`
  const query = `${path.includes('?') ? '&' : '?'}${error}`
  return location && path + query + (fragment === undefined ? '' : `#${fragment}`)
}
