import type { NextFunction, Request, RequestHandler, Response } from 'express'
import type { ChallengeView } from './challenge.ts'
import { asError, OktaOobError } from './errors.ts'
import type { Cancelled, Info, Result } from './result.ts'
import { forget } from './session.ts'

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

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- the only way to add to Express's Request
  namespace Express {
    interface Request {
      /** What a handler of `OktaOobStrategy` has to say, for the handler behind it. */
      oktaOob?: OktaOobAnswer
    }
  }
}

export interface HandlerRedirects extends Redirects {
  /** After a refusal that leaves a challenge usable. */
  usableRedirect?: string | undefined
  /** After a look at a challenge that is still pending. Default: as while it waits. */
  pendingRedirect?: string | undefined
}

/** Makes an Express handler of a sign-in step; its redirects may depend on the request. */
export function handler(
  step: (req: Request) => Promise<Result | Cancelled>,
  redirects: HandlerRedirects | ((req: Request) => HandlerRedirects) = {},
): RequestHandler {
  return (req, res, next) => {
    res.set('Cache-Control', 'no-store')
    const where = (): HandlerRedirects =>
      typeof redirects === 'function' ? redirects(req) : redirects
    step(req)
      .then((result) => respond(result, where, req, res, next))
      .catch(next)
  }
}

async function respond(
  result: Result | Cancelled,
  redirects: () => HandlerRedirects,
  req: Request,
  res: Response,
  next: NextFunction,
): Promise<void> {
  const reply = (
    answer: OktaOobAnswer,
    locationIn: (redirects: HandlerRedirects) => string | undefined,
  ): void => {
    if (wantsJson(req)) {
      res.json(answer)
      return
    }
    const location = req.method === 'POST' ? locationIn(redirects()) : undefined
    if (location === undefined) {
      req.oktaOob = answer
      next()
    } else {
      // On a redirect it would ask the browser to wait before it follows.
      res.removeHeader('Retry-After')
      res.redirect(303, location)
    }
  }
  switch (result.type) {
    case 'waiting': {
      const { challenge, retryAfter } = result.info
      if (retryAfter === undefined) {
        reply({ status: 'challenge', challenge }, ({ challengeRedirect }) => challengeRedirect)
      } else {
        reply(
          { status: 'pending', challenge, retryAfter },
          ({ challengeRedirect, pendingRedirect = challengeRedirect }) => pendingRedirect,
        )
      }
      break
    }
    case 'signed-in': {
      const redirectTo = result.redirectTo ?? redirects().successRedirect
      await new Promise<void>((resolve, reject) => {
        req.logIn(result.user, (error: unknown) => {
          if (error) {
            forget(req)
            reject(asError(error))
          } else {
            resolve()
          }
        })
      })
      reply(
        { status: 'complete', ...(redirectTo !== undefined && { redirectTo }) },
        () => redirectTo,
      )
      break
    }
    case 'cancelled':
      reply({ status: 'cancelled' }, ({ successRedirect }) => successRedirect)
      break
    case 'refused': {
      const { status, info } = result
      setRetryAfter(res, info.retryAfter)
      res.status(status)
      reply({ status: 'failed', error: info }, ({ usableRedirect, failureRedirect }) =>
        withError(info.challenge ? usableRedirect : failureRedirect, info.code),
      )
      break
    }
    case 'fault':
      if (result.error instanceof OktaOobError) {
        setRetryAfter(res, result.error.retryAfter)
      }
      next(result.error)
  }
}

/** Whether the answer is for a script and not for a person. */
export function wantsJson(req: Request): boolean {
  return (
    // What scripts send, polls among them: there is nothing to negotiate.
    req.headers.accept === 'application/json' ||
    Boolean(req.is('json')) ||
    req.accepts(['html', 'json']) === 'json'
  )
}

export function setRetryAfter(res: Response, seconds: number | undefined): void {
  if (seconds !== undefined) {
    res.set('Retry-After', String(seconds))
  }
}

function withError(location: string | undefined, code: string): string | undefined {
  const [path = '', fragment] = location?.split('#') ?? []
  const query = `${path.includes('?') ? '&' : '?'}error=${encodeURIComponent(code)}`
  return location && path + query + (fragment === undefined ? '' : `#${fragment}`)
}
