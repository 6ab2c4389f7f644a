import { OktaOobError } from '../errors.ts'
import { authenticateAt, type AuthorizationServer } from './authorization-server.ts'
import { contextHeaders, type CallOptions } from './client-context.ts'
import type { ClientSettings } from './options.ts'
import { exchange, type OktaRequest, type OktaResponse } from './transport.ts'

/** An answer, and every value that was sent for it, to be blanked in Okta's words. */
export interface FormReply {
  response: OktaResponse
  sent: string[]
}

/**
 * Posts a form as this client to an endpoint of direct authentication.
 *
 * @throws {OktaOobError} when there is no answer, or the client cannot authenticate
 */
export async function postForm(
  settings: ClientSettings,
  { metadata, client }: AuthorizationServer,
  url: string,
  fields: Record<string, string>,
  { signal, clientContext }: CallOptions,
): Promise<FormReply> {
  const { authentication, send, timeout } = settings
  const body = new URLSearchParams()
  const headers = new Headers({ ...contextHeaders(clientContext), accept: 'application/json' })
  try {
    await authenticateAt(authentication, () => url)(metadata, client, body, headers)
  } catch (cause) {
    throw new OktaOobError('configuration_error', { cause })
  }
  headers.set('content-type', 'application/x-www-form-urlencoded;charset=UTF-8')
  for (const [name, value] of Object.entries(fields)) {
    body.append(name, value)
  }
  const request: OktaRequest = { method: 'POST', url, headers: Object.fromEntries(headers), body }
  return { response: await exchange(send, request, { timeout, signal }), sent: valuesOf(request) }
}

/** Every value of a form request, the credentials in its headers included. */
export function valuesOf({ headers, body }: OktaRequest): string[] {
  const { authorization = '' } = headers
  return [...(body?.values() ?? []), authorization, authorization.replace(/^\S+ /, '')]
}
