import { OktaOobError } from '../errors.ts'
import { defaultBackoff } from './pace.ts'

/** An answer of Okta's, read to its end. */
export interface Answer {
  status: number
  headers: Headers
  body: Buffer
  /** The body as JSON; `undefined` when it is not a JSON object. */
  json: Record<string, unknown> | undefined
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** The longest answer that is read. Token answers and key sets are a few KiB. */
const maxBodyBytes = 256 * 1024

/**
 * A connection that was closed before any answer: servers close idle ones after five seconds, just
 * when the next poll is on its way.
 */
export class BrokenConnection extends OktaOobError {}

export interface ExchangeOptions {
  /** Seconds, for headers and body together. */
  timeout: number
  signal?: AbortSignal | undefined
}

/**
 * One request and its whole answer, within `timeout` seconds for headers and body together. The
 * body is read here, under the same deadline, so that no later reader can hang or be flooded.
 *
 * @throws {OktaOobError} `upstream_timeout`, `upstream_unavailable`, or `protocol_error` for an
 *   answer of more than 256 KiB
 */
export async function exchange(
  fetch: Fetch,
  url: string,
  init: RequestInit,
  { timeout, signal }: ExchangeOptions,
): Promise<Answer> {
  const deadline = AbortSignal.timeout(Math.ceil(timeout * 1000))
  let answered = false
  try {
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    })
    answered = true
    const body = await readBody(response)
    return { status: response.status, headers: response.headers, body, json: parseObject(body) }
  } catch (cause) {
    if (cause instanceof OktaOobError || signal?.aborted) {
      throw cause
    }
    if (deadline.aborted) {
      throw new OktaOobError('upstream_timeout', { cause, retryable: true })
    }
    const Unavailable = !answered && isReset(cause) ? BrokenConnection : OktaOobError
    const retry = { retryAfter: defaultBackoff, retryable: true }
    throw new Unavailable('upstream_unavailable', { cause, ...retry })
  }
}

/** The answer as a `Response`, for openid-client to read again. */
export function toResponse({ status, headers, body }: Answer): Response {
  // The Fetch standard allows no body, not even an empty one, with these.
  const bodiless = status === 204 || status === 205 || status === 304
  return new Response(bodiless ? null : new Uint8Array(body), { status, headers })
}

/** Every value of a form request, the credentials in its headers included. */
export function valuesOf(request: RequestInit): string[] {
  const authorization = new Headers(request.headers).get('authorization') ?? ''
  const fields = new URLSearchParams(request.body as URLSearchParams).values()
  return [...fields, authorization, authorization.replace(/^\S+ /, '')]
}

function isReset(error: unknown): boolean {
  const code = (error as { cause?: { code?: unknown } } | undefined)?.cause?.code
  return ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(String(code))
}

async function readBody(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > maxBodyBytes) {
      throw new OktaOobError('protocol_error', { message: 'Okta gave an answer over 256 KiB.' })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parseObject(body: Buffer): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(body.toString('utf8'))
    return isObject(json) ? json : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
