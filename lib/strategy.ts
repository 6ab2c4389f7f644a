import type { Request, RequestHandler } from 'express'
import { inspect } from 'node:util'
import { Strategy } from 'passport-strategy'
import { asError, OktaOobError } from './errors.ts'
import { expressHandler, expressPages, NodeRequest } from './hosts/index.ts'
import type { OktaOobClient, OktaOobClientOptions } from './okta/index.ts'
import { checkNames } from './options.ts'
import { makePages, type RoutesOptions, type Steps } from './pages/index.ts'
import {
  checkCompleteOptions,
  checkRedirects,
  makeClient,
  makeHandler,
  readStrategyOptions,
  SignIn,
  Tenants,
  type AnyVerify,
  type CompleteOptions,
  type HandlerRedirects,
  type OktaOobAnswer,
  type OktaOobStrategyOptions,
  type Redirects,
  type Resolve,
  type SignInRequest,
  type SignInResult,
  type StepName,
  type Verify,
  type VerifyArguments,
  type VerifyWithRequest,
  type VerifyWithRequestAndTokens,
  type VerifyWithTokens,
} from './sign-in/index.ts'

/** Options of one `passport.authenticate('okta-oob', …)`. */
export interface OktaOobAuthenticateOptions {
  /** Takes this step, whatever the fields of the body say. */
  step?: StepName
  /** Where to send the browser (303) while a challenge waits; without it, `fail(info, 401)`. */
  challengeRedirect?: string
}

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- the only way to add to Express's Request
  namespace Express {
    interface Request {
      /** What a handler of `OktaOobStrategy` has to say, for the handler behind it. */
      oktaOob?: OktaOobAnswer
    }
  }
}

declare module 'passport' {
  interface AuthenticateOptions extends OktaOobAuthenticateOptions {}
}

/** Puts the request before the claims in the arguments of `verify`. */
type WithRequest = { passReqToCallback: true }
/** Puts the tokens after the claims in the arguments of `verify`. */
type WithTokens = { passTokensToCallback: true }
type WithoutRequest = { passReqToCallback?: false }
type WithoutTokens = { passTokensToCallback?: false }

