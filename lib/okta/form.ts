import { contextHeaders, type CallOptions } from './call-options.ts'
import { OktaOobError } from '../errors.ts'
import { authenticateAt } from './client-authentication.ts'
import type { AuthorizationServer } from './discovery.ts'
import type { ClientSettings } from './options.ts'
import { exchange, valuesOf, type Answer } from './transport.ts'

/** An answer, and every value that was sent for it. */
export interface Reply {
  answer: Answer
  sent: string[]
}

/** Okta's metadata do not list the endpoints of direct authentication; they stand beside `/token`. */
export function endpointBeside(server: AuthorizationServer, name: string): string {
  return server.tokenEndpoint.replace(/token$/, name)
}

/** Posts a form as this client to an endpoint that openid-client does not know. */
export async function postForm(
  settings: ClientSettings,
  { metadata, client }: AuthorizationServer,
  url: string,
  fields: Record<string, string>,
  { signal, clientContext }: CallOptions,
): Promise<Reply> {
  const { authentication, fetch, timeout } = settings
  const body = new URLSearchParams()
  const headers = new Headers({ ...contextHeaders(clientContext), accept: 'application/json' })
  try {
    await authenticateAt(authentication, () => url)(metadata, client, body, headers)
  } catch (cause) {
    throw new OktaOobError('configuration_error', { cause })
  }
  for (const [name, value] of Object.entries(fields)) {
    body.append(name, value)
  }
  const request: RequestInit = { method: 'POST', headers: Object.fromEntries(headers), body }
  const answer = await exchange(fetch, url, request, { timeout, signal })
  return { answer, sent: valuesOf(request) }
}
