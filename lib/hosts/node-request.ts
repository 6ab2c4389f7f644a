import type { IncomingMessage, ServerResponse } from 'node:http'
import { callbackify } from 'node:util'
import { asError } from '../errors.ts'
import { inTime, NoAnswer } from '../limits/index.ts'
import type { HostRequest, SessionPort, SignInRequest } from '../sign-in/index.ts'
import { loginView } from './login-view.ts'
import { failureOf } from './session-failure.ts'
import { sessionPortOf } from './session-ports.ts'
import { warnOfUntrustedProxy } from './trust-proxy.ts'

/** What Passport adds to a request. */
interface Login {
  logIn?: (...args: unknown[]) => unknown
}

/** Where an answer can be given a header: Express has it on the request, koa-passport Koa's context. */
interface Answering {
  ctx?: { append: (name: string, value: string) => void }
  res?: ServerResponse
}

/**
 * A request of node:http, or what Express, connect, Fastify and Koa make of it. Only members that
 * all of them have, or that can be done without, are read.
 */
export class NodeRequest implements SignInRequest {
  readonly hostRequest: HostRequest
  readonly session: SessionPort | undefined
  readonly #afterLogIn: (() => Promise<void>)[] = []
  #isPrepared = false
  readonly #res: ServerResponse | undefined

  /** @param res where the request does not have it */
  constructor(req: HostRequest, res?: ServerResponse) {
    this.hostRequest = req
    this.#res = res ?? (req as Answering).res
    this.session = sessionPortOf(req)
  }

  get method(): string {
    return this.hostRequest.method
  }

  get headers(): SignInRequest['headers'] {
    return this.hostRequest.headers
  }

  get body(): unknown {
    return this.hostRequest.body
  }

  get ip(): string | undefined {
    const req = this.hostRequest
    // Express and its like know which proxies to trust; connect has no address of its own.
    const ip = 'ip' in req ? req.ip : (req as IncomingMessage).socket?.remoteAddress
    warnOfUntrustedProxy(req, ip)
    return ip
  }

  get host(): string | undefined {
    const { app, headers, socket } = this.hostRequest as Partial<HostRequest>
    const own = headers?.host
    const trusts: unknown = app?.get?.('trust proxy fn')
    if (typeof trusts !== 'function') {
      // Fastify has applied its own `trustProxy` to it; others have no such member.
      const { host = own } = this.hostRequest as { host?: string }
      return host
    }
    const [forwarded] = String(headers?.['x-forwarded-host'] ?? '').split(',')
    return (trusts(socket?.remoteAddress, 0) && forwarded?.trim()) || own
  }

  get user(): Express.User | undefined {
    return this.hostRequest.user
  }

  get path(): string {
    const [path = ''] = this.hostRequest.url.split('?')
    return path === '/' && !this.#originalPath.endsWith('/') ? '' : `/${path.replace(/^\//, '')}`
  }

  get mountPath(): string {
    const { path } = this
    const original = this.#originalPath
    return original.endsWith(path) ? original.slice(0, original.length - path.length) : original
  }

  get query(): URLSearchParams {
    const { url } = this.hostRequest
    return new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : '')
  }

  get logIn(): SignInRequest['logIn'] {
    if (typeof (this.hostRequest as Login).logIn !== 'function') {
      return undefined
    }
    return async (user, options) => {
      this.beforeLogIn()
      try {
        await (this.hostRequest as Login).logIn?.(user, options)
      } catch (error) {
        dropSession(this.hostRequest)
        throw asError(error)
      }
    }
  }

  afterLogIn(act: () => Promise<void>): void {
    this.#afterLogIn.push(act)
    this.beforeLogIn()
  }

  /**
   * Passport and the app log in by `req.logIn`, or by its other name. Passport waits for its session
   * as long as that takes, and for callbacks that some sessions never call.
   */
  beforeLogIn(): void {
    const req = this.hostRequest as Login
    const { logIn } = req
    if (!logIn || this.#isPrepared) {
      return
    }
    this.#isPrepared = true
    const act = async (args: unknown[]): Promise<void> => {
      await inTimeOrFailed(req, () => callLogIn(logIn.bind(loginView(req)), args))
      for (const afterwards of this.#afterLogIn) {
        await afterwards()
      }
    }
    const prepared = (...args: unknown[]): unknown => {
      const done = args.at(-1)
      return typeof done === 'function'
        ? callbackify(act)(args.slice(0, -1), done as (error?: unknown) => void)
        : act(args)
    }
    Object.assign(req, { logIn: prepared, login: prepared })
  }

  setCookie(name: string, value: string, maxAge: number): void {
    const { ctx } = this.hostRequest as Answering
    const res = this.#res
    const secure = this.#isSecure ? '; Secure' : ''
    const line = `${name}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure}`
    // koa-passport's response is not the host's.
    if (ctx) {
      ctx.append('set-cookie', line)
    } else if (res && !res.headersSent) {
      res.appendHeader('set-cookie', line)
    }
  }

  /** Express and Koa know which proxies to trust. */
  get #isSecure(): boolean {
    const req = this.hostRequest as Partial<HostRequest> & { socket?: { encrypted?: boolean } }
    return req.secure ?? req.socket?.encrypted ?? false
  }

  /** As the browser has sent it: routers strip the mount path from `url`. */
  get #originalPath(): string {
    const { originalUrl = '', url } = this.hostRequest as Partial<HostRequest>
    return (originalUrl || url || '').split('?')[0] ?? ''
  }
}

/** Passport's takes a callback, that of @fastify/passport returns a promise. */
function callLogIn(logIn: (...args: unknown[]) => unknown, args: unknown[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const returned = logIn(...args, (error: unknown) => (error ? reject(error) : resolve()))
    if (returned instanceof Promise) {
      returned.then(() => resolve(), reject)
    }
  })
}

/** @throws what the login throws, or {@link OktaOobError} `session_failed` */
async function inTimeOrFailed(req: object, logIn: () => Promise<void>): Promise<void> {
  try {
    await inTime('The session', logIn)
  } catch (error) {
    throw error instanceof NoAnswer ? failureOf(req, error) : error
  }
}

/** A session that could not be saved: express-session would save it with the answer, user included. */
function dropSession(req: HostRequest): void {
  const { session } = req as { session?: { destroy?: (callback: () => void) => void } }
  session?.destroy?.(() => {
    // Where its store is still down, there is nothing to be destroyed.
  })
}
