import type { Request } from 'express'
import { hasExpired, view, type Challenge, type ChallengeView } from './challenge.ts'
import { isCrossSite } from './cross-site.ts'
import { messageOf, OktaOobError, type OktaOobCode } from './errors.ts'
import { Limits } from './limits.ts'
import type { OktaOobClient } from './okta/client.ts'
import type { StrategySettings } from './options.ts'
import { field, readChannel, readLoginHint, readReturnTo, readTypedCode } from './request.ts'
import { beginChallenge, readChallenge, removeChallenge, sessionOf } from './session.ts'
import { complete } from './steps/complete.ts'
import type { Outcome, StepContext } from './steps/outcome.ts'
import { start } from './steps/start.ts'
import { runVerify, type AnyVerify } from './verify.ts'

/** What an app learns of a sign-in that is not finished; safe to send to a browser. */
export interface Info {
  code: OktaOobCode
  message: string
  /** The challenge that can still be completed. */
  challenge?: ChallengeView
  /** Whole seconds until the next try can succeed. */
  retryAfter?: number
  /** `mfa_required`: what Okta offers as a second factor. */
  supported?: string[]
}

/** What became of one request; each door turns it into one action. */
export type Result =
  | { type: 'waiting'; info: Info & { challenge: ChallengeView } }
  | { type: 'signed-in'; user: Express.User; info: object; redirectTo?: string }
  | { type: 'refused'; status: number; info: Info }
  | { type: 'fault'; error: unknown }

export interface Cancelled {
  type: 'cancelled'
}

export type Step = 'start' | 'complete'

/** Refusals of requests that have no business with the session's challenge. */
const withoutChallenge: ReadonlySet<OktaOobCode> = new Set(['no_challenge', 'cross_site_request'])

/** One sign-in step for one request: reads the request and the session, runs the step, settles. */
export class SignIn {
  readonly settings: StrategySettings
  readonly verify: AnyVerify
  readonly okta: OktaOobClient
  readonly context: StepContext
  readonly sessionKey: string

  constructor(settings: StrategySettings, okta: OktaOobClient, verify: AnyVerify) {
    const { issuer, clientId, timeout } = okta._settings
    this.settings = settings
    this.verify = verify
    this.okta = okta
    this.context = {
      okta,
      limits: new Limits(timeout),
      requireNumberChallenge: settings.requireNumberChallenge,
    }
    this.sessionKey =
      settings.sessionKey ?? `okta-oob:${issuer.replace(/^https?:\/\//, '')}:${clientId}`
  }

  /** Takes the step that the body asks for, unless one is given. */
  authenticate(req: Request, step?: Step): Promise<Result> {
    const { codeField, usernameField } = this.settings
    const hasCode = (field(req, codeField) ?? '') !== ''
    const asked = !hasCode && field(req, usernameField) !== undefined ? 'start' : 'complete'
    return (step ?? asked) === 'start' ? this.start(req) : this.complete(req)
  }

  start(req: Request): Promise<Result> {
    return this.act(req, async () => {
      const { usernameField, channelField, channels } = this.settings
      const loginHint = readLoginHint(field(req, usernameField))
      const channel = readChannel(field(req, channelField), channels)
      const returnTo = readReturnTo(field(req, 'returnTo'))
      const previous = this.stored(req)
      return this.settle(req, await start(this.context, { loginHint, channel, returnTo, previous }))
    })
  }

  /** Starts again for the same user, through the same channel or another one. */
  resend(req: Request): Promise<Result> {
    return this.act(req, async () => {
      const previous = await this.live(req)
      const { loginHint, returnTo } = previous
      const wanted = field(req, this.settings.channelField) ?? previous.channel
      const channel = readChannel(wanted, this.settings.channels)
      return this.settle(req, await start(this.context, { loginHint, channel, returnTo, previous }))
    })
  }

  complete(req: Request): Promise<Result> {
    return this.act(req, async () => {
      const code = readTypedCode(field(req, this.settings.codeField))
      const challenge = this.stored(req)
      if (!challenge) {
        throw new OktaOobError('no_challenge')
      }
      return this.settle(req, await complete(this.context, challenge, code))
    })
  }

