import { Audit } from '../audit.ts'
import type { Challenge } from '../challenge.ts'
import { Decoys } from '../concealment/index.ts'
import type { Limits } from '../limits/index.ts'
import type { CallOptions, ClientContext, OktaOobClient } from '../okta/index.ts'
import type { KeyedHash } from '../random.ts'
import { ChallengeSlot } from './challenge-slot.ts'
import { readAddress } from './client-address.ts'
import { DeviceCookie } from './device-cookie.ts'
import type { SignInRequest } from './host-port.ts'
import type { StrategySettings } from './options.ts'
import type { StepContext } from './steps/step-result.ts'
import { isUsual, normalise } from './username.ts'

/** What one request works with. */
export interface RequestContext {
  request: SignInRequest
  /** The user it is about, once that is known. */
  loginHint?: string | undefined
  slot: ChallengeSlot
  hash: KeyedHash
  /** The browser's device for a user. */
  deviceOf: (loginHint: string) => string | undefined
  /** Gives the browser a new device for a user who has signed in. */
  renewDevice: (loginHint: string) => void
  /** What the strategy's users may choose to start with. */
  channels: readonly string[]
  /** The claims are kept with an answer that may be lost: Passport logs in a user, and no session. */
  keepsClaims: boolean
  /** Called when Okta has answered with the user, before anything else happens. */
  beforeSignedIn?: () => Promise<unknown>
  step: StepContext
}

/** What all requests to one Okta share. */
interface Shared {
  sessionKey: string
  hash: KeyedHash
  deviceCookie: DeviceCookie | undefined
  userKey: (loginHint: string) => string
  step: Omit<StepContext, 'address' | 'callOptions' | 'beforeCall'>
}

/** Makes the contexts of one strategy's requests, and holds what they share. */
export class RequestContexts {
  readonly #settings: StrategySettings
  readonly #limits: Limits
  readonly #shared = new WeakMap<OktaOobClient, Shared>()
  readonly #made = new WeakMap<SignInRequest, RequestContext>()

  constructor(settings: StrategySettings, limits: Limits) {
    this.#settings = settings
    this.#limits = limits
  }

  make(request: SignInRequest, okta: OktaOobClient): RequestContext {
    const { sessionKey, hash, deviceCookie, userKey, step } = this.#sharedBy(okta)
    const address = readAddress(request.ip)
    const callOptions = (): CallOptions => ({
      ...(this.#settings.forwardClientContext && {
        clientContext: clientContextOf(request, address),
      }),
    })
    const context: RequestContext = {
      request,
      hash,
      deviceOf: (loginHint) => deviceCookie?.read(request, userKey(loginHint)),
      renewDevice: (loginHint) => deviceCookie?.renew(request, userKey(loginHint)),
      channels: this.#settings.channels,
      keepsClaims: false,
      slot: new ChallengeSlot(request.session, sessionKey),
      step: { ...step, address, callOptions, beforeCall: () => request.session?.remember() },
    }
    this.#made.set(request, context)
    return context
  }

  /** The context that was made for a request, if it came that far. */
  of(request: SignInRequest): RequestContext | undefined {
    return this.#made.get(request)
  }

  #sharedBy(okta: OktaOobClient): Shared {
    const shared = this.#shared.get(okta) ?? this.#makeShared(okta)
    this.#shared.set(okta, shared)
    return shared
  }

  #makeShared(okta: OktaOobClient): Shared {
    const { auditUsernames, concealUnknownUsers, deviceCookie, requireNumberChallenge } =
      this.#settings
    const { issuer, clientId } = okta
    const host = issuer.replace(/^https?:\/\//, '')
    const hash = this.#settings.hash ?? okta.hash
    const userKey = (loginHint: string): string =>
      hash(JSON.stringify([issuer, clientId, normalise(loginHint)]))
    const named = (loginHint: string): object => (auditUsernames ? { loginHint } : {})
    return {
      sessionKey: this.#settings.sessionKey ?? `okta-oob:${host}:${clientId}`,
      hash,
      userKey,
      deviceCookie:
        deviceCookie && (this.#settings.hash || okta.isHashKeyed)
          ? new DeviceCookie(deviceCookie, hash)
          : undefined,
      step: {
        okta,
        limits: this.#limits,
        // Challenges and response times differ from org to org.
        decoys: concealUnknownUsers ? new Decoys() : undefined,
        audit: new Audit((loginHint) => ({
          issuer,
          clientId,
          ...(loginHint !== undefined && { user: userKey(loginHint), ...named(loginHint) }),
        })),
        countedUser: ({ loginHint, mfaToken, device }) => ({
          user: userKey(loginHint),
          device,
          factor: mfaToken === undefined ? 1 : 2,
          ...(!isUsual(loginHint) && {
            spelling: hash(JSON.stringify([issuer, clientId, loginHint.toLowerCase(), 'spelling'])),
          }),
        }),
        requireNumberChallenge,
      },
    }
  }
}

/** What Okta may be told of the browser. */
function clientContextOf({ headers }: SignInRequest, ip: string | undefined): ClientContext {
  return { userAgent: headers['user-agent'], acceptLanguage: headers['accept-language'], ip }
}

/** The session's challenge, if it is one of this client's. */
export function storedChallenge({ slot, step }: RequestContext): Challenge | undefined {
  const challenge = slot.read()
  // A session may hold what another version of this package has stored, in another shape.
  const isSound = Number.isFinite(challenge?.expiresAt)
  return challenge && isSound && step.okta.owns(challenge) ? challenge : undefined
}

/**
 * The session's challenge, if this strategy could have started it: one of another strategy on the
 * same client may be of a way that is not good enough here.
 */
export function ownChallenge(context: RequestContext): Challenge | undefined {
  const { step, channels } = context
  const challenge = storedChallenge(context)
  if (!challenge) {
    return undefined
  }
  const { channel, askedChannel = channel, bindingMethod, mfaToken } = challenge
  const ways = mfaToken === undefined ? channels : step.okta.secondFactors
  const isNumberMissing = step.requireNumberChallenge && bindingMethod === 'none'
  return ways.includes(askedChannel) && !isNumberMissing ? challenge : undefined
}
