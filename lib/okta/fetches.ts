import type { CustomFetch } from 'openid-client'
import { failure, meaningOf } from './answer.ts'
import { contextHeaders } from './call-options.ts'
import type { ClientSettings } from './options.ts'
import { tokenCalls } from './token-call.ts'
import { exchange, toResponse, valuesOf } from './transport.ts'

/** The fetches that openid-client calls: one for metadata and keys, one for everything. */
export function makeFetches({ fetch, timeout }: ClientSettings): {
  documentFetch: CustomFetch
  oktaFetch: CustomFetch
} {
  /** Metadata and keys are shared by all requests, so no single request's signal ends them. */
  const documentFetch: CustomFetch = async (url, init) => {
    const answer = await exchange(fetch, url, init as RequestInit, { timeout })
    if (answer.status !== 200) {
      throw failure(meaningOf(answer, 'document'), answer, [])
    }
    return toResponse(answer)
  }
  const oktaFetch: CustomFetch = async (url, init) => {
    const call = tokenCalls.getStore()
    if (call && init.method === 'GET') {
      return documentFetch(url, init)
    }
    const request: RequestInit = {
      ...(init as RequestInit),
      headers: { ...init.headers, ...contextHeaders(call?.clientContext) },
    }
    // A repeat that fails must not be judged by the answer it was to replace.
    delete call?.answer
    const answer = await exchange(fetch, url, request, { timeout, signal: call?.signal })
    if (call) {
      call.sent.push(...valuesOf(request))
      call.answer = answer
    }
    return toResponse(answer)
  }
  return { documentFetch, oktaFetch }
}
