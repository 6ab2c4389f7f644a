import { OktaOobError } from '../errors.ts'
import type { HostRequest, SessionPort } from '../sign-in/index.ts'
import { sessionFailed, StoreShelf, type SessionStore } from './session-shelf.ts'

type Callback = (error?: unknown) => void

/** What session libraries have in common. Sessions in a cookie lack some of the methods. */
interface HostSession extends Record<string, unknown> {
  regenerate?: (callback: Callback) => unknown
  save?: (callback: Callback) => unknown
}

/** A request with a session; express-session also has the session's id and its store there. */
export interface RequestWithSession {
  headers: HostRequest['headers']
  session?: HostSession
  sessionID?: string
  sessionStore?: SessionStore
}

/** Has a session do one of its two works. */
type Run = (session: HostSession, method: 'regenerate' | 'save') => unknown

/** The port for this request's kind of session; `undefined` without a session. */
export function sessionPortOf(req: RequestWithSession): SessionPort | undefined {
  const { session } = req
  return session ? new HostSessionPort(req, runFor(session)) : undefined
}

/**
 * Callbacks are what express-session, koa-session and @fastify/session take. Their `save` may be
 * wrapped in a function without parameters, so both methods are looked at. A session that is written
 * by `set` and has no `save` is that of @fastify/secure-session.
 */
function runFor({ save, regenerate, set }: HostSession): Run {
  if (save === undefined && typeof set === 'function') {
    return runInCookie
  }
  const takesCallbacks = (save?.length ?? 0) + (regenerate?.length ?? 0) > 0
  return takesCallbacks ? runWithCallback : runWithoutCallback
}

/** Done when the callback is called, or when a promise that the method returns resolves. */
const runWithCallback: Run = (session, method) =>
  new Promise<void>((resolve, reject) => {
    const returned = session[method]
      ? session[method]((error) => (error ? reject(error) : resolve()))
      : resolve()
    if (returned instanceof Promise) {
      returned.then(() => resolve(), reject)
    }
  })

/** Done when the method returns, or when a promise that it returns resolves. */
const runWithoutCallback: Run = (session, method) =>
  (session[method] as (() => unknown) | undefined)?.()

/** The whole session goes out with the answer, so there is neither an id nor a store. */
const runInCookie: Run = () => undefined

class HostSessionPort implements SessionPort {
  readonly #req: RequestWithSession
  readonly #run: Run

  readonly shelf: StoreShelf | undefined

  constructor(req: RequestWithSession, run: Run) {
    this.#req = req
    this.#run = run
    this.shelf = StoreShelf.of(req)
  }

  /** Looked up each time: a new id is a new object, and the app may end its session meanwhile. */
  get #session(): HostSession {
    if (!this.#req.session) {
      throw new OktaOobError('session_missing')
    }
    return this.#req.session
  }

  get(key: string): unknown {
    return this.#req.session?.[key]
  }

  set(key: string, value: unknown): void {
    this.#session[key] = value
  }

  async renew(): Promise<void> {
    if (this.#run === runInCookie) {
      return
    }
    // Only what has a name: the id and the store of @fastify/session are under symbols.
    const data = Object.entries(this.#session).filter(([name]) => name !== 'cookie')
    const isOver = await this.wasEnded()
    await this.#call('regenerate')
    Object.assign(this.#session, isOver ? {} : Object.fromEntries(data))
  }

  save(): Promise<void> {
    return this.#call('save')
  }

  async wasEnded(): Promise<boolean> {
    const { shelf } = this
    if (!shelf || shelf.cameWith !== shelf.id) {
      return false
    }
    return (await shelf.session(shelf.id)) === undefined
  }

  async #call(method: 'regenerate' | 'save'): Promise<void> {
    const session = this.#session
    try {
      await this.#run(session, method)
    } catch (cause) {
      throw sessionFailed(cause)
    }
  }
}
