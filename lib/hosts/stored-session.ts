import { askSession } from './session-failure.ts'
import { namesSession, type StoreShelf } from './session-shelf.ts'

/** The session that a browser came with, as its store has it. */
export interface StoredSession {
  /** Whether the request still has that session, and no new one. */
  isCurrent: () => boolean
  /** Its data now; `undefined` where it has been ended. */
  read: () => Promise<Record<string, unknown> | undefined>
}

type Data = Record<string, unknown>

interface FastifyStore {
  get: (id: string, callback: (error: unknown, session?: Data | null) => void) => void
}

/** Of koa-session, on the context that koa-passport's request has. */
interface KoaContext {
  sessionOptions?: {
    maxAge?: unknown
    store?: { get: (key: string, maxAge: unknown, options: object) => Promise<Data | undefined> }
  }
}

/** `undefined` for a browser that came without a session, and where the store is out of reach. */
export function storedSessionOf(
  req: { headers: { cookie?: string | undefined } },
  shelf: StoreShelf | undefined,
): StoredSession | undefined {
  if (shelf) {
    const { cameWith } = shelf
    return cameWith === undefined
      ? undefined
      : { isCurrent: () => cameWith === shelf.id, read: () => shelf.session(cameWith) }
  }
  return ofFastify(req) ?? ofKoa(req)
}

function ofFastify(req: {
  headers: { cookie?: string | undefined }
  session?: Data
  sessionStore?: unknown
}): StoredSession | undefined {
  const store = req.sessionStore as FastifyStore | undefined
  const id = req.session?.['sessionId']
  if (!store || typeof id !== 'string' || !namesSession(req.headers.cookie, id)) {
    return undefined
  }
  const read = (): Promise<Data | undefined> =>
    new Promise((resolve, reject) => {
      store.get(id, (error, session) => (error ? reject(error) : resolve(session ?? undefined)))
    })
  return { isCurrent: () => req.session?.['sessionId'] === id, read: () => askSession(req, read) }
}

function ofKoa(req: {
  headers: object
  ctx?: KoaContext
  session?: Data
}): StoredSession | undefined {
  const { session, ctx } = req
  const { store, maxAge } = ctx?.sessionOptions ?? {}
  const key = session?.['externalKey']
  if (!store || typeof key !== 'string' || session?.['isNew'] === true) {
    return undefined
  }
  const read = (): Promise<Data | undefined> => store.get(key, maxAge, { ctx })
  return { isCurrent: () => req.session === session, read: () => askSession(req, read) }
}
