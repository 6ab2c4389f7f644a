import type { Request } from 'express'
import type { Challenge } from './challenge.ts'
import { asError, OktaOobError } from './errors.ts'

/** What express-session and its kin have in common; cookie sessions lack the methods. */
interface HostSession extends Record<string, unknown> {
  regenerate?: (callback: (error?: unknown) => void) => void
  save?: (callback: (error?: unknown) => void) => void
  destroy?: (callback: (error?: unknown) => void) => void
}

/** What express-session adds to a request; sessions in a cookie have no store. */
interface StoredSession {
  sessionID?: string
  sessionStore?: { get: (id: string, callback: (error: unknown, session: unknown) => void) => void }
}

/** @throws {OktaOobError} `session_missing` */
export function sessionOf(req: Request): HostSession {
  const { session } = req as { session?: HostSession }
  if (!session) {
    throw new OktaOobError('session_missing')
  }
  return session
}

/** The place of the one challenge in a request's session. */
export class ChallengeSlot {
  readonly req: Request
  readonly key: string

  constructor(req: Request, key: string) {
    this.req = req
    this.key = key
  }

  /** Nothing when there is no session: a `verify` may have ended it. */
  read(): Challenge | undefined {
    const { session } = this.req as { session?: HostSession }
    return session?.[this.key] as Challenge | undefined
  }

  /**
   * Stores a new challenge under a new session id, so that a session which someone planted in the
   * user's browser is worth nothing. The app's own data move along.
   *
   * @throws {OktaOobError} `session_failed`
   */
  async begin(challenge: Challenge): Promise<void> {
    const { cookie: _, ...data } = sessionOf(this.req)
    const isOver = await hasEnded(this.req)
    await call(this.req, 'regenerate')
    Object.assign(sessionOf(this.req), isOver ? {} : data)
    await keep(this.req, this.key, challenge)
  }

  /**
   * Removes the challenge, by an assignment: sessions kept in a cookie do not notice a `delete`.
   *
   * @throws {OktaOobError} `session_failed`
   */
  async clear(): Promise<void> {
    await keep(this.req, this.key, undefined)
  }
}

/**
 * Writes a value into the session and saves it before anything is answered, or a redirect could
 * overtake it. A session that has been ended meanwhile is left alone: to save it would bring it
 * back, with its user.
 *
 * @throws {OktaOobError} `session_failed`
 */
export async function keep(req: Request, key: string, value: unknown): Promise<void> {
  if (!(await hasEnded(req))) {
    sessionOf(req)[key] = value
    await call(req, 'save')
  }
}

/** Drops a session that could not be saved: the answer would save it again, with its user. */
export function forget(req: Request): void {
  const { session } = req as { session?: HostSession }
  session?.destroy?.(() => {
    // Where its store is still down, there is nothing to be destroyed.
  })
}

/**
 * Whether the session that the browser came with has been ended since, by a logout in another tab:
 * what it held must not come back to life with the answer of a slow Okta.
 */
async function hasEnded(req: Request): Promise<boolean> {
  const { sessionID, sessionStore } = req as StoredSession
  if (!sessionID || !sessionStore || !req.headers.cookie?.includes(encodeURIComponent(sessionID))) {
    return false
  }
  try {
    return await new Promise((resolve, reject) => {
      sessionStore.get(sessionID, (error, found) => {
        // Stores of files say so when there is none; express-session takes it for that as well.
        const isMissing = (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
        if (error && !isMissing) {
          reject(error)
        } else {
          resolve(!found)
        }
      })
    })
  } catch (cause) {
    throw sessionFailed(cause)
  }
}

async function call(req: Request, method: 'regenerate' | 'save'): Promise<void> {
  const session = sessionOf(req)
  try {
    await new Promise<void>((resolve, reject) => {
      if (typeof session[method] === 'function') {
        session[method]((error) => (error ? reject(error) : resolve()))
      } else {
        resolve()
      }
    })
  } catch (cause) {
    throw sessionFailed(cause)
  }
}

/** The store's error without what hangs on it: some carry the command that failed, session and all. */
function sessionFailed(error: unknown): OktaOobError {
  const { message, stack, code } = asError(error) as NodeJS.ErrnoException
  const cause = Object.assign(new Error(message), { stack }, code !== undefined && { code })
  return new OktaOobError('session_failed', { cause })
}
