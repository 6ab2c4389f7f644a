import type { Request } from 'express'
import { keep } from '../session.ts'
import { field } from '../request.ts'

/**
 * What the user has typed to start, so that nobody has to type it again (WCAG 2.2, 3.3.7). It is
 * kept in the session: an address would bring the username into logs and histories. Signing in
 * gives the session a new life without it.
 */
export interface Memory {
  username?: string
  /** Whose challenge was started last. */
  waitsFor?: string
  channel?: string
  returnTo?: string
}

const key = 'okta-oob-pages'

export function recall(req: Request): Memory {
  const { session } = req as { session?: Record<string, unknown> }
  const memory = session?.[key]
  return typeof memory === 'object' && memory !== null ? memory : {}
}

/** Saved before the answer, or the browser could follow a redirect faster than that. */
export async function remember(
  req: Request,
  names: Record<'username' | 'channel' | 'returnTo', string>,
  hasStarted: boolean,
): Promise<void> {
  const { session } = req as { session?: object }
  const known = recall(req)
  const memory: Memory = {
    ...text('username', field(req, names.username)),
    ...text('waitsFor', hasStarted ? field(req, names.username) : known.waitsFor),
    ...text('channel', field(req, names.channel)),
    ...text('returnTo', field(req, names.returnTo)),
  }
  if (session && JSON.stringify(memory) !== JSON.stringify(known)) {
    await keep(req, key, memory)
  }
}

/** No more than what can be a username, a channel or a path. */
function text(name: keyof Memory, value: unknown): Memory {
  return typeof value === 'string' && value !== '' && value.length <= 2048 ? { [name]: value } : {}
}
