import type { Request } from 'express'
import { Audit, ofChallenge } from './audit.ts'
import { hasExpired, type Challenge } from './challenge.ts'
import { isCrossSite } from './cross-site.ts'
import { OktaOobError } from './errors.ts'
import { Limits } from './limits/limits.ts'
import type { OktaOobClient } from './okta/client.ts'
import type { StrategySettings } from './options.ts'
import { field, readChannel, readLoginHint, readReturnTo, readTypedCode } from './request.ts'
import { failed, waiting, type Cancelled, type Result } from './result.ts'
import { sessionOf } from './session.ts'
import { complete } from './steps/complete.ts'
import type { Outcome } from './steps/outcome.ts'
import { start, type StartInput } from './steps/start.ts'
import { stored, Turns, type Turn } from './turn.ts'
import { runVerify, type AnyVerify } from './verify.ts'

export type Step = 'start' | 'complete'

/** One sign-in step for one request: reads the request and the session, runs the step, settles. */
export class SignIn {
  readonly settings: StrategySettings
  readonly clientFor: (req: Request) => OktaOobClient | Promise<OktaOobClient>
  readonly verify: AnyVerify
  readonly limits: Limits
  readonly turns: Turns

  constructor(settings: StrategySettings, clientFor: SignIn['clientFor'], verify: AnyVerify) {
    this.settings = settings
    this.clientFor = clientFor
    this.verify = verify
    this.limits = new Limits(settings.limits)
    this.turns = new Turns(settings, this.limits)
  }

  /** Takes the step that the body asks for, unless one is given. */
  authenticate(req: Request, step?: Step): Promise<Result> {
    const { codeField, usernameField } = this.settings
    const hasCode = (field(req, codeField) ?? '') !== ''
    const asked = !hasCode && field(req, usernameField) !== undefined ? 'start' : 'complete'
    return (step ?? asked) === 'start' ? this.start(req) : this.complete(req)
  }

  start(req: Request): Promise<Result> {
    return this.act(req, async (turn) => {
      const { usernameField, channelField, channels } = this.settings
      const loginHint = readLoginHint(field(req, usernameField))
      turn.loginHint = loginHint
      const channel = readChannel(field(req, channelField), channels)
      const returnTo = readReturnTo(field(req, 'returnTo'))
      return this.begin(turn, { loginHint, channel, returnTo, previous: stored(turn) })
    })
  }

  /** Starts again for the same user and factor, through the same channel or another one. */
  resend(req: Request): Promise<Result> {
    return this.act(req, async (turn) => {
      const previous = await live(turn)
      const { loginHint, returnTo, mfaToken } = previous
      turn.loginHint = loginHint
      const channels =
        mfaToken === undefined ? this.settings.channels : turn.context.okta.secondFactors
      const wanted = field(req, this.settings.channelField)
      // Okta may call a channel by another name than the one that was asked for.
      const last = channels.find((channel) => channel === previous.channel)
      const channel = readChannel(wanted, channels, last)
      return this.begin(turn, { loginHint, channel, returnTo, mfaToken, previous, resend: true })
    })
  }

  complete(req: Request): Promise<Result> {
    return this.act(req, async (turn) => {
      const challenge = stored(turn)
      turn.loginHint = challenge?.loginHint
      const code = readTypedCode(field(req, this.settings.codeField))
      if (!challenge) {
        throw new OktaOobError('no_challenge')
      }
      const outcome = await complete(turn.context, challenge, code, turn.callOptions)
      return this.settle(turn, outcome)
    })
  }

  cancel(req: Request): Promise<Result | Cancelled> {
    return this.act<Cancelled>(req, async (turn) => {
      const challenge = stored(turn)
      turn.loginHint = challenge?.loginHint
      // Whoever ended it before has taken care of the session, and may have left for a new one.
      if (challenge && (await this.limits.endings.end(challenge))) {
        await turn.slot.clear()
      }
      return { type: 'cancelled' }
    })
  }

