import http from 'node:http'
import https from 'node:https'
import { OktaOobError } from '../errors.ts'

export interface OktaRequest {
  method: 'GET' | 'POST'
  url: string
  headers: Record<string, string>
  body?: URLSearchParams
}

/** An answer of Okta's, read to its end. */
export interface OktaResponse {
  status: number
  /** By lower-case name. */
  headers: Record<string, string>
  body: string
  /** The body as JSON; `undefined` when it is not a JSON object. */
  json: Record<string, unknown> | undefined
}

/** An answer whose body is still to be read. */
interface OpenResponse {
  status: number
  headers: Record<string, string>
  /** Resolves at the end of the body; what `onChunk` throws ends the call. */
  read: (onChunk: (chunk: Uint8Array) => void) => Promise<void>
}

/** Sends one request, and follows no redirect. `onAbort` takes what ends the call early. */
export type Send = (
  request: OktaRequest,
  onAbort: (abort: (reason: unknown) => void) => void,
) => Promise<OpenResponse>

/** The part of the global `fetch` that is used here. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

interface Bounds {
  /** Seconds, for headers and body together. */
  timeout: number
  signal?: AbortSignal | undefined
}

/** The longest answer that is read, in bytes. Token answers and key sets are a few KiB. */
const maxBodyBytes = 256 * 1024

/** How long to stay away from an Okta that cannot be reached and names no time, in seconds. */
export const defaultBackoff = 5

/** A connection that was closed before any answer: Okta closes idle ones when it likes. */
export class BrokenConnection extends OktaOobError {}

/**
 * One request and its whole answer. The body is read here, under the same deadline, so that no
 * later reader can hang or be flooded.
 *
 * @throws {OktaOobError} `upstream_timeout`, `upstream_unavailable`, or `protocol_error` for an
 *   answer of more than 256 KiB
 * @throws the reason of the caller's own signal
 */
export async function exchange(
  send: Send,
  request: OktaRequest,
  { timeout, signal }: Bounds,
): Promise<OktaResponse> {
  signal?.throwIfAborted()
  let abort: ((reason: unknown) => void) | undefined
  let isLate = false
  let isAnswered = false
  const timer = setTimeout(
    () => {
      isLate = true
      abort?.(new Error(`Okta has not answered within ${timeout} seconds.`))
    },
    Math.ceil(timeout * 1000),
  )
  const leave = (): void => abort?.(signal?.reason)
  signal?.addEventListener('abort', leave)
  try {
    const { status, headers, read } = await send(request, (onAbort) => {
      abort = onAbort
    })
    isAnswered = true
    const body = await readBody(read)
    return { status, headers, body, json: parseObject(body) }
  } catch (cause) {
    signal?.throwIfAborted()
    if (cause instanceof OktaOobError) {
      throw cause
    }
    if (isLate) {
      throw new OktaOobError('upstream_timeout', { cause, retryable: true })
    }
    const Unavailable = !isAnswered && isReset(cause) ? BrokenConnection : OktaOobError
    const retry = { retryAfter: defaultBackoff, retryable: true }
    throw new Unavailable('upstream_unavailable', { cause, ...retry })
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', leave)
  }
}

/**
 * Kept connections are closed after 60 idle seconds, or earlier where Okta's `Keep-Alive` header
 * says so: longer than any poll interval, which `fetch` does not outlast (4 seconds).
 */
const keepAlive = { keepAlive: true, timeout: 60_000 }
const agents = { http: new http.Agent(keepAlive), https: new https.Agent(keepAlive) }

/** Sends by `node:https`, or by `node:http` where the URL says so. */
export function sendByNode(agent: http.Agent | undefined): Send {
  return ({ method, url, headers, body }, onAbort) =>
    new Promise((resolve, reject) => {
      const isPlain = url.startsWith('http:')
      const content = body?.toString()
      const request = (isPlain ? http : https).request(url, {
        method,
        headers: {
          ...headers,
          ...(content !== undefined && { 'content-length': Buffer.byteLength(content) }),
        },
        agent: agent ?? (isPlain ? agents.http : agents.https),
      })
      onAbort((reason) => request.destroy(reason as Error))
      request.on('response', (response) => {
        resolve({
          status: response.statusCode ?? 0,
          headers: singleHeaders(response),
          read: (onChunk) => readResponse(response, onChunk),
        })
      })
      request.on('error', reject)
      request.end(content)
    })
}

/** Headers with one value each, which leaves out `set-cookie` only. */
function singleHeaders({ headers }: http.IncomingMessage): Record<string, string> {
  const single: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') {
      single[name] = value
    }
  }
  return single
}

/** By its events: to iterate over a response takes twice the time. */
function readResponse(
  response: http.IncomingMessage,
  onChunk: (chunk: Uint8Array) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    response.on('data', (chunk: Uint8Array) => {
      try {
        onChunk(chunk)
      } catch (error) {
        response.destroy(error as Error)
      }
    })
    response.on('end', resolve)
    response.on('error', reject)
  })
}

/** Sends by a `fetch` of the app's. */
export function sendByFetch(fetch: Fetch): Send {
  return async ({ url, ...init }, onAbort) => {
    const controller = new AbortController()
    onAbort((reason) => controller.abort(reason))
    const { signal } = controller
    const { status, headers, body } = await fetch(url, { ...init, redirect: 'manual', signal })
    const read = async (onChunk: (chunk: Uint8Array) => void): Promise<void> => {
      for await (const chunk of body ?? []) {
        onChunk(chunk)
      }
    }
    return { status, headers: Object.fromEntries(headers), read }
  }
}

/** The answer as a `Response`, for libraries that take nothing else. */
export function toResponse({ status, headers, body }: OktaResponse): Response {
  // The Fetch standard allows no body, not even an empty one, with these.
  const isBodiless = status === 204 || status === 205 || status === 304
  return new Response(isBodiless ? null : body, { status, headers })
}

function isReset(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(String(networkCode(error)))
}

/** The network's code of an error; that of `fetch` is one level below. */
export function networkCode(error: unknown): unknown {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } }
  return code ?? cause?.code
}

async function readBody(read: OpenResponse['read']): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  await read((chunk) => {
    size += chunk.byteLength
    if (size > maxBodyBytes) {
      throw new OktaOobError('protocol_error', { message: 'Okta gave an answer over 256 KiB.' })
    }
    chunks.push(chunk)
  })
  return Buffer.concat(chunks).toString('utf8')
}

function parseObject(body: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(body)
    return isObject(json) ? json : undefined
  } catch {
    return undefined
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
