import { MemoryStore, type SessionData } from 'express-session'

type Callback = (error?: unknown) => void

/** What of a stored session is drawn by chance, hashed or typed by the user: only its length counts. */
const vary = new Set(['id', 'oobCode', 'bindingCode', 'loginHint', 'mark', 'session'])

/** A session store that tells in which order it was called, and with sessions of what shape. */
export class WatchedStore extends MemoryStore {
  readonly calls: string[] = []
  readonly #ids: string[] = []

  override get(id: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    this.#note('get', id)
    super.get(id, callback)
  }

  override set(id: string, session: SessionData, callback?: Callback): void {
    this.#note('set', id, session)
    super.set(id, session, callback)
  }

  override touch(id: string, session: SessionData, callback?: Callback): void {
    this.#note('touch', id, session)
    super.touch(id, session, callback)
  }

  override destroy(id: string, callback?: Callback): void {
    this.#note('destroy', id)
    super.destroy(id, callback)
  }

  /** Sessions are told apart by the order in which they came. */
  #note(call: string, id: string, session?: SessionData): void {
    if (!this.#ids.includes(id)) {
      this.#ids.push(id)
    }
    const what = session ? ` ${shapeOf(session)} of ${JSON.stringify(session).length}` : ''
    this.calls.push(`${call} session ${this.#ids.indexOf(id) + 1}${what}`)
  }
}

function shapeOf(session: SessionData): string {
  return JSON.stringify(session, (name, value: unknown) => {
    if (vary.has(name)) {
      return `<${String(value).length} characters>`
    }
    if (name === 'decoy') {
      return '<0 or 1>'
    }
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value
  })
}
