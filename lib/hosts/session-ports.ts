import { OktaOobError } from '../errors.ts'
import type { HostRequest, SessionPort } from '../sign-in/index.ts'
import { askSession, noteLoaded } from './session-failure.ts'
import { StoreShelf, type SessionStore } from './session-shelf.ts'
import { storedSessionOf, type StoredSession } from './stored-session.ts'

type Callback = (error?: unknown) => void

/** What session libraries have in common. Sessions in a cookie lack some of the methods. */
export interface HostSession extends Record<string, unknown> {
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
  return session ? new HostSessionPort(req, session) : undefined
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

/**
 * What keeps its data in the browser: cookie-session has neither method, @fastify/secure-session no
 * `save`, iron-session no `regenerate`, and koa-session no external key.
 */
function keptInBrowser(req: RequestWithSession, session: HostSession): string | undefined {
  if (req.sessionStore) {
    return undefined
  }
  if ('externalKey' in session) {
    return session['externalKey'] === undefined ? 'koa-session without a store' : undefined
  }
  // Many give it the two methods that Passport asks for.
  if ('isPopulated' in session) {
    return 'cookie-session'
  }
  if ('updateConfig' in session) {
    return 'iron-session'
  }
  if (session.save && session.regenerate) {
    return undefined
  }
  return runFor(session) === runInCookie ? '@fastify/secure-session' : 'a session without an id'
}

class HostSessionPort implements SessionPort {
  readonly keptInBrowser: string | undefined
  readonly shelf: StoreShelf | undefined
  readonly #req: RequestWithSession
  readonly #run: Run
  readonly #stored: StoredSession | undefined
  #isRenewed = false
  #remembered: Promise<Record<string, unknown> | undefined> | undefined

  constructor(req: RequestWithSession, session: HostSession) {
    this.#req = req
    this.#run = runFor(session)
    this.keptInBrowser = keptInBrowser(req, session)
    this.shelf = StoreShelf.of(req)
    this.#stored = storedSessionOf(req, this.shelf)
    if ('externalKey' in session) {
      noteLoaded(req)
    }
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

  remember(): void {
    this.#remembered = this.#stored?.isCurrent() ? this.#stored.read() : undefined
    // A store that fails now is told of when it fails to renew.
    this.#remembered?.catch(() => {})
  }

  async renew(): Promise<void> {
    if (this.#run === runInCookie) {
      return
    }
    if (!(await this.catchUp())) {
      this.#replace({})
    }
    const kept = dataOf(this.#session)
    await this.#call('regenerate')
    this.#isRenewed = true
    Object.assign(this.#session, kept)
  }

  save(): Promise<void> {
    return this.#call('save')
  }

  async catchUp(): Promise<boolean> {
    const before = await this.#remembered
    const now = await this.#read()
    if (before && typeof now === 'object') {
      this.#replace(merge(dataOf(this.#session), before, dataOf(now)))
      this.#remembered = Promise.resolve(now)
    }
    return now !== 'ended'
  }

  async dropIfEnded(): Promise<void> {
    // express-session only touches what has not been changed, and that revives nothing.
    const savesByItself = this.#stored !== undefined && this.shelf === undefined
    if (savesByItself && this.#req.session && (await this.#read()) === 'ended') {
      this.#replace({})
    }
  }

  /** A session of koa-session stays the same object with its new id. */
  #replace(data: Record<string, unknown>): void {
    const session = this.#session
    for (const name of Object.keys(dataOf(session))) {
      if (!Object.hasOwn(data, name)) {
        Reflect.deleteProperty(session, name)
      }
    }
    Object.assign(session, data)
  }

  /** What the store has now; `undefined` for a session that the browser did not come with. */
  async #read(): Promise<Record<string, unknown> | 'ended' | undefined> {
    const stored = this.#isRenewed ? undefined : this.#stored
    return stored?.isCurrent() ? ((await stored.read()) ?? 'ended') : undefined
  }

  async #call(method: 'regenerate' | 'save'): Promise<void> {
    const session = this.#session
    await askSession(this.#req, () => this.#run(session, method))
  }
}

/** What the libraries keep beside the data of the app. */
const theirs = new Set(['cookie', 'isNew', '_expire', '_maxAge', '_requireSave', '_session'])

/** Only what has a name: the id and the store of @fastify/session are under symbols. */
function dataOf(session: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(session).filter(([name]) => !theirs.has(name)))
}

/** What this request has made of the session, with what other requests have made of it meanwhile. */
function merge(
  own: Record<string, unknown>,
  before: Record<string, unknown>,
  now: Record<string, unknown>,
): Record<string, unknown> {
  const isOwn = (name: string): boolean =>
    JSON.stringify(own[name]) !== JSON.stringify(before[name])
  const names = Object.keys(own).filter((name) => isOwn(name) || Object.hasOwn(now, name))
  const others = Object.keys(now).filter((name) => !Object.hasOwn(own, name))
  return Object.fromEntries([
    ...names.map((name) => [name, isOwn(name) ? own[name] : now[name]]),
    // What this request has dropped was there before.
    ...others.filter((name) => !Object.hasOwn(before, name)).map((name) => [name, now[name]]),
  ]) as Record<string, unknown>
}
