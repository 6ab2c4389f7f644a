type Callback = (error?: unknown) => void

interface Session extends Record<string, unknown> {
  regenerate?: (...args: unknown[]) => unknown
  save?: (...args: unknown[]) => unknown
}

interface RequestOfPassport {
  session?: Session
  /** Absent where the host's own Passport logs in, as @fastify/passport does. */
  _sessionManager?: unknown
}

/**
 * The request as Passport logs in on it. Passport calls `regenerate(callback)` and `save(callback)`:
 * a session without callbacks, or without the methods, is shown to it as a copy that has them, and
 * whose data go into the session when Passport saves it.
 */
export function loginView(request: object): object {
  const req = request as RequestOfPassport
  const { session } = req
  const takesCallbacks = (session?.save?.length ?? 0) + (session?.regenerate?.length ?? 0) > 0
  if (!session || !req._sessionManager || takesCallbacks) {
    return req
  }
  let view = copyOf(session, renew, save)
  async function renew(): Promise<void> {
    const { session: live } = req
    if (live?.regenerate) {
      await live.regenerate()
    } else {
      // A session in a cookie is new when it is empty.
      write(live, {})
    }
    view = copyOf(req.session, renew, save)
  }
  async function save(): Promise<void> {
    write(req.session, view)
    await req.session?.save?.()
  }
  return new Proxy(req, {
    get: (target, name) => (name === 'session' ? view : Reflect.get(target, name)),
    set: (target, name, value) => Reflect.set(target, name, value),
  })
}

function copyOf(
  session: Session | undefined,
  renew: () => Promise<void>,
  save: () => Promise<void>,
): Session {
  const methods = { regenerate: withCallback(renew), save: withCallback(save) }
  return Object.defineProperties({ ...session }, methods)
}

function withCallback(act: () => Promise<void>): PropertyDescriptor {
  return {
    value: (callback: Callback) => {
      act().then(() => callback(), callback)
    },
  }
}

function write(session: Session | undefined, data: Record<string, unknown>): void {
  const live = session ?? {}
  for (const name of Object.keys(live)) {
    if (!Object.hasOwn(data, name)) {
      Reflect.deleteProperty(live, name)
    }
  }
  Object.assign(live, data)
}
