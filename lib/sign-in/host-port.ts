import type { Request } from 'express'
import type { IncomingHttpHeaders } from 'node:http'

/**
 * The host's own request, as the app's callbacks get it. Typed as Express's, which most hosts have;
 * nothing in `sign-in` or `pages` looks at it.
 */
export type HostRequest = Request

/** One request of a browser, the same for every host. Each host in `lib/hosts` makes one. */
export interface SignInRequest {
  readonly method: string
  /** Below the mount path: `/challenge`; empty for the mount path without a slash behind it. */
  readonly path: string
  /** Where the sign-in is mounted, as the browser sees it: `/login`. */
  readonly mountPath: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** The host, and its port, that the browser has asked: a proxy that the app trusts may name it. */
  readonly host: string | undefined
  /** The parsed form or JSON body. */
  readonly body: unknown
  /** The browser's address, where the host knows it. */
  readonly ip: string | undefined
  /** Absent where the app has no session. */
  readonly session: SessionPort | undefined
  /** The user that is signed in. */
  readonly user: Express.User | undefined
  /**
   * Logs a user in, with a new session id. Absent where the app has no login.
   *
   * @throws {OktaOobError} `session_failed` where the session does not answer in time
   */
  readonly logIn: ((user: Express.User, options: LogInOptions) => Promise<void>) | undefined
  /** Called before the app, or Passport, logs a user in by itself. */
  readonly beforeLogIn: () => void
  /** Has something done once a user is logged in, by {@link logIn} or by the app's own call. */
  readonly afterLogIn: (act: () => Promise<void>) => void
  /** Sends a cookie for the whole app with the answer, where the host lets us; seconds. */
  setCookie(name: string, value: string, maxAge: number): void
  readonly hostRequest: HostRequest
}

export interface LogInOptions {
  /** Keeps what the app has in the session. */
  keepSessionInfo: boolean
}

/**
 * The session of a request, whatever library it comes from.
 *
 * @throws {OktaOobError} `session_failed` where the session's store fails, `session_missing` where
 *   the app has ended the session meanwhile
 */
export interface SessionPort {
  /** What kind of session it is, where the browser keeps it and the server does not. */
  readonly keptInBrowser: string | undefined
  get(key: string): unknown
  set(key: string, value: unknown): void
  /** Takes note of what the store has now, so that {@link catchUp} knows what others change. */
  remember(): void
  /**
   * Takes over what other requests have changed or dropped since {@link remember}.
   *
   * @returns false for a session that has been ended meanwhile
   */
  catchUp(): Promise<boolean>
  /** Empties a session that has been ended, where the host would save it with the answer. */
  dropIfEnded(): Promise<void>
  /** A new id for the session, with what {@link catchUp} leaves of its data. */
  renew(): Promise<void>
  /** Awaited before anything is answered, or a redirect could overtake it. */
  save(): Promise<void>
  /** Absent where sessions have no store on the server that can be reached from here. */
  readonly shelf: SessionShelf | undefined
}

/** What is left in the session's store for later requests, under ids that are no live sessions. */
export interface SessionShelf {
  /** The id of the session now. */
  readonly id: string
  /** The id that the browser came with; `undefined` for a browser without a session. */
  readonly cameWith: string | undefined
  /** What was left under the id that the browser came with, before this request. */
  readonly leftForOwn: unknown
  /** Leaves a value under an id for so many seconds; a session of that id is gone. */
  leave(id: string, value: unknown, seconds: number): Promise<void>
  /** What was left under an id. */
  find(id: string): Promise<unknown>
  /** The data of a session; `undefined` where there is none of this id. */
  session(id: string): Promise<Record<string, unknown> | undefined>
  /** Goes on with another session of this browser's; `false` where that one has ended. */
  adopt(id: string): Promise<boolean>
}

/** What a host answers a browser with; header names are in lower case. */
export interface SignInResponse {
  status: number
  headers: Record<string, string>
  body: string
}
