import type { Clock } from '@sinonjs/fake-timers'
import { expect } from 'chai'
import nock from 'nock'
import { EventEmitter, once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { StandIn } from '../../example/okta/stand-in.ts'
import { elsewhere, faults, type Fault } from './faults.ts'
import { eventually } from './handles.ts'
import { whenOver } from './resources.ts'

const endpoints = {
  'openid-configuration': 'discovery',
  keys: 'keys',
  'oob-authenticate': 'start',
  challenge: 'challenge',
  token: 'token',
  userinfo: 'userinfo',
} as const

export type Endpoint = (typeof endpoints)[keyof typeof endpoints]

function endpointOf(url: string): Endpoint | undefined {
  const name = new URL(url, 'http://localhost').pathname.split('/').at(-1)
  return endpoints[name as keyof typeof endpoints]
}

/** A proxy in front of the stand-in, whose endpoints fail while the test says so. */
export class FaultServer {
  readonly okta: StandIn
  readonly server: Server
  /** For the strategy's `fetch` option: the way to Okta leads through this server. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** Every call, in its order. */
  readonly asked: (Endpoint | undefined)[] = []
  /** How many calls have met the fault. */
  met = 0
  /** How often the target of its redirects was asked. */
  followed = 0
  /** How far Okta's clock is ahead of ours, in seconds. */
  ahead = 0
  readonly #clock: Clock
  readonly #heads = new EventEmitter()
  #open = 0
  #fault: { endpoint: Endpoint; name: Fault } | undefined

  constructor(okta: StandIn, clock: Clock, deserted: number) {
    this.okta = okta
    this.#clock = clock
    this.server = createServer((req, res) => {
      this.#open += 1
      const closed = new Promise((resolve) => res.on('close', resolve))
      void Promise.all([this.#answer(req, res), closed]).then(() => (this.#open -= 1))
    })
    this.fetch = async (url, init) => {
      const endpoint = endpointOf(url)
      const fault = this.#faultOf(endpoint)
      this.asked.push(endpoint)
      const { pathname } = new URL(url)
      const port = fault === 'refused' ? deserted : portOf(this.server)
      this.met += fault === undefined ? 0 : 1
      // Only a fault shall run into the app's timeout, however busy the machine is.
      const patience = fault === undefined && { signal: null }
      const response = await fetch(`http://localhost:${port}${pathname}`, { ...init, ...patience })
      this.#heads.emit(endpoint ?? '')
      return response
    }
  }

  begin(endpoint: Endpoint, name: Fault): void {
    this.#fault = { endpoint, name }
  }

  end(): void {
    this.#fault = undefined
  }

  /** Every answer has been read to its end, or its connection closed: nobody waits for more. */
  async isAnswered(): Promise<void> {
    await eventually(() => {
      expect(this.#open, 'calls that the app has left open').to.equal(0)
    })
  }

  /** Does at Okta what happens there by Okta's own clock, while our side waits for it. */
  async byItsClock<T>(act: () => T | Promise<T>): Promise<T> {
    const shift = this.ahead * 1000
    this.#clock.setSystemTime(Date.now() + shift)
    try {
      return await act()
    } finally {
      this.#clock.setSystemTime(Date.now() - shift)
    }
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { url = '', method = 'GET', headers } = req
    const endpoint = endpointOf(url)
    // Listened for from now on, so that it cannot pass unheard.
    const headRead = once(this.#heads, endpoint ?? '')
    const form = method === 'GET' ? null : await text(req)
    const ask = (): Promise<{ status: number; body: string }> =>
      this.byItsClock(async () => {
        const init = { method, body: form, headers: ownHeaders(headers) }
        const answer = await fetch(this.okta.issuer + url, init)
        return { status: answer.status, body: await answer.text() }
      })
    const fault = this.#faultOf(endpoint)
    if (fault !== undefined) {
      await faults[fault]({ req, res, ask, headRead })
    } else if (url === elsewhere) {
      this.followed += 1
      res.end('{}')
    } else {
      const { status, body } = await ask()
      res.writeHead(status, { 'content-type': 'application/json' }).end(body)
    }
  }

  #faultOf(endpoint: Endpoint | undefined): Fault | undefined {
    return this.#fault?.endpoint === endpoint ? this.#fault?.name : undefined
  }
}

export async function startFaultServer(okta: StandIn, clock: Clock): Promise<FaultServer> {
  // nock's replacement for the global fetch is not the one whose broken sockets matter.
  nock.restore()
  whenOver(() => {
    nock.activate()
  })
  const nobody = createServer()
  await listen(nobody)
  const deserted = portOf(nobody)
  await close(nobody)
  const faultServer = new FaultServer(okta, clock, deserted)
  await listen(faultServer.server)
  whenOver(() => close(faultServer.server))
  return faultServer
}

/** What Okta reads of a request. */
function ownHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const { 'content-type': type, authorization } = headers
  return {
    ...(type !== undefined && { 'content-type': type }),
    ...(authorization !== undefined && { authorization }),
  }
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

async function listen(server: Server): Promise<void> {
  server.listen(0, 'localhost')
  await once(server, 'listening')
}

async function close(server: Server): Promise<void> {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}
