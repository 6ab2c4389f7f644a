import type { Request } from 'express'
import type { Challenge } from './challenge.ts'
import { OktaOobError } from './errors.ts'

/** What express-session and its kin have in common; cookie sessions lack the methods. */
interface HostSession extends Record<string, unknown> {
  regenerate?: (callback: (error?: unknown) => void) => void
  save?: (callback: (error?: unknown) => void) => void
}

/** @throws {OktaOobError} `session_missing` */
export function sessionOf(req: Request): HostSession {
  const { session } = req as { session?: HostSession }
  if (!session) {
    throw new OktaOobError('session_missing')
  }
  return session
}

export function readChallenge(req: Request, key: string): Challenge | undefined {
  return sessionOf(req)[key] as Challenge | undefined
}

/**
 * Stores a new challenge under a new session id, so that a session which someone planted in the
 * user's browser is worth nothing. The app's own data move along.
 *
 * @throws {OktaOobError} `session_failed`
 */
export async function beginChallenge(
  req: Request,
  key: string,
  challenge: Challenge,
): Promise<void> {
  const { cookie: _, ...data } = sessionOf(req)
  await call(req, 'regenerate')
  Object.assign(sessionOf(req), data)
  await setChallenge(req, key, challenge)
}

/**
 * Removes the challenge, by an assignment: sessions kept in a cookie do not notice a `delete`.
 *
 * @throws {OktaOobError} `session_failed`
 */
export async function removeChallenge(req: Request, key: string): Promise<void> {
  await setChallenge(req, key, undefined)
}

/** The session is saved before anything is answered, or a redirect could overtake it. */
async function setChallenge(
  req: Request,
  key: string,
  value: Challenge | undefined,
): Promise<void> {
  sessionOf(req)[key] = value
  await call(req, 'save')
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
    throw new OktaOobError('session_failed', { cause })
  }
}
