import { inTime } from '../limits/index.ts'
import type { SessionShelf } from '../sign-in/index.ts'
import { askSession, sessionFailed } from './session-failure.ts'

/** The part of express-session's stores that is used here. */
export interface SessionStore {
  get: (id: string, callback: (error: unknown, session?: unknown) => void) => void
  set: (id: string, session: object, callback: (error?: unknown) => void) => void
  /** Makes `req.session` of what `get` has found. */
  createSession: (req: unknown, session: unknown) => unknown
}

interface RequestOfStore {
  headers: { cookie?: string | undefined }
  session?: object
  sessionID?: string
  sessionStore?: SessionStore
}

/** Holds what is left under an id, and that id: a copy of it in another session says nothing. */
const leftKey = 'okta-oob-left'

interface SessionWithLeft {
  [leftKey]?: { id: string; value: unknown }
}

function leftIn(session: SessionWithLeft | undefined, id: string): unknown {
  const left = session?.[leftKey]
  return left?.id === id ? left.value : undefined
}

/** The store of express-session, and of what is made like it. */
export class StoreShelf implements SessionShelf {
  readonly cameWith: string | undefined
  readonly leftForOwn: unknown
  readonly #req: RequestOfStore
  readonly #store: SessionStore

  private constructor(req: RequestOfStore, store: SessionStore, id: string) {
    this.#req = req
    this.#store = store
    this.cameWith = namesSession(req.headers.cookie, id) ? id : undefined
    this.leftForOwn = leftIn(req.session, id)
  }

  static of(req: RequestOfStore): StoreShelf | undefined {
    const { sessionID, sessionStore } = req
    return sessionID && sessionStore ? new StoreShelf(req, sessionStore, sessionID) : undefined
  }

  get id(): string {
    return this.#req.sessionID ?? ''
  }

  async leave(id: string, value: unknown, seconds: number): Promise<void> {
    const { cookie } = this.#req.session as { cookie?: { toJSON?: () => object } }
    const lifetime = {
      originalMaxAge: seconds * 1000,
      expires: new Date(Date.now() + seconds * 1000).toISOString(),
    }
    const left = { cookie: { ...cookie?.toJSON?.(), ...lifetime }, [leftKey]: { id, value } }
    try {
      await inTime('The session store', () => ask((done) => this.#store.set(id, left, done)))
    } catch (cause) {
      // The session itself has been saved, and goes on.
      throw sessionFailed(cause)
    }
  }

  async find(id: string): Promise<unknown> {
    return leftIn(await this.#read(id), id)
  }

  async adopt(id: string): Promise<boolean> {
    const found = await this.session(id)
    if (!found) {
      return false
    }
    this.#req.sessionID = id
    this.#store.createSession(this.#req, found)
    return true
  }

  async session(id: string): Promise<Record<string, unknown> | undefined> {
    const found = await this.#read(id)
    return leftIn(found, id) === undefined ? found : undefined
  }

  async #read(id: string): Promise<Record<string, unknown> | undefined> {
    const found = await askSession(this.#req, () => ask((done) => this.#store.get(id, done)))
    return (found ?? undefined) as Record<string, unknown> | undefined
  }
}

function ask(
  question: (done: (error?: unknown, answer?: unknown) => void) => void,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    question((error, answer) => {
      // Stores of files report a missing session so; express-session takes it for that as well.
      const isMissing = (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT'
      if (error && !isMissing) {
        reject(error)
      } else {
        resolve(answer)
      }
    })
  })
}

/** Whether a browser has sent this session id, however its cookie is spelled. */
export function namesSession(cookies: string | undefined, id: string): boolean {
  return (cookies ?? '').split(';').some((cookie) => {
    try {
      return decodeURIComponent(cookie).includes(id)
    } catch {
      return cookie.includes(id)
    }
  })
}
