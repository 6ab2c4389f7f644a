import { setTimeout as sleep } from 'node:timers/promises'
import { attempt, OktaOobError } from '../errors.ts'
import { classifyError, errorFor, retryAfter, type Call } from './classify-error.ts'
import type { ClientSettings } from './options.ts'
import { exchange, type OktaResponse } from './transport.ts'

/** Milliseconds before each further try, where Okta names no time. */
const pauses = [50, 250]

/**
 * Reads a public document: metadata or keys. All requests share them, so no single request's signal
 * ends the call. Faults that pass are tried again within the timeout of one call.
 *
 * @throws {OktaOobError}
 */
export function fetchDocument(
  { send, timeout }: ClientSettings,
  url: string,
): Promise<OktaResponse> {
  const request = { method: 'GET', url, headers: { accept: 'application/json' } } as const
  return readPatiently(timeout, (left) => exchange(send, request, { timeout: left }), {
    call: 'document',
    url,
    sent: [],
  })
}

/** What is read, for its errors. */
interface Reading {
  call: Extract<Call, 'document' | 'userinfo'>
  url: string
  /** Values to blank in Okta's words. */
  sent: Iterable<string>
}

/**
 * Reads what can be read again. Faults that pass are tried again within the timeout.
 *
 * @param timeout seconds for all tries together
 * @param read one try, in the seconds that it is given
 * @throws {OktaOobError}
 */
export async function readPatiently(
  timeout: number,
  read: (timeout: number) => Promise<OktaResponse>,
  { call, url, sent }: Reading,
): Promise<OktaResponse> {
  const end = performance.now() + timeout * 1000
  const left = (): number => end - performance.now()
  for (let tries = 0; ; tries += 1) {
    const response = await attempt(read(left() / 1000))
    const isAnswered = !(response instanceof OktaOobError)
    if (isAnswered && response.status === 200) {
      return response
    }
    const error = isAnswered ? refused(response, call, url, sent) : response
    const named = isAnswered ? retryAfter(response) : undefined
    const wait = Math.max(pauses[tries] ?? Infinity, (named ?? 0) * 1000)
    if (!error.retryable || wait >= left()) {
      throw error
    }
    await sleep(wait)
  }
}

function refused(
  response: OktaResponse,
  call: Reading['call'],
  url: string,
  sent: Iterable<string>,
): OktaOobError {
  const { status, headers } = response
  const code = classifyError(response, call)
  const target = headers['location'] ?? ''
  const leads = URL.canParse(target, url) ? `, which leads to ${new URL(target, url).origin}` : ''
  const detail = `${url} was answered with ${status}${target && leads}.`
  return errorFor(code, response, sent, code.endsWith('_error') ? { detail } : {})
}