  /** The challenge to show, to a request of any method. */
  async current(req: Request): Promise<Result> {
    try {
      const challenge = await live(this.turns.make(req, await this.clientFor(req)))
      return hasExpired(challenge) ? failed(new OktaOobError('no_challenge')) : waiting(challenge)
    } catch (error) {
      return failed(error)
    }
  }

  private async act<R>(req: Request, step: (turn: Turn) => Promise<R>): Promise<R | Result> {
    const { crossSiteProtection, origins } = this.settings
    let turn: Turn | undefined
    try {
      sessionOf(req)
      if (crossSiteProtection && isCrossSite(req.headers, origins)) {
        throw new OktaOobError('cross_site_request')
      }
      if (req.method !== 'POST') {
        throw new OktaOobError('wrong_step')
      }
      turn = this.turns.make(req, await this.clientFor(req))
      return await step(turn)
    } catch (error) {
      reportFailure(turn, error)
      return failed(error, turn && stored(turn))
    }
  }

  private async begin(turn: Turn, input: StartInput): Promise<Result> {
    const { req, context, callOptions } = turn
    const { loginHint, channel } = input
    const approve = async (): Promise<boolean> =>
      (await this.settings.beforeStart(req, { loginHint, channel })) !== false
    const outcome = await start(context, { ...input, address: req.ip, approve }, callOptions)
    return this.settle(turn, outcome)
  }

  /** The one place where a decision reaches the session. */
  private async settle(turn: Turn, outcome: Outcome): Promise<Result> {
    switch (outcome.type) {
      case 'started':
        await turn.slot.begin(outcome.challenge)
        return waiting(outcome.challenge)
      case 'pending':
        return waiting(outcome.challenge, outcome.retryAfter)
      case 'complete':
        await turn.slot.clear()
        return this.askApp(turn, outcome)
      case 'ended':
        reportFailure(turn, outcome.error)
        await turn.slot.clear()
        return failed(outcome.error, undefined, outcome.supported)
      case 'gone':
        reportFailure(turn, outcome.error)
        return failed(outcome.error)
      case 'failed':
        reportFailure(turn, outcome.error)
        return failed(outcome.error, stored(turn))
    }
  }

  private async askApp(turn: Turn, outcome: Outcome & { type: 'complete' }): Promise<Result> {
    const { passReqToCallback, passTokensToCallback } = this.settings
    const { claims, tokens, challenge } = outcome
    const { user, info } = await runVerify(this.verify, [
      ...(passReqToCallback ? [turn.req] : []),
      claims,
      ...(passTokensToCallback ? [tokens] : []),
    ])
    const own = typeof info === 'string' ? { message: info } : info
    if (!user) {
      const error = new OktaOobError('access_denied')
      reportFailure(turn, error)
      const { code, message, status } = error
      return { type: 'refused', status, info: { code, message, ...own } }
    }
    const { sub, amr } = claims
    turn.context.audit.report('success', challenge.loginHint, () => ({
      ...ofChallenge(challenge),
      sub,
      ...(Array.isArray(amr) && { amr: amr.map(String) }),
    }))
    const redirectTo = challenge.returnTo !== undefined && { redirectTo: challenge.returnTo }
    return { type: 'signed-in', user, info: { ...own, ...redirectTo }, ...redirectTo }
  }
}

function reportFailure(turn: Turn | undefined, error: unknown): void {
  const audit = turn?.context.audit ?? new Audit(() => ({}))
  audit.report('failure', turn?.loginHint, () =>
    error instanceof OktaOobError ? { code: error.code, cause: error.cause } : {},
  )
}

async function live(turn: Turn): Promise<Challenge> {
  const challenge = stored(turn)
  if (!challenge || (await turn.context.limits.endings.isOver(challenge))) {
    throw new OktaOobError('no_challenge')
  }
  return challenge
}
