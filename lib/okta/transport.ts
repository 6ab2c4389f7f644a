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
  body: AsyncIterable<Uint8Array>
}

/** Sends one request, follows no redirect, and gives up when the signal says so. */
export type Send = (request: OktaRequest, signal: AbortSignal) => Promise<OpenResponse>

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
  const end = new AbortController()
  const forward = (): void => end.abort(signal?.reason)
  const timer = setTimeout(() => end.abort(), Math.ceil(timeout * 1000))
  signal?.addEventListener('abort', forward)
  let isAnswered = false
  try {
    const { status, headers, body: stream } = await send(request, end.signal)
    isAnswered = true
    const body = await readBody(stream)
    return { status, headers, body, json: parseObject(body) }
  } catch (cause) {
    signal?.throwIfAborted()
    if (cause instanceof OktaOobError) {
      throw cause
    }
    if (end.signal.aborted) {
      throw new OktaOobError('upstream_timeout', { cause, retryable: true })
    }
    const Unavailable = !isAnswered && isReset(cause) ? BrokenConnection : OktaOobError
    const retry = { retryAfter: defaultBackoff, retryable: true }
    throw new Unavailable('upstream_unavailable', { cause, ...retry })
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', forward)
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
  return ({ method, url, headers, body }, signal) =>
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
        signal,
      })
      request.on('response', (response) => {
        // One name has more than one value: `set-cookie`, which is not read here.
        const single = Object.entries(response.headers).filter(
          (entry): entry is [string, string] => typeof entry[1] === 'string',
        )
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(single),
          body: response,
        })
      })
      request.on('error', reject)
      request.end(content)
    })
}

/** Sends by a `fetch` of the app's. */
export function sendByFetch(fetch: Fetch): Send {
  return async ({ url, ...init }, signal) => {
    const { status, headers, body } = await fetch(url, { ...init, redirect: 'manual', signal })
    return { status, headers: Object.fromEntries(headers), body: body ?? nothing() }
  }
}

/** The answer as a `Response`, for libraries that take nothing else. */
export function toResponse({ status, headers, body }: OktaResponse): Response {
  // The Fetch standard allows no body, not even an empty one, with these.
  const isBodiless = status === 204 || status === 205 || status === 304
  return new Response(isBodiless ? null : body, { status, headers })
}

async function* nothing(): AsyncGenerator<never> {}

function isReset(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } }
  return ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(String(code ?? cause?.code))
}

async function readBody(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.byteLength
    if (size > maxBodyBytes) {
      throw new OktaOobError('protocol_error', { message: 'Okta gave an answer over 256 KiB.' })
    }
    chunks.push(chunk)
  }
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
