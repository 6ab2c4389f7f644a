import { asError } from '../errors.ts'
import type { HostRequest, SessionPort, SignInRequest } from '../sign-in/index.ts'
import { sessionPortOf } from './session-ports.ts'

/** What Passport adds to a request. */
interface Login {
  logIn?: (user: Express.User, callback: (error: unknown) => void) => void
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
    const { ip, socket } = this.hostRequest as Partial<HostRequest>
    return ip ?? socket?.remoteAddress
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
    return new URLSearchParams(this.hostRequest.url.split('?')[1])
  }

  get logIn(): SignInRequest['logIn'] {
    const { hostRequest: req } = this
    if (typeof (req as Login).logIn !== 'function') {
      return undefined
    }
    return (user) =>
      new Promise((resolve, reject) => {
        ;(req as Login).logIn?.(user, (error) => {
          if (error) {
            dropSession(req)
            reject(asError(error))
          } else {
            resolve()
          }
        })
      })
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
