import type { Request } from 'express'
import { Audit } from './audit.ts'
import type { Challenge } from './challenge.ts'
import { Decoys } from './concealment/decoys.ts'
import { OktaOobError } from './errors.ts'
import type { Limits } from './limits/limits.ts'
import { normalise } from './login-hint.ts'
import type { CallOptions } from './okta/call-options.ts'
import type { OktaOobClient } from './okta/client.ts'
import type { StrategySettings } from './options.ts'
import { readClientContext } from './request.ts'
import { ChallengeSlot } from './session.ts'
import type { StepContext } from './steps/outcome.ts'

/** What one request works with. */
export interface Turn {
  req: Request
  /** Whom it is about, from when that is known. */
  loginHint?: string | undefined
  slot: ChallengeSlot
  context: StepContext
  /** For one call to Okta; most polls, and starts that are refused, make none. */
  callOptions: () => CallOptions
}

/** What all requests to one Okta share. */
interface Shared {
  sessionKey: string
  context: StepContext
}

/** Makes the turns of one strategy, and keeps what they share. */
export class Turns {
  readonly settings: StrategySettings
  readonly limits: Limits
  readonly #shared = new WeakMap<OktaOobClient, Shared>()

  constructor(settings: StrategySettings, limits: Limits) {
    this.settings = settings
    this.limits = limits
  }

  make(req: Request, okta: OktaOobClient): Turn {
    const { sessionKey, context } = this.#sharedBy(okta)
    return {
      req,
      slot: new ChallengeSlot(req, sessionKey),
      context,
      callOptions: () => ({
        signal: untilClosed(req),
        ...(this.settings.forwardClientContext && { clientContext: readClientContext(req) }),
      }),
    }
  }

  #sharedBy(okta: OktaOobClient): Shared {
    const shared = this.#shared.get(okta) ?? this.#makeShared(okta)
    this.#shared.set(okta, shared)
    return shared
  }

  #makeShared(okta: OktaOobClient): Shared {
    const { auditUsernames, concealUnknownUsers, requireNumberChallenge } = this.settings
    const { issuer, clientId } = okta
    const host = issuer.replace(/^https?:\/\//, '')
    const hash = this.settings.hash ?? okta.hash
    const userKey = (loginHint: string): string =>
      hash(JSON.stringify([issuer, clientId, normalise(loginHint)]))
    const named = (loginHint: string): object => (auditUsernames ? { loginHint } : {})
    return {
      sessionKey: this.settings.sessionKey ?? `okta-oob:${host}:${clientId}`,
      context: {
        okta,
        limits: this.limits,
        // Each Okta has its own looks and its own pace.
        decoys: concealUnknownUsers ? new Decoys() : undefined,
        audit: new Audit((loginHint) => ({
          issuer,
          clientId,
          ...(loginHint !== undefined && { user: userKey(loginHint), ...named(loginHint) }),
        })),
        userKey,
        requireNumberChallenge,
      },
    }
  }
}

/** The session's challenge, if it is one of this client's. */
export function stored({ slot, context }: Turn): Challenge | undefined {
  const challenge = slot.read()
  // What another version of this package has stored may have another shape.
  const sound = Number.isFinite(challenge?.expiresAt)
  return challenge && sound && context.okta.owns(challenge) ? challenge : undefined
}

/** Aborted when the browser goes away: nobody waits for Okta's answer any more. */
function untilClosed({ res }: Request): AbortSignal {
  const controller = new AbortController()
  const abort = (): void => {
    if (!res?.writableFinished) {
      const message = 'The browser has closed the connection.'
      controller.abort(new OktaOobError('upstream_unavailable', { message, retryable: true }))
    }
  }
  if (res?.destroyed) {
    abort()
  }
  res?.once('close', abort)
  return controller.signal
}
