import type { IDToken } from 'openid-client'
import { ofChallenge } from '../audit.ts'
import { hasExpired, type Challenge } from '../challenge.ts'
import { attempt, isRefusal, OktaOobError } from '../errors.ts'
import { Limits } from '../limits/index.ts'
import {
  maxRedeemTimeout,
  slowDownSeconds,
  type OktaOobClient,
  type Tokens,
} from '../okta/index.ts'
import { required } from './challenge-slot.ts'
import { isCrossSite } from './cross-site.ts'
import { publishFailure, reportFault, type OnError } from './faults.ts'
import { field, readChannel, readReturnTo, readTypedCode } from './fields.ts'
import type { HostRequest, SignInRequest } from './host-port.ts'
import { checkMediaType } from './media-type.ts'
import type { StrategySettings } from './options.ts'
import { Repeats } from './repeats.ts'
import {
  RequestContexts,
  ownChallenge,
  storedChallenge,
  type RequestContext,
} from './request-context.ts'
import { failed, waiting, type Cancelled, type SignInResult } from './sign-in-result.ts'
import { waitsFor, type Waits } from './steps/check-send-limits.ts'
import { complete } from './steps/complete.ts'
import { start } from './steps/start.ts'
import type { StartInput, StepResult } from './steps/step-result.ts'
import { readLoginHint } from './username.ts'
import { runVerify, type AnyVerify } from './verify.ts'

export type StepName = 'start' | 'complete'

/** One sign-in step for one request: reads the request and the session, runs the step, settles. */
export class SignIn {
  readonly settings: StrategySettings
  readonly clientFor: (req: HostRequest) => OktaOobClient | Promise<OktaOobClient>
  readonly #verify: AnyVerify
  readonly #limits: Limits
  readonly #contexts: RequestContexts
  readonly #repeats: Repeats

  constructor(settings: StrategySettings, clientFor: SignIn['clientFor'], verify: AnyVerify) {
    this.settings = settings
    this.clientFor = clientFor
    this.#verify = verify
    this.#limits = new Limits(settings.limits, { slowDownSeconds, maxRedeemTimeout })
    this.#contexts = new RequestContexts(settings, this.#limits)
    this.#repeats = new Repeats(settings)
  }

  /**
   * Takes the step that the body asks for, unless one is given. For Passport, which logs in a user
   * and takes no session instead.
   */
  async authenticate(
    request: SignInRequest,
    step?: StepName,
  ): Promise<Exclude<SignInResult, { type: 'signed-in-before' }>> {
    const { codeField, usernameField } = this.settings
    const hasCode = (field(request, codeField) ?? '') !== ''
    const asked = !hasCode && field(request, usernameField) !== undefined ? 'start' : 'complete'
    const isStart = (step ?? asked) === 'start'
    const result = await (isStart ? this.start(request) : this.complete(request, true))
    if (result.type !== 'signed-in-before') {
      return result
    }
    try {
      const { user } = await this.#verdict(request, result.claims)
      return user
        ? { ...result, type: 'signed-in', user }
        : failed(new OktaOobError('access_denied'))
    } catch (error) {
      return failed(error)
    }
  }

