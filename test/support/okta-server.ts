import { EventEmitter, once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import nock from 'nock'
import type { Challenge } from 'passport-okta-oob'
import { OktaWire } from './okta.ts'
import { whenOver } from './resources.ts'
import { endpointOf, usualAnswer, type Endpoint } from './scripted-okta.ts'

export interface Call {
  endpoint: Endpoint
  form: Record<string, string>
  headers: IncomingHttpHeaders
  /** The number of its connection, from 0. */
  connection: number
}

type Intercept = (call: Call, req: IncomingMessage, res: ServerResponse) => boolean | void

/** An Okta on a socket of its own, which counts connections and calls. Polls are pending. */
export class OktaServer {
  readonly wire: OktaWire
  readonly calls: Call[] = []
  readonly sockets: Socket[] = []
  /** Emits `closed` for each connection. */
  readonly events: EventEmitter = new EventEmitter()
  /** Called first for each call; `true` where it has answered, or broken the connection. */
  intercept: Intercept = () => {}
  readonly #server

  constructor(issuer: URL, tls: ServerOptions | undefined) {
    this.wire = new OktaWire(issuer.origin, 'app')
    const listener = (req: IncomingMessage, res: ServerResponse): void => {
      void this.#answer(req, res)
    }
    this.#server = tls ? createTlsServer(tls, listener) : createServer(listener)
    // What Okta does with idle connections is for each test to say.
    this.#server.keepAliveTimeout = 0
    this.#server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.sockets.push(socket)
      socket.on('error', () => {})
      socket.on('close', () => this.events.emit('closed'))
    })
  }

  get issuer(): string {
    return this.wire.issuer
  }

  /** The calls of an endpoint. */
  to(endpoint: Endpoint): Call[] {
    return this.calls.filter((call) => call.endpoint === endpoint)
  }

  /** A push or a text that waits to be completed here. */
  challenge(channel: 'push' | 'sms' = 'push'): Challenge {
    return {
      id: 'challenge-1',
      oobCode: 'ft-oob-code',
      channel,
      bindingMethod: channel === 'push' ? 'none' : 'prompt',
      expiresAt: Date.now() + 300_000,
      interval: 5,
      loginHint: 'alice@example.com',
      issuer: this.issuer,
      clientId: 'app',
      scope: 'openid profile',
    }
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  async close(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { url = '', headers } = req
    const form = Object.fromEntries(new URLSearchParams(await text(req)))
    const connection = this.sockets.indexOf(req.socket)
    const call = { endpoint: endpointOf(url), form, headers, connection }
    this.calls.push(call)
    if (this.intercept(call, req, res) === true) {
      return
    }
    const isPending = call.endpoint === 'token' && !('binding_code' in form)
    const body = isPending ? { error: 'authorization_pending' } : await usualAnswer(this.wire, call)
    res.writeHead(isPending ? 400 : 200, { 'content-type': 'application/json' })
    res.end(JSON.stringify(body))
  }
}

/** Connections are what these tests are about: nothing stands between the client and its sockets. */
export async function startOktaServer(tls?: ServerOptions): Promise<OktaServer> {
  nock.restore()
  whenOver(() => {
    nock.activate()
  })
  const port = await freePort()
  const issuer = new URL(`${tls ? 'https' : 'http'}://localhost:${port}`)
  const okta = new OktaServer(issuer, tls)
  await okta.listen(port)
  whenOver(() => okta.close())
  return okta
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
