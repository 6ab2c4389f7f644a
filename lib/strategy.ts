import type { Request, RequestHandler, Router } from 'express'
import { inspect } from 'node:util'
import { Strategy } from 'passport-strategy'
import { asError, OktaOobError } from './errors.ts'
import { handler, type HandlerRedirects, type Redirects } from './middleware.ts'
import { OktaOobClient } from './okta/client.ts'
import type { OktaOobClientOptions } from './okta/options.ts'
import {
  readStrategyOptions,
  type OktaOobStrategyOptions,
  type VerifyArguments,
} from './options.ts'
import type { RoutesOptions } from './pages/options.ts'
import { pages } from './pages/routes.ts'
import type { Result } from './result.ts'
import { SignIn, type Step } from './sign-in.ts'
import { Tenants, type Resolve } from './tenants.ts'
import type {
  AnyVerify,
  Verify,
  VerifyWithRequest,
  VerifyWithRequestAndTokens,
  VerifyWithTokens,
} from './verify.ts'

/** Options of one `passport.authenticate('okta-oob', …)`. */
export interface OktaOobAuthenticateOptions {
  /** Takes this step, whatever the fields of the body say. */
  step?: Step
  /** Where to send the browser (303) while a challenge waits; without it, `fail(info, 401)`. */
  challengeRedirect?: string
}

declare module 'passport' {
  interface AuthenticateOptions extends OktaOobAuthenticateOptions {}
}

/** Puts the request before the claims in the arguments of `verify`. */
type WithRequest = { passReqToCallback: true }
/** Puts the tokens behind the claims in the arguments of `verify`. */
type WithTokens = { passTokensToCallback: true }
type WithoutRequest = { passReqToCallback?: false }
type WithoutTokens = { passTokensToCallback?: false }

/**
 * Signs users in with Okta's direct authentication, out of band: a text, a call or a push.
 *
 * ```ts
 * const okta = new OktaOobStrategy(options, (claims, done) => done(null, claims))
 * passport.use(okta)
 * ```
 *
 * Without a `verify` the claims of the ID token are the user; without options they come from the
 * environment. The other methods make Express handlers for an app's own sign-in routes.
 */
export class OktaOobStrategy extends Strategy {
  name: string = 'okta-oob'
  /** @internal Passport works on `Object.create(strategy)`, which has no `#private` fields. */
  readonly _signIn: SignIn

  /** @throws {TypeError} naming the option that is wrong or missing */
  constructor(verify?: Verify)
  constructor(
    options: OktaOobStrategyOptions & WithRequest & WithTokens,
    verify: VerifyWithRequestAndTokens,
  )
  constructor(
    options: OktaOobStrategyOptions & WithRequest & WithoutTokens,
    verify: VerifyWithRequest,
  )
  constructor(
    options: OktaOobStrategyOptions & WithoutRequest & WithTokens,
    verify: VerifyWithTokens,
  )
  constructor(options: OktaOobStrategyOptions & WithoutRequest & WithoutTokens, verify?: Verify)
  constructor(
    options: (OktaOobStrategyOptions & VerifyArguments) | AnyVerify = {},
    verify?: AnyVerify,
  ) {
    super()
    const [given, callback] = typeof options === 'function' ? [{}, options] : [options, verify]
    if (callback !== undefined && typeof callback !== 'function') {
      throw new TypeError('passport-okta-oob: verify must be a function')
    }
    if (typeof given !== 'object' || given === null) {
      throw new TypeError('passport-okta-oob: options must be an object')
    }
    const [settings, client] = readStrategyOptions(given)
    if (callback === undefined && (settings.passReqToCallback || settings.passTokensToCallback)) {
      throw new TypeError(
        'passport-okta-oob: passReqToCallback and passTokensToCallback need verify',
      )
    }
    this._signIn = new SignIn(settings, clientFinder(client), callback ?? claimsAsUser)
  }

  /**
   * The client behind the strategy; with `resolve`, the one for this request. Its `configuration()`
   * is what openid-client's own calls take: refresh, revocation, introspection, user info.
   */
  async client(req: Request): Promise<OktaOobClient> {
    return this._signIn.clientFor(req)
  }