  start(request: SignInRequest): Promise<SignInResult> {
    return this.#actOnce(request, 'start', async (context) => {
      const { usernameField, channelField, channels } = this.settings
      const loginHint = readLoginHint(field(request, usernameField))
      context.loginHint = loginHint
      const channel = readChannel(field(request, channelField), channels)
      const returnTo = readReturnTo(field(request, 'returnTo'))
      const previous = storedChallenge(context)
      const { address: countedFor } = context.step
      const device = context.deviceOf(loginHint)
      return this.#begin(context, { loginHint, channel, returnTo, previous, countedFor, device })
    })
  }

  /** Starts again for the same user and factor, through the same channel or another one. */
  resend(request: SignInRequest): Promise<SignInResult> {
    return this.#actOnce(request, 'resend', async (context) => {
      const previous = await liveChallenge(context)
      const { loginHint, returnTo, mfaToken, countedFor, device } = previous
      context.loginHint = loginHint
      const channels =
        mfaToken === undefined ? this.settings.channels : context.step.okta.secondFactors
      const wanted = field(request, this.settings.channelField)
      // Okta may call a channel by another name than the one that was asked for.
      const last = channels.find((channel) => channel === previous.channel)
      const channel = readChannel(wanted, channels, last)
      const kept = { loginHint, returnTo, mfaToken, countedFor, device }
      return this.#begin(context, { ...kept, channel, previous, resend: true })
    })
  }

  complete(request: SignInRequest, forPassport = false): Promise<SignInResult> {
    const step = async (context: RequestContext): Promise<SignInResult> => {
      const challenge = ownChallenge(context)
      context.loginHint = challenge?.loginHint
      const code = readTypedCode(field(request, this.settings.codeField))
      if (!challenge) {
        throw new OktaOobError('no_challenge')
      }
      return this.#settle(context, await complete(context.step, challenge, code))
    }
    return this.#actOnce(request, 'complete', step, forPassport)
  }

  cancel(request: SignInRequest): Promise<SignInResult | Cancelled> {
    return this.#act<Cancelled>(request, async (context) => {
      const challenge = storedChallenge(context)
      context.loginHint = challenge?.loginHint
      // A request that has ended it before has seen to the session, which may be a new one by now.
      if (challenge && (await this.#limits.singleUse.claim(challenge))) {
        await context.slot.clear()
      }
      return { type: 'cancelled' }
    })
  }

  /** The challenge to show, to a request of any method. */
  async current(request: SignInRequest): Promise<SignInResult> {
    try {
      const okta = await this.clientFor(request.hostRequest)
      const challenge = await liveChallenge(this.#contexts.make(request, okta))
      return hasExpired(challenge) ? failed(new OktaOobError('no_challenge')) : waiting(challenge)
    } catch (error) {
      return failed(error)
    }
  }

  #actOnce(
    request: SignInRequest,
    name: string,
    step: (context: RequestContext) => Promise<SignInResult>,
    keepsClaims = false,
  ): Promise<SignInResult> {
    return this.#act(request, (context) => {
      context.keepsClaims = keepsClaims
      return this.#repeats.once(context, name, () => step(context))
    })
  }

  /**
   * Has a fault seen that ends a request. Each door calls it once, where it answers the browser:
   * none of the steps reports its own.
   */
  reportFault(error: Error, request: SignInRequest | undefined, onError?: OnError): void {
    const { usernameField, codeField } = this.settings
    const typed = request ? [field(request, usernameField), field(request, codeField)] : []
    const context = request && this.#contexts.of(request)
    reportFault(error, request, { context, typed, onError })
  }

  /**
   * Seconds until each of these ways could be started, 0 for now: for a user that starts, or for the
   * one whose challenge waits. Counts nothing, and tells no more than a start would.
   *
   * @throws {OktaOobError} `limiter_unavailable`
   */
  async waits(
    request: SignInRequest,
    channels: readonly string[],
    username?: string,
  ): Promise<Waits> {
    const context = this.#contexts.make(request, await this.clientFor(request.hostRequest))
    const challenge = username === undefined ? ownChallenge(context) : undefined
    const loginHint = username === undefined ? challenge?.loginHint : readLoginHint(username)
    if (loginHint === undefined) {
      return {}
    }
    const device = challenge ? challenge.device : context.deviceOf(loginHint)
    const { mfaToken } = challenge ?? {}
    return waitsFor(context.step, { loginHint, mfaToken, device }, channels)
  }

  async #act<R>(
    request: SignInRequest,
    step: (context: RequestContext) => Promise<R>,
  ): Promise<R | SignInResult> {
    const { clientSideSessions, crossSiteProtection, origins } = this.settings
    let context: RequestContext | undefined
    try {
      const { keptInBrowser } = required(request.session)
      if (keptInBrowser !== undefined && clientSideSessions === 'refuse') {
        throw new OktaOobError('configuration_error', { message: refusalOf(keptInBrowser) })
      }
      if (crossSiteProtection && isCrossSite(request, origins)) {
        throw new OktaOobError('cross_site_request')
      }
      if (request.method !== 'POST') {
        throw new OktaOobError('wrong_step')
      }
      checkMediaType(request)
      context = this.#contexts.make(request, await this.clientFor(request.hostRequest))
      const result = await step(context)
      // What Okta has answered stands, whatever the session's store says now.
      await attempt(request.session?.dropIfEnded())
      return result
    } catch (error) {
      reportRefusal(context, error)
      return failed(error, context && ownChallenge(context))
    }
  }

  async #begin(context: RequestContext, input: StartInput): Promise<SignInResult> {
    const { hostRequest } = context.request
    const { loginHint, channel } = input
    const approve = async (): Promise<boolean> =>
      (await this.settings.beforeStart(hostRequest, { loginHint, channel })) !== false
    return this.#settle(context, await start(context.step, { ...input, approve }))
  }

  /** The one place where a decision reaches the session. */
  async #settle(context: RequestContext, result: StepResult): Promise<SignInResult> {
    switch (result.type) {
      case 'started':
        await context.slot.begin(result.challenge)
        return waiting(result.challenge)
      case 'pending':
        return waiting(result.challenge, result.retryAfter, result.early)
      case 'complete':
        await context.beforeSignedIn?.()
        await context.slot.clear()
        return this.#askApp(context, result)
      case 'ended':
        reportRefusal(context, result.error)
        await context.slot.clear()
        return failed(result.error, undefined, result.supported)
      case 'gone':
        reportRefusal(context, result.error)
        return failed(result.error)
      case 'failed':
        reportRefusal(context, result.error)
        return failed(result.error, ownChallenge(context))
    }
  }

  async #askApp(
    context: RequestContext,
    { claims, tokens, challenge }: StepResult & { type: 'complete' },
  ): Promise<SignInResult> {
    const { user, info } = await this.#verdict(context.request, claims, tokens)
    const own = typeof info === 'string' ? { message: info } : info
    if (!user) {
      const error = new OktaOobError('access_denied')
      reportRefusal(context, error)
      const { code, message, status } = error
      return { type: 'refused', status, info: { code, message, ...own } }
    }
    const { sub, amr } = claims
    context.step.audit.report('success', challenge.loginHint, () => ({
      ...ofChallenge(challenge),
      sub,
      ...(Array.isArray(amr) && { amr: amr.map(String) }),
    }))
    context.renewDevice(challenge.loginHint)
    const redirectTo = challenge.returnTo !== undefined && { redirectTo: challenge.returnTo }
    // Tokens are kept nowhere, and a verify that takes them cannot be asked again without.
    const again = this.settings.passTokensToCallback ? {} : { claims }
    return { type: 'signed-in', user, info: { ...own, ...redirectTo }, ...redirectTo, ...again }
  }

  #verdict(
    { hostRequest }: SignInRequest,
    claims: IDToken | undefined,
    tokens?: Tokens,
  ): ReturnType<typeof runVerify> {
    const { passReqToCallback, passTokensToCallback } = this.settings
    return runVerify(this.#verify, [
      ...(passReqToCallback ? [hostRequest] : []),
      claims,
      ...(passTokensToCallback ? [tokens] : []),
    ])
  }
}

function refusalOf(session: string): string {
  return (
    `The session is kept in a cookie (${session}), which can be copied and sent again. Use a ` +
    "session with a store on the server, such as express-session, or set clientSideSessions: 'allow'."
  )
}

/** A refusal; faults are reported where the browser is answered. */
function reportRefusal(context: RequestContext | undefined, error: unknown): void {
  if (isRefusal(error)) {
    publishFailure(context, error)
  }
}

async function liveChallenge(context: RequestContext): Promise<Challenge> {
  const challenge = ownChallenge(context)
  if (!challenge || (await context.step.limits.singleUse.isOver(challenge))) {
    throw new OktaOobError('no_challenge')
  }
  return challenge
}
