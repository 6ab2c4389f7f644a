import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import timers from 'node:timers/promises'
import { publicJwk } from './okta.ts'

/** One request on its way to Okta. */
export interface Exchange {
  req: IncomingMessage
  res: ServerResponse
  /** Has Okta do what it is asked, and brings its answer; without it the request never arrives. */
  ask: () => Promise<{ status: number; body: string }>
  /** The moment in which the app has the head of the answer. */
  headRead: Promise<unknown>
}

type Fail = (exchange: Exchange) => unknown

const json = { 'content-type': 'application/json' }
const html = { 'content-type': 'text/html' }
/** Longer than what a connection holds for a reader who has walked away. */
const page = `<!doctype html><title>Something went wrong</title>${'<p>Sorry.'.repeat(25_000)}`

/** The target of redirects. */
export const elsewhere = '/elsewhere'

/** When it is at Okta, in epoch seconds. */
function now(): number {
  return Math.floor(Date.now() / 1000)
}

function date(seconds: number): string {
  return new Date(seconds * 1000).toUTCString()
}

function withPage(status: number, headers: OutgoingHttpHeaders = {}): Fail {
  return ({ res }) => res.writeHead(status, { ...html, ...headers }).end(page)
}

/** Okta's limit of a whole org, as its API answers it. */
function tooMany(headers: () => OutgoingHttpHeaders): Fail {
  const text = 'You exceeded the maximum number of requests. Try again in a while.'
  const body = { errorCode: 'E0000047', errorSummary: text, errorCauses: [] }
  return ({ res }) => {
    res.writeHead(429, { ...json, date: date(now()), ...headers() }).end(JSON.stringify(body))
  }
}

function withKeys(keys: object[]): Fail {
  return ({ res }) => res.writeHead(200, json).end(JSON.stringify({ keys }))
}

/** What can happen to a request, by name; `refused` keeps it from reaching any server at all. */
export const faults = {
  refused: () => {},
  'reset before headers': ({ req }) => {
    req.socket.resetAndDestroy()
  },
  'reset before headers, after Okta has acted': async ({ req, ask }) => {
    await ask()
    req.socket.resetAndDestroy()
  },
  'reset in mid-body': async ({ req, res, ask, headRead }) => {
    const { status, body } = await ask()
    res.writeHead(status, { ...json, 'content-length': Buffer.byteLength(body) })
    res.write(body.slice(0, body.length / 2))
    await headRead
    req.socket.resetAndDestroy()
  },
  hang: () => {},
  trickle: async ({ res, ask }) => {
    const { status, body } = await ask()
    res.writeHead(status, json)
    for (let sent = 0; !res.destroyed; sent += 1) {
      res.write(body.charAt(sent) || ' ')
      await timers.setTimeout(20)
    }
  },
  slow: async ({ res, ask }) => {
    const { status, body } = await ask()
    await timers.setTimeout(50)
    res.writeHead(status, json).write(body.slice(0, body.length / 2))
    await timers.setTimeout(50)
    res.end(body.slice(body.length / 2))
  },
  '500 with HTML': withPage(500),
  '502 with HTML': withPage(502),
  '503 with HTML': withPage(503),
  '503 with Retry-After': withPage(503, { 'retry-after': '42' }),
  '429 with a reset': tooMany(() => ({
    'x-rate-limit-limit': 600,
    'x-rate-limit-remaining': 0,
    'x-rate-limit-reset': now() + 42,
  })),
  '429 with a reset, by a clock five minutes ahead': tooMany(() => ({
    date: date(now() + 300),
    'x-rate-limit-reset': now() + 300 + 42,
  })),
  '429 with a reset, by a clock five minutes behind': tooMany(() => ({
    date: date(now() - 300),
    'x-rate-limit-reset': now() - 300 + 42,
  })),
  '429 with a reset that has passed': tooMany(() => ({ 'x-rate-limit-reset': now() - 3 })),
  '429 with a reset, but no Date': ({ res }) => {
    res.sendDate = false
    res.writeHead(429, { ...json, 'x-rate-limit-reset': now() + 42 }).end('{}')
  },
  '429 with Retry-After in seconds': tooMany(() => ({ 'retry-after': '42' })),
  '429 with Retry-After as a date': tooMany(() => ({ 'retry-after': date(now() + 42) })),
  '429 with Retry-After as a date, by a clock five minutes behind': tooMany(() => ({
    date: date(now() - 300),
    'retry-after': date(now() - 300 + 42),
  })),
  '429 with headers that say nothing': tooMany(() => ({
    'x-rate-limit-reset': 'tomorrow',
    'retry-after': 'soon',
  })),
  '429 without headers': ({ res }) => {
    const text = 'API call exceeded the rate limit due to too many requests.'
    const body = { error: 'invalid_grant', error_description: text }
    res.writeHead(429, json).end(JSON.stringify(body))
  },
  '429 with HTML': withPage(429),
  '200 with HTML': withPage(200),
  redirect: ({ res }) => res.writeHead(302, { location: elsewhere }).end(),
  'half JSON': async ({ res, ask }) => {
    const { status, body } = await ask()
    res.writeHead(status, json).end(body.slice(0, body.length / 2))
  },
  '10 MB': async ({ res, ask }) => {
    const { status, body } = await ask()
    const padding = 'x'.repeat(10_000_000)
    res.writeHead(status, json).end(`${body.slice(0, -1)},"padding":"${padding}"}`)
  },
  'wrong content type': async ({ res, ask }) => {
    const { status, body } = await ask()
    res.writeHead(status, html).end(body)
  },
  'no keys': withKeys([]),
  'keys of another name': withKeys([publicJwk]),
  'a key that did not sign': withKeys([{ ...publicJwk, kid: 'stand-in-1' }]),
} satisfies Record<string, Fail>

export type Fault = keyof typeof faults
