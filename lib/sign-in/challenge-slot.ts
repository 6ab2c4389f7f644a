import type { Challenge } from '../challenge.ts'
import { OktaOobError } from '../errors.ts'
import type { SessionPort } from './host-port.ts'

/** The one challenge of a session, under the key of its client. */
export class ChallengeSlot {
  readonly #session: SessionPort | undefined
  readonly #key: string

  constructor(session: SessionPort | undefined, key: string) {
    this.#session = session
    this.#key = key
  }

  read(): Challenge | undefined {
    return this.#session?.get(this.#key) as Challenge | undefined
  }

  /**
   * Stores a new challenge under a new session id, so that a session which an attacker planted in
   * the user's browser is worth nothing. The app's own data move along.
   *
   * @throws {OktaOobError} `session_failed`
   */
  async begin(challenge: Challenge): Promise<void> {
    const session = required(this.#session)
    await session.renew()
    await keep(session, this.#key, challenge)
  }

  /**
   * Removes the challenge, by an assignment: sessions kept in a cookie do not notice a `delete`.
   *
   * @throws {OktaOobError} `session_failed`
   */
  async clear(): Promise<void> {
    await keep(required(this.#session), this.#key, undefined)
  }
}

/**
 * Writes a value and saves it. A session that has been ended meanwhile is left alone: to save it
 * would bring it back, with its user.
 *
 * @throws {OktaOobError} `session_failed`
 */
export async function keep(session: SessionPort, key: string, value: unknown): Promise<void> {
  if (await session.catchUp()) {
    session.set(key, value)
    await session.save()
  }
}

/** @throws {OktaOobError} `session_missing` */
export function required(session: SessionPort | undefined): SessionPort {
  if (!session) {
    throw new OktaOobError('session_missing')
  }
  return session
}
