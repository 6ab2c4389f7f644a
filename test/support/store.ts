import { MemoryStore, type SessionData } from 'express-session'

type Callback = (error?: unknown) => void

/** A session store that can be watched, slowed down and broken. */
export class TestStore extends MemoryStore {
  /** How many times a session was written. */
  writes = 0
  /** Called at the end of each write. */
  onWrite: () => void = () => {}
  /** Milliseconds that a write takes. */
  delay = 0
  /** What the next calls fail with. */
  broken: { get?: Error; set?: Error; touch?: Error; destroy?: Error } = {}

  override set(id: string, session: SessionData, callback?: Callback): void {
    if (this.broken.set) {
      callback?.(this.broken.set)
      return
    }
    this.writes += 1
    setTimeout(() => {
      super.set(id, session, (error?: unknown) => {
        this.onWrite()
        callback?.(error)
      })
    }, this.delay)
  }

  override get(id: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    if (this.broken.get) {
      callback(this.broken.get)
      return
    }
    super.get(id, callback)
  }

  override touch(id: string, session: SessionData, callback?: Callback): void {
    if (this.broken.touch) {
      callback?.(this.broken.touch)
      return
    }
    super.touch(id, session, callback)
  }

  override destroy(id: string, callback?: Callback): void {
    if (this.broken.destroy) {
      callback?.(this.broken.destroy)
      return
    }
    super.destroy(id, callback)
  }

  /** Every session, by id. */
  contents(): Promise<Record<string, SessionData & Record<string, unknown>>> {
    return new Promise((resolve, reject) => {
      this.all((error, sessions) => {
        if (error) {
          reject(error as Error)
        } else {
          resolve({ ...sessions } as Record<string, SessionData & Record<string, unknown>>)
        }
      })
    })
  }
}