/**
 * Signs users in with Okta's direct authentication, out of band: a text, a call or a push.
 *
 * Without a `verify` the claims of the ID token are the user; without options they come from the
 * environment. The other methods make handlers for an app's own sign-in routes.
 *
 * @example
 * const okta = new OktaOobStrategy(options, (claims, done) => done(null, { id: claims.sub }))
 * passport.use(okta)
 * app.use('/login', okta.routes({ successRedirect: '/' }))
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
   *
   * @throws what `resolve` throws, and a TypeError for options that are wrong
   *
   * @example
   * const client = await okta.client(req)
   * await tokenRevocation(await client.configuration('revocation_endpoint'), refreshToken)
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
    const { success, fail, redirect, error, _signIn: signIn } = this
    let request: SignInRequest | undefined
    try {
      request = new NodeRequest(req)
      const result = await signIn.authenticate(request, options?.step)
      switch (result.type) {
        case 'signed-in':
          request.beforeLogIn()
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
          signIn.reportFault(result.error, request)
          error(result.error)
          break
      }
    } catch (thrown) {
      // Passport's own work (a session that cannot regenerate) or the app's callback has thrown.
      const fault = asError(thrown)
      try {
        error(fault)
        signIn.reportFault(fault, request)
      } catch (again) {
        process.emitWarning(again instanceof Error ? again : inspect(again))
      }
    }
  }

  /**
   * Makes the handler that starts a sign-in: it sends a text, calls or pushes. The fields of the
   * body are `username`, `channel` and `returnTo`, a path of the app. A JSON client gets
   * `{ status: 'challenge', challenge }`; a form is redirected (303).
   *
   * @throws {TypeError} naming an option that is wrong
   *
   * @example
   * app.post('/login', okta.start({ challengeRedirect: '/code', failureRedirect: '/login' }))
   */
  start(redirects: Omit<Redirects, 'successRedirect'> = {}): RequestHandler {
    checkRedirects(redirects, 'start')
    // A start that is refused belongs on the page that asked for it, whatever else still waits.
    const { failureRedirect: usableRedirect } = redirects
    const step = (request: SignInRequest): Promise<SignInResult> => this._signIn.start(request)
    return handlerOf(this._signIn, step, { ...redirects, usableRedirect })
  }

  /**
   * Makes the handler that takes the code (field `code`), or looks whether the push has been
   * approved, and logs the user in: `{ status: 'complete', redirectTo? }`, or `{ status: 'pending',
   * challenge, retryAfter }` in seconds. Needs `passport.session()` before it.
   *
   * @throws {TypeError} naming an option that is wrong
   *
   * @example
   * app.post('/code', okta.complete({ successRedirect: '/', challengeRedirect: '/code' }))
   */
  complete(options: CompleteOptions = {}): RequestHandler {
    checkCompleteOptions(options)
    const step = (request: SignInRequest): Promise<SignInResult> =>
      completeAndLogIn(this._signIn, request)
    return handlerOf(this._signIn, step, keepingChallenge(options))
  }

  /**
   * Makes the handler that tells what the session's challenge is, for a page or a script that shows
   * it: as JSON, or on `req.oktaOob` for the handler behind it.
   *
   * @throws {TypeError} naming an option, of which there are none
   *
   * @example
   * app.get('/code', okta.challenge(), (req, res) => res.render('code', { answer: req.oktaOob }))
   */
  challenge(options: Record<string, never> = {}): RequestHandler {
    checkNames(options, [], 'is not an option of challenge()')
    return handlerOf(this._signIn, (request) => this._signIn.current(request))
  }

  /**
   * Makes the handler that starts again for the user of the challenge, through its channel or the
   * one in the body.
   *
   * @throws {TypeError} naming an option that is wrong
   *
   * @example
   * app.post('/resend', okta.resend({ challengeRedirect: '/code', failureRedirect: '/login' }))
   */
  resend(redirects: Omit<Redirects, 'successRedirect'> = {}): RequestHandler {
    checkRedirects(redirects, 'resend')
    const step = (request: SignInRequest): Promise<SignInResult> => this._signIn.resend(request)
    return handlerOf(this._signIn, step, keepingChallenge(redirects))
  }

  /**
   * Makes the handler that ends the challenge, if there is one.
   *
   * @throws {TypeError} naming an option that is wrong
   *
   * @example
   * app.post('/cancel', okta.cancel({ successRedirect: '/login' }))
   */
  cancel(redirects: Pick<Redirects, 'successRedirect' | 'failureRedirect'> = {}): RequestHandler {
    checkRedirects(redirects, 'cancel')
    return handlerOf(this._signIn, (request) => this._signIn.cancel(request), redirects)
  }

  /**
   * A whole sign-in: pages, and the routes behind them. Needs a session and `passport.session()`.
   * It is a handler of node:http's requests, so Express is not the only host that takes it.
   *
   * @throws {TypeError} naming the option that is wrong
   *
   * @example
   * app.use('/login', okta.routes({ successRedirect: '/', brand: { name: 'Example' } }))
   */
  routes(options: RoutesOptions = {}): RequestHandler {
    const { _signIn: signIn } = this
    const { channels, usernameField, channelField, codeField } = signIn.settings
    const steps: Steps = {
      start: (request) => signIn.start(request),
      current: (request) => signIn.current(request),
      complete: (request) => completeAndLogIn(signIn, request),
      resend: (request) => signIn.resend(request),
      cancel: (request) => signIn.cancel(request),
      reportFault: (error, request, onError) => signIn.reportFault(error, request, onError),
      waits: (...of) => signIn.waits(...of),
      channels,
      secondFactors: async ({ hostRequest }) => (await signIn.clientFor(hostRequest)).secondFactors,
      fields: { username: usernameField, channel: channelField, code: codeField },
    }
    return expressPages(makePages(steps, options))
  }
}

/** A handler for the app's own routes; its faults go to the app's error handler. */
function handlerOf(signIn: SignIn, ...step: Parameters<typeof makeHandler>): RequestHandler {
  const handler = makeHandler(...step)
  return expressHandler(async (request) => {
    const result = await handler(request)
    if (result.type === 'error') {
      signIn.reportFault(result.error, request)
    }
    return result
  })
}

/** For the handlers, which log in by themselves and not through Passport's `success`. */
async function completeAndLogIn(signIn: SignIn, request: SignInRequest): Promise<SignInResult> {
  const message = 'okta.complete() needs req.logIn: mount passport.session() before it.'
  return request.logIn
    ? signIn.complete(request)
    : { type: 'fault', error: new OktaOobError('configuration_error', { message }) }
}

/** A refusal that leaves the challenge usable belongs on its page. */
function keepingChallenge(redirects: CompleteOptions): HandlerRedirects {
  return { ...redirects, usableRedirect: redirects.challengeRedirect }
}

function clientFinder(client: OktaOobClientOptions | Resolve): SignIn['clientFor'] {
  if (typeof client === 'function') {
    const tenants = new Tenants(client)
    return (req) => tenants.clientFor(req)
  }
  const only = makeClient(client)
  return () => only
}

const claimsAsUser: Verify = (claims, done) => {
  done(null, claims)
}
