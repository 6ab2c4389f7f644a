import { channel as named, type Channel } from 'node:diagnostics_channel'
import type { BindingMethod, Challenge } from './challenge.ts'
import type { OktaOobCode } from './errors.ts'
import type { Limit } from './options.ts'

/** The user and the client that an event is about; what is not known yet is left out. */
export interface AuditSubject {
  issuer?: string
  clientId?: string
  /** A hash of the username, the same for all its spellings. */
  user?: string
  /** The username itself; only with the option `auditUsernames`. */
  loginHint?: string
}

/** What happened to one challenge. */
interface OfChallenge {
  /** The challenge's id, which is none of Okta's and opens nothing. */
  challenge: string
  channel: string
  /** The second factor is 2. */
  factor: 1 | 2
}

/** What each event says besides its {@link AuditSubject}. No codes, tokens or secrets. */
export interface AuditEvents {
  /** A user has asked for a message. */
  start: { channel: string; factor: 1 | 2; resend: boolean; address?: string | undefined }
  /** Okta has sent one. */
  send: OfChallenge & { bindingMethod: BindingMethod }
  /** Okta was asked and has no answer yet; with a `cause` where a fault that passes is the reason. */
  pending: OfChallenge & { code?: OktaOobCode; cause?: unknown }
  /** Okta and `verify` have accepted a user, whom the app is about to log in. */
  success: OfChallenge & { sub: string; amr?: string[] | undefined }
  /** Any other result; without a `code` one of the app's own callbacks has failed. */
  failure: { code?: OktaOobCode; cause?: unknown }
  /** A limit has refused something, for `retryAfter` more seconds. */
  limit: { limit: Limit; retryAfter: number; address?: string | undefined }
  /** Wrong codes have ended a challenge, or closed it to its user for `retryAfter` seconds. */
  lock: OfChallenge & { limit: Limit; retryAfter?: number }
  /** Okta has refused a user, for this `cause`, and the browser was shown a decoy. */
  decoy: OfChallenge & { cause: unknown }
  /** Okta has no `/oob-authenticate` any more, and this client moves to its successor. */
  fallback: { from: string; to: string }
}

export type AuditEvent = keyof AuditEvents

/** One channel of node:diagnostics_channel for each event, named `okta-oob:<event>`. */
const channels: Record<AuditEvent, Channel> = {
  start: named('okta-oob:start'),
  send: named('okta-oob:send'),
  pending: named('okta-oob:pending'),
  success: named('okta-oob:success'),
  failure: named('okta-oob:failure'),
  limit: named('okta-oob:limit'),
  lock: named('okta-oob:lock'),
  decoy: named('okta-oob:decoy'),
  fallback: named('okta-oob:fallback'),
}

export function hasSubscribers(event: AuditEvent): boolean {
  return channels[event].hasSubscribers
}

/** Publishes audit events. The details of an event without subscribers are not computed. */
export class Audit {
  readonly #subject: (loginHint: string | undefined) => AuditSubject

  constructor(subject: (loginHint: string | undefined) => AuditSubject) {
    this.#subject = subject
  }

  report<E extends AuditEvent>(
    event: E,
    loginHint: string | undefined,
    details: () => AuditEvents[E],
  ): void {
    if (hasSubscribers(event)) {
      channels[event].publish({ ...this.#subject(loginHint), ...details() })
    }
  }
}

/** What every event of a challenge says of it. */
export function ofChallenge({ id, channel, mfaToken }: Challenge): OfChallenge {
  return { challenge: id, channel, factor: mfaToken === undefined ? 1 : 2 }
}
