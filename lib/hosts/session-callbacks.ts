type Callback = (error?: unknown) => void

interface Session {
  regenerate?: (...args: unknown[]) => unknown
  save?: (...args: unknown[]) => unknown
  set?: unknown
}

/**
 * Gives a session without callbacks, or without the methods, what Passport's login calls on it:
 * `regenerate(callback)` and `save(callback)`. Neither is stored with the session's data.
 */
export function giveCallbacks(req: object): void {
  const holder = req as { session?: Session }
  const { session } = holder
  // @fastify/passport has a login of its own for sessions that are written by `set`.
  if (!session || (session.save === undefined && typeof session.set === 'function')) {
    return
  }
  const { regenerate, save } = session
  if ((regenerate?.length ?? 0) + (save?.length ?? 0) > 0) {
    return
  }
  const renew = async (): Promise<void> => {
    if (regenerate) {
      await regenerate.call(session)
    } else {
      // A session in a cookie is new when it is empty.
      holder.session = {}
    }
    giveCallbacks(holder)
  }
  define(session, 'regenerate', renew)
  define(session, 'save', async () => save?.call(session))
}

function define(session: Session, name: 'regenerate' | 'save', act: () => Promise<unknown>): void {
  const value = (callback: Callback): void => {
    act().then(() => callback(), callback)
  }
  Object.defineProperty(session, name, { value, configurable: true, writable: true })
}