  cancel(req: Request): Promise<Result | Cancelled> {
    return this.act<Cancelled>(req, async () => {
      const challenge = this.stored(req)
      if (challenge) {
        await this.context.limits.end(challenge)
        await removeChallenge(req, this.sessionKey)
      }
      return { type: 'cancelled' }
    })
  }

  /** The challenge to show, to a request of any method. */
  async current(req: Request): Promise<Result> {
    try {
      const challenge = await this.live(req)
      return hasExpired(challenge)
        ? this.failed(req, new OktaOobError('no_challenge'))
        : waiting('challenge_started', challenge)
    } catch (error) {
      return this.failed(req, error)
    }
  }

  private async act<R>(req: Request, step: () => Promise<R>): Promise<R | Result> {
    try {
      sessionOf(req)
      if (isCrossSite(req.headers, this.settings.origins)) {
        throw new OktaOobError('cross_site_request')
      }
      if (req.method !== 'POST') {
        throw new OktaOobError('wrong_step')
      }
      return await step()
    } catch (error) {
      return this.failed(req, error)
    }
  }

  /** The one place where a decision reaches the session. */
  private async settle(req: Request, outcome: Outcome): Promise<Result> {
    switch (outcome.type) {
      case 'started':
        await beginChallenge(req, this.sessionKey, outcome.challenge)
        return waiting('challenge_started', outcome.challenge)
      case 'pending':
        return waiting('authorization_pending', outcome.challenge, outcome.retryAfter)
      case 'complete':
        await removeChallenge(req, this.sessionKey)
        return this.logIn(req, outcome)
      case 'ended':
        await removeChallenge(req, this.sessionKey)
        return this.failed(req, outcome.error, outcome.supported)
      case 'failed':
        return this.failed(req, outcome.error)
    }
  }

  private async logIn(req: Request, outcome: Outcome & { type: 'complete' }): Promise<Result> {
    const { passReqToCallback, passTokensToCallback } = this.settings
    const { claims, tokens, challenge } = outcome
    const { user, info } = await runVerify(this.verify, [
      ...(passReqToCallback ? [req] : []),
      claims,
      ...(passTokensToCallback ? [tokens] : []),
    ])
    const own = typeof info === 'string' ? { message: info } : info
    if (!user) {
      const { code, message, status } = new OktaOobError('access_denied')
      return { type: 'refused', status, info: { code, message, ...own } }
    }
    const redirectTo = challenge.returnTo !== undefined && { redirectTo: challenge.returnTo }
    return { type: 'signed-in', user, info: { ...own, ...redirectTo }, ...redirectTo }
  }

  private failed(req: Request, error: unknown, supported?: string[]): Result {
    if (!(error instanceof OktaOobError) || error.status >= 500) {
      return { type: 'fault', error }
    }
    const { code, message, status, retryAfter } = error
    const challenge = withoutChallenge.has(code) ? undefined : this.stored(req)
    const info: Info = {
      code,
      message,
      ...(challenge && !hasExpired(challenge) && { challenge: view(challenge) }),
      ...(retryAfter !== undefined && { retryAfter }),
      ...(supported && { supported }),
    }
    return { type: 'refused', status, info }
  }

  private stored(req: Request): Challenge | undefined {
    const challenge = readChallenge(req, this.sessionKey)
    const { issuer, clientId } = this.okta._settings
    return challenge?.issuer === issuer && challenge.clientId === clientId ? challenge : undefined
  }

  private async live(req: Request): Promise<Challenge> {
    const challenge = this.stored(req)
    if (!challenge || (await this.context.limits.isOver(challenge))) {
      throw new OktaOobError('no_challenge')
    }
    return challenge
  }
}

function waiting(
  code: 'challenge_started' | 'authorization_pending',
  challenge: Challenge,
  retryAfter?: number,
): Result {
  const info = { code, message: messageOf(code), challenge: view(challenge) }
  return { type: 'waiting', info: { ...info, ...(retryAfter !== undefined && { retryAfter }) } }
}
