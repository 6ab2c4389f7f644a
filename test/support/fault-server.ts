import nock from 'nock'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { OktaWire } from './okta.ts'
import { whenOver } from './resources.ts'
import { endpointOf, usualAnswer, type Endpoint } from './scripted-okta.ts'

const json = { 'content-type': 'application/json' }
const html = { 'content-type': 'text/html' }
const elsewhere = '/elsewhere'
const page = '<!doctype html><title>Something went wrong</title>'

/** What can happen to a request, by name; `refused` keeps it from reaching the server at all. */
const faults = {
  refused: () => {},
  'reset before headers': ({ req }) => {
    req.socket.resetAndDestroy()
  },
  'reset in mid-body': ({ req, res, body }) => {
    res.writeHead(200, { ...json, 'content-length': body.length })
    res.write(body.slice(0, body.length / 2), () => req.socket.resetAndDestroy())
  },
  hang: () => {},
  trickle: ({ res, body }) => {
    res.writeHead(200, json)
    let sent = 0
    const timer = setInterval(() => res.write(body.charAt(sent++)), 20)
    res.on('close', () => {
      clearInterval(timer)
    })
  },
  '200 with HTML': ({ res }) => res.writeHead(200, html).end(page),
  '500 with HTML': ({ res }) => res.writeHead(500, html).end(page),
  '502 with HTML': ({ res }) => res.writeHead(502, html).end(page),
  '503 with HTML': ({ res }) => res.writeHead(503, html).end(page),
  redirect: ({ res }) => res.writeHead(302, { location: elsewhere }).end(),
  'half JSON': ({ res, body }) => res.writeHead(200, json).end(body.slice(0, body.length / 2)),
  '10 MB': ({ res, body }) => {
    res.writeHead(200, json).end(body.slice(0, -1) + `,"padding":"${'x'.repeat(10_000_000)}"}`)
  },
  'wrong content type': ({ res, body }) => res.writeHead(200, html).end(body),
} satisfies Record<string, (exchange: Exchange) => unknown>

export type Fault = keyof typeof faults

interface Exchange {
  req: IncomingMessage
  res: ServerResponse
  /** What the server answers when nothing is wrong. */
  body: string
}

/** An Okta over real HTTP, whose endpoints fail one by one as the test says. */
export interface FaultServer {
  issuer: string
  /** For the strategy's `fetch` option: it finds nobody listening where a request is `refused`. */
  fetch: (url: string, init: RequestInit) => Promise<Response>
  /** How each endpoint fails; an endpoint that is not here answers as usual. */
  faults: Partial<Record<Endpoint, Fault>>
  /** How often the target of its redirects was asked. */
  followed: number
}

export async function startFaultServer(): Promise<FaultServer> {
  // nock's replacement for the global fetch is not the one whose broken sockets matter.
  nock.restore()
  whenOver(() => {
    nock.activate()
  })
  const server = createServer((req, res) => void answer(req, res))
  const port = await listen(server)
  whenOver(() => close(server))
  const nobody = createServer()
  const deserted = await listen(nobody)
  await close(nobody)

  const wire = new OktaWire(`http://localhost:${port}`)
  const okta: FaultServer = {
    issuer: wire.issuer,
    fetch: (url, init) => {
      const refused = okta.faults[endpointOf(url)] === 'refused'
      return fetch(refused ? url.replace(`:${port}/`, `:${deserted}/`) : url, init)
    },
    faults: {},
    followed: 0,
  }
  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const endpoint = endpointOf(req.url ?? '')
    const form = Object.fromEntries(new URLSearchParams(await text(req)))
    const body = JSON.stringify(await usualAnswer(wire, { endpoint, form }))
    const moved = req.url === elsewhere
    const fault = moved ? undefined : okta.faults[endpoint]
    okta.followed += moved ? 1 : 0
    if (fault === undefined) {
      res.writeHead(200, json).end(body)
    } else {
      faults[fault]({ req, res, body })
    }
  }
  return okta
}

async function listen(server: Server): Promise<number> {
  server.listen(0, 'localhost')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function close(server: Server): Promise<void> {
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}
