import type { CustomFetch, ServerMetadata } from 'openid-client'
import { failure, meaningOf } from './answer.ts'
import { contextHeaders } from './call-options.ts'
import type { ClientSettings } from './options.ts'
import { tokenCalls } from './token-call.ts'
import { exchange, toResponse, valuesOf } from './transport.ts'

/**
 * What openid-client fetches metadata and keys with. They are shared by all requests, so no single
 * request's signal ends them.
 */
export function makeDocumentFetch({ fetch, timeout }: ClientSettings): CustomFetch {
  return async (url, init) => {
    const answer = await exchange(fetch, url, init as RequestInit, { timeout })
    if (answer.status !== 200) {
      throw failure(meaningOf(answer, 'document'), answer, [])
    }
    return toResponse(answer)
  }
}

/** What openid-client fetches everything with once the metadata are known, the keys among it. */
export function makeOktaFetch(
  settings: ClientSettings,
  { jwks_uri: jwksUri }: ServerMetadata,
): CustomFetch {
  const { fetch, timeout } = settings
  const keys = jwksUri && new URL(jwksUri).href
  const documentFetch = makeDocumentFetch(settings)
  return async (url, init) => {
    if (url === keys) {
      return documentFetch(url, init)
    }
    const call = tokenCalls.take(init as RequestInit)
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
}
