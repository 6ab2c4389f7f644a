import type { IncomingMessage } from 'node:http'
import { callbackify } from 'node:util'
import { asError } from '../errors.ts'
import type { HostRequest, SessionPort, SignInRequest } from '../sign-in/index.ts'
import { sessionPortOf } from './session-ports.ts'
import { warnOfUntrustedProxy } from './trust-proxy.ts'

/** What Passport adds to a request. */
interface Login {
  logIn?: (...args: unknown[]) => unknown
}

/**
 * A request of node:http, or what Express, connect, Fastify and Koa make of it. Only members that
 * all of them have, or that can be done without, are read.
 */
export class NodeRequest implements SignInRequest {
  readonly hostRequest: HostRequest
  readonly session: SessionPort | undefined

  constructor(req: HostRequest) {
    this.hostRequest = req
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
    const { hostRequest: req } = this
    if (typeof (req as Login).logIn !== 'function') {
      return undefined
    }
    return (user) =>
      new Promise((resolve, reject) => {
        ;(req as Login).logIn?.(user, (error: unknown) => {
          if (error) {
            dropSession(req)
            reject(asError(error))
          } else {
            resolve()
          }
        })
      })
  }

  /** Passport and the app log in by `req.logIn`, or by its other name. */
  afterLogIn(act: () => Promise<void>): void {
    const req = this.hostRequest as Login
    const { logIn } = req
    if (!logIn) {
      return
    }
    const wrapped = function (this: unknown, ...args: unknown[]): unknown {
      const done = args.at(-1)
      if (typeof done !== 'function') {
        return Promise.resolve(logIn.apply(this, args)).then(act)
      }
      const then = (error: unknown): void => {
        if (error) {
          done(error)
        } else {
          callbackify(act)(done as (error?: unknown) => void)
        }
      }
      return logIn.call(this, ...args.slice(0, -1), then)
    }
    Object.assign(req, { logIn: wrapped, login: wrapped })
  }

  /** As the browser has sent it: routers strip the mount path from `url`. */
  get #originalPath(): string {
    const { originalUrl = '', url } = this.hostRequest as Partial<HostRequest>
    return (originalUrl || url || '').split('?')[0] ?? ''
  }
}

/** A session that could not be saved: express-session would save it with the answer, user included. */
function dropSession(req: HostRequest): void {
  const { session } = req as { session?: { destroy?: (callback: () => void) => void } }
  session?.destroy?.(() => {
    // Where its store is still down, there is nothing to be destroyed.
  })
}
