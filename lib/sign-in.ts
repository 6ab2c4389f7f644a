import type { Request } from 'express'
import { hasExpired, type Challenge } from './challenge.ts'
import { isCrossSite } from './cross-site.ts'
import { OktaOobError } from './errors.ts'
import { Limits } from './limits.ts'
import type { CallOptions } from './okta/call-options.ts'
import type { OktaOobClient } from './okta/client.ts'
import type { StrategySettings } from './options.ts'
import {
  field,
  readChannel,
  readClientContext,
  readLoginHint,
  readReturnTo,
  readTypedCode,
} from './request.ts'
import { failed, waiting, type Cancelled, type Result } from './result.ts'
import { ChallengeSlot, sessionOf } from './session.ts'
import { complete } from './steps/complete.ts'
import type { Outcome, StepContext } from './steps/outcome.ts'
import { start } from './steps/start.ts'
import { runVerify, type AnyVerify } from './verify.ts'

export type Step = 'start' | 'complete'

/** What one request works with. */
interface Turn {
  req: Request
  slot: ChallengeSlot
  context: StepContext
  call: CallOptions
}

/** One sign-in step for one request: reads the request and the session, runs the step, settles. */
export class SignIn {
  readonly settings: StrategySettings
  readonly clientFor: (req: Request) => OktaOobClient | Promise<OktaOobClient>
  readonly verify: AnyVerify
  readonly limits: Limits = new Limits()

  constructor(settings: StrategySettings, clientFor: SignIn['clientFor'], verify: AnyVerify) {
    this.settings = settings
    this.clientFor = clientFor
    this.verify = verify
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
      const input = {
        loginHint: readLoginHint(field(req, usernameField)),
        channel: readChannel(field(req, channelField), channels),
        returnTo: readReturnTo(field(req, 'returnTo')),
        previous: stored(turn),
      }
      return this.settle(turn, await start(turn.context, input, turn.call))
    })
  }

  /** Starts again for the same user and factor, through the same channel or another one. */
  resend(req: Request): Promise<Result> {
    return this.act(req, async (turn) => {
      const previous = await live(turn)
      const { loginHint, returnTo, mfaToken } = previous
      const channels =
        mfaToken === undefined ? this.settings.channels : turn.context.okta.secondFactors
      const wanted = field(req, this.settings.channelField)
      // Okta may call a channel by another name than the one that was asked for.
      const last = channels.find((channel) => channel === previous.channel)
      const channel = readChannel(wanted, channels, last)
      const input = { loginHint, channel, returnTo, mfaToken, previous, resend: true }
      return this.settle(turn, await start(turn.context, input, turn.call))
    })
  }

  complete(req: Request): Promise<Result> {
    return this.act(req, async (turn) => {
      const code = readTypedCode(field(req, this.settings.codeField))
      const challenge = stored(turn)
      if (!challenge) {
        throw new OktaOobError('no_challenge')
      }
      return this.settle(turn, await complete(turn.context, challenge, code, turn.call))
    })
  }

  cancel(req: Request): Promise<Result | Cancelled> {
    return this.act<Cancelled>(req, async (turn) => {
      const challenge = stored(turn)
      // Whoever ended it before has taken care of the session, and may have left for a new one.
      if (challenge && (await this.limits.end(challenge))) {
        await turn.slot.clear()
      }
      return { type: 'cancelled' }
    })
  }

  /** The challenge to show, to a request of any method. */
  async current(req: Request): Promise<Result> {
    try {
      const challenge = await live(await this.turn(req))
      return hasExpired(challenge) ? failed(new OktaOobError('no_challenge')) : waiting(challenge)
    } catch (error) {
      return failed(error)
    }
  }

  private async act<R>(req: Request, step: (turn: Turn) => Promise<R>): Promise<R | Result> {
    let turn: Turn | undefined
    try {
      sessionOf(req)
      if (isCrossSite(req.headers, this.settings.origins)) {
        throw new OktaOobError('cross_site_request')
      }
      if (req.method !== 'POST') {
        throw new OktaOobError('wrong_step')
      }
      turn = await this.turn(req)
      return await step(turn)
    } catch (error) {
      return failed(error, turn && stored(turn))
    }
  }

  private async turn(req: Request): Promise<Turn> {
    const { sessionKey, requireNumberChallenge, forwardClientContext } = this.settings
    const okta = await this.clientFor(req)
    const host = okta.issuer.replace(/^https?:\/\//, '')
    return {
      req,
      slot: new ChallengeSlot(req, sessionKey ?? `okta-oob:${host}:${okta.clientId}`),
      context: { okta, limits: this.limits, requireNumberChallenge },
      call: forwardClientContext ? { clientContext: readClientContext(req) } : {},
    }
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
        return this.askApp(turn.req, outcome)
      case 'ended':
        await turn.slot.clear()
        return failed(outcome.error, undefined, outcome.supported)
      case 'failed':
        return failed(outcome.error, stored(turn))
    }
  }

  private async askApp(req: Request, outcome: Outcome & { type: 'complete' }): Promise<Result> {
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
}

/** The session's challenge, if it is one of this client's. */
function stored({ slot, context }: Turn): Challenge | undefined {
  const challenge = slot.read()
  // What another version of this package has stored may have another shape.
  const sound = Number.isFinite(challenge?.expiresAt)
  return challenge && sound && context.okta.owns(challenge) ? challenge : undefined
}

async function live(turn: Turn): Promise<Challenge> {
  const challenge = stored(turn)
  if (!challenge || (await turn.context.limits.isOver(challenge))) {
    throw new OktaOobError('no_challenge')
  }
  return challenge
}