  /**
   * Called by Passport. Ends in exactly one of Passport's actions, and never rejects.
   *
   * The actions are read before the first `await`: `passport.authenticate(strategyInstance)` sets
   * them on one object for all requests, and the next request overwrites them.
   */
  override async authenticate(req: Request, options?: OktaOobAuthenticateOptions): Promise<void> {
    const { success, fail, redirect, error } = this
    try {
      const result = await this._signIn.authenticate(req, options?.step)
      switch (result.type) {
        case 'signed-in':
          success(result.user, result.info)
          break
        case 'waiting':
          if (options?.challengeRedirect) {
            redirect(options.challengeRedirect, 303)
          } else {
            fail(result.info, 401)
          }
          break
        case 'refused':
          fail(result.info, result.status)
          break
        case 'fault':
          error(result.error)
          break
      }
    } catch (thrown) {
      // Passport's own work (a session that cannot regenerate) or the app's callback has thrown.
      try {
        error(asError(thrown))
      } catch (again) {
        process.emitWarning(again instanceof Error ? again : inspect(again))
      }
    }
  }

  /** Sends a text, calls or pushes. */
  start(redirects: Omit<Redirects, 'successRedirect'> = {}): RequestHandler {
    // A start that is refused belongs on the page that asked for it, whatever else still waits.
    const { failureRedirect: usableRedirect } = redirects
    return handler((req) => this._signIn.start(req), { ...redirects, usableRedirect })
  }

  /** Takes the code, or looks whether the push has been approved, and logs the user in. */
  complete(redirects: Redirects = {}): RequestHandler {
    return handler((req) => completeAndLogIn(this._signIn, req), keepingChallenge(redirects))
  }

  /** Tells what the session's challenge is, for a page or a script that shows it. */
  challenge(): RequestHandler {
    return handler((req) => this._signIn.current(req))
  }

  /** Starts again for the user of the challenge, through its channel or the one in the body. */
  resend(redirects: Omit<Redirects, 'successRedirect'> = {}): RequestHandler {
    return handler((req) => this._signIn.resend(req), keepingChallenge(redirects))
  }

  /** Ends the challenge, if there is one. */
  cancel(redirects: Pick<Redirects, 'successRedirect' | 'failureRedirect'> = {}): RequestHandler {
    return handler((req) => this._signIn.cancel(req), redirects)
  }

  /**
   * A whole sign-in: pages, and the routes behind them. Needs a session and `passport.session()`.
   *
   * ```ts
   * app.use('/login', okta.routes({ successRedirect: '/' }))
   * ```
   *
   * @throws {TypeError} naming the option that is wrong
   */
  routes(options: RoutesOptions = {}): Router {
    const { _signIn: signIn } = this
    const { channels, usernameField, channelField, codeField } = signIn.settings
    return pages(
      {
        start: (req) => signIn.start(req),
        current: (req) => signIn.current(req),
        complete: (req) => completeAndLogIn(signIn, req),
        resend: (req) => signIn.resend(req),
        cancel: (req) => signIn.cancel(req),
        channels,
        secondFactors: async (req) => (await signIn.clientFor(req)).secondFactors,
        fields: { username: usernameField, channel: channelField, code: codeField },
      },
      options,
    )
  }
}

/** For the handlers, which log in by themselves and not through Passport's `success`. */
async function completeAndLogIn(signIn: SignIn, req: Request): Promise<Result> {
  const message = 'okta.complete() needs req.logIn: mount passport.session() before it.'
  return typeof req.logIn === 'function'
    ? signIn.complete(req)
    : { type: 'fault', error: new OktaOobError('configuration_error', { message }) }
}

/** A refusal that leaves the challenge usable belongs on its page. */
function keepingChallenge(redirects: Redirects): HandlerRedirects {
  return { ...redirects, usableRedirect: redirects.challengeRedirect }
}

function clientFinder(client: OktaOobClientOptions | Resolve): SignIn['clientFor'] {
  if (typeof client === 'function') {
    const tenants = new Tenants(client)
    return (req) => tenants.clientFor(req)
  }
  const only = new OktaOobClient(client)
  return () => only
}

const claimsAsUser: Verify = (claims, done) => {
  done(null, claims)
}
