import { Audit, ofChallenge } from '../audit.ts'
import { hasExpired, type Challenge } from '../challenge.ts'
import { OktaOobError } from '../errors.ts'
import { Limits } from '../limits/index.ts'
import { maxRedeemTimeout, slowDownSeconds, type OktaOobClient } from '../okta/index.ts'
import { required } from './challenge-slot.ts'
import { isCrossSite } from './cross-site.ts'
import { field, readChannel, readReturnTo, readTypedCode } from './fields.ts'
import type { HostRequest, SignInRequest } from './host-port.ts'
import type { StrategySettings } from './options.ts'
import { RequestContexts, storedChallenge, type RequestContext } from './request-context.ts'
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

  constructor(settings: StrategySettings, clientFor: SignIn['clientFor'], verify: AnyVerify) {
    this.settings = settings
    this.clientFor = clientFor
    this.#verify = verify
    this.#limits = new Limits(settings.limits, { slowDownSeconds, maxRedeemTimeout })
    this.#contexts = new RequestContexts(settings, this.#limits)
  }

  /** Takes the step that the body asks for, unless one is given. */
  authenticate(request: SignInRequest, step?: StepName): Promise<SignInResult> {
    const { codeField, usernameField } = this.settings
    const hasCode = (field(request, codeField) ?? '') !== ''
    const asked = !hasCode && field(request, usernameField) !== undefined ? 'start' : 'complete'
    return (step ?? asked) === 'start' ? this.start(request) : this.complete(request)
  }

  start(request: SignInRequest): Promise<SignInResult> {
    return this.#act(request, async (context) => {
      const { usernameField, channelField, channels } = this.settings
      const loginHint = readLoginHint(field(request, usernameField))
      context.loginHint = loginHint
      const channel = readChannel(field(request, channelField), channels)
      const returnTo = readReturnTo(field(request, 'returnTo'))
      const previous = storedChallenge(context)
      const { address: countedFor } = context.step
      return this.#begin(context, { loginHint, channel, returnTo, previous, countedFor })
    })
  }

  /** Starts again for the same user and factor, through the same channel or another one. */
  resend(request: SignInRequest): Promise<SignInResult> {
    return this.#act(request, async (context) => {
      const previous = await liveChallenge(context)
      const { loginHint, returnTo, mfaToken, countedFor } = previous
      context.loginHint = loginHint
      const channels =
        mfaToken === undefined ? this.settings.channels : context.step.okta.secondFactors
      const wanted = field(request, this.settings.channelField)
      // Okta may call a channel by another name than the one that was asked for.
      const last = channels.find((channel) => channel === previous.channel)
      const channel = readChannel(wanted, channels, last)
      const kept = { loginHint, returnTo, mfaToken, countedFor }
      return this.#begin(context, { ...kept, channel, previous, resend: true })
    })
  }

  complete(request: SignInRequest): Promise<SignInResult> {
    return this.#act(request, async (context) => {
      const challenge = storedChallenge(context)
      context.loginHint = challenge?.loginHint
      const code = readTypedCode(field(request, this.settings.codeField))
      if (!challenge) {
        throw new OktaOobError('no_challenge')
      }
      return this.#settle(context, await complete(context.step, challenge, code))
    })
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
    const challenge = username === undefined ? storedChallenge(context) : undefined
    const loginHint = username === undefined ? challenge?.loginHint : readLoginHint(username)
    if (loginHint === undefined) {
      return {}
    }
    const factor = challenge?.mfaToken === undefined ? 1 : 2
    return waitsFor(context.step, loginHint, factor, channels)
  }

  async #act<R>(
    request: SignInRequest,
    step: (context: RequestContext) => Promise<R>,
  ): Promise<R | SignInResult> {
    const { crossSiteProtection, origins } = this.settings
    let context: RequestContext | undefined
    try {
      required(request.session)
      if (crossSiteProtection && isCrossSite(request, origins)) {
        throw new OktaOobError('cross_site_request')
      }
      if (request.method !== 'POST') {
        throw new OktaOobError('wrong_step')
      }
      context = this.#contexts.make(request, await this.clientFor(request.hostRequest))
      return await step(context)
    } catch (error) {
      reportFailure(context, error)
      return failed(error, context && storedChallenge(context))
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
        await context.slot.clear()
        return this.#askApp(context, result)
      case 'ended':
        reportFailure(context, result.error)
        await context.slot.clear()
        return failed(result.error, undefined, result.supported)
      case 'gone':
        reportFailure(context, result.error)
        return failed(result.error)
      case 'failed':
        reportFailure(context, result.error)
        return failed(result.error, storedChallenge(context))
    }
  }

  async #askApp(
    context: RequestContext,
    { claims, tokens, challenge }: StepResult & { type: 'complete' },
  ): Promise<SignInResult> {
    const { passReqToCallback, passTokensToCallback } = this.settings
    const { user, info } = await runVerify(this.#verify, [
      ...(passReqToCallback ? [context.request.hostRequest] : []),
      claims,
      ...(passTokensToCallback ? [tokens] : []),
    ])
    const own = typeof info === 'string' ? { message: info } : info
    if (!user) {
      const error = new OktaOobError('access_denied')
      reportFailure(context, error)
      const { code, message, status } = error
      return { type: 'refused', status, info: { code, message, ...own } }
    }
    const { sub, amr } = claims
    context.step.audit.report('success', challenge.loginHint, () => ({
      ...ofChallenge(challenge),
      sub,
      ...(Array.isArray(amr) && { amr: amr.map(String) }),
    }))
    const redirectTo = challenge.returnTo !== undefined && { redirectTo: challenge.returnTo }
    return { type: 'signed-in', user, info: { ...own, ...redirectTo }, ...redirectTo }
  }
}

function reportFailure(context: RequestContext | undefined, error: unknown): void {
  const audit = context?.step.audit ?? new Audit(() => ({}))
  audit.report('failure', context?.loginHint, () =>
    error instanceof OktaOobError ? { code: error.code, cause: error.cause } : {},
  )
}

async function liveChallenge(context: RequestContext): Promise<Challenge> {
  const challenge = storedChallenge(context)
  if (!challenge || (await context.step.limits.singleUse.isOver(challenge))) {
    throw new OktaOobError('no_challenge')
  }
  return challenge
}
