import type { ClientAuth, ServerMetadata } from 'openid-client'

/** `ClientAuth` is typed to return nothing, but the methods that sign return a promise. */
type AsyncClientAuth = (...args: Parameters<ClientAuth>) => void | Promise<void>

/**
 * Okta wants the URL it is called at as the audience of a client assertion, where openid-client
 * puts the issuer; the other methods do not look at it.
 *
 * @see https://support.okta.com/help/s/article/the-audience-claim-for-client-assertion-must-be-the-endpoint-invoked-for-the-request
 */
export function authenticateAt(
  authentication: AsyncClientAuth,
  endpoint: (server: ServerMetadata) => string | undefined,
): AsyncClientAuth {
  return (server, client, body, headers) =>
    authentication({ ...server, issuer: String(endpoint(server)) }, client, body, headers)
}
