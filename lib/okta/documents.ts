import { setTimeout as sleep } from 'node:timers/promises'
import { attempt, OktaOobError } from '../errors.ts'
import { classifyError, errorFor, retryAfter } from './classify-error.ts'
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
export async function fetchDocument(
  { send, timeout }: ClientSettings,
  url: string,
): Promise<OktaResponse> {
  const request = { method: 'GET', url, headers: { accept: 'application/json' } } as const
  const end = performance.now() + timeout * 1000
  const left = (): number => end - performance.now()
  for (let tries = 0; ; tries += 1) {
    const response = await attempt(exchange(send, request, { timeout: left() / 1000 }))
    const isAnswered = !(response instanceof OktaOobError)
    if (isAnswered && response.status === 200) {
      return response
    }
    const error = isAnswered
      ? errorFor(classifyError(response, 'document'), response, [])
      : response
    const named = isAnswered ? retryAfter(response) : undefined
    const wait = Math.max(pauses[tries] ?? Infinity, (named ?? 0) * 1000)
    if (!error.retryable || wait >= left()) {
      throw error
    }
    await sleep(wait)
  }
}
