import * as oauth from 'oauth4webapi'
import * as oidc from 'openid-client'
import { contextHeaders } from './client-context.ts'
import { KeySet } from './key-set.ts'
import { fetchMetadata } from './metadata.ts'
import { allowsHttp, type ClientSettings } from './options.ts'
import { exchange, toResponse } from './transport.ts'

/** An authorization server of Okta's as it describes itself, and this client to it. */
export interface AuthorizationServer {
  /** What openid-client's own calls take; its endpoint is `/token`. */
  config: oidc.Configuration
  metadata: oidc.ServerMetadata
  client: oauth.Client
  tokenEndpoint: string
  keys: KeySet
}

/** An endpoint that openid-client calls. */
export type Endpoint = 'token_endpoint' | 'revocation_endpoint' | 'introspection_endpoint'

/** `ClientAuth` is typed to return nothing, but the methods that sign return a promise. */
type AsyncClientAuth = (...args: Parameters<oidc.ClientAuth>) => void | Promise<void>

/**
 * Reads the issuer's metadata.
 *
 * @throws {OktaOobError}
 */
export async function discover(settings: ClientSettings): Promise<AuthorizationServer> {
  const { clientId, idTokenSignedResponseAlg, clockTolerance } = settings
  const metadata = await fetchMetadata(settings)
  return {
    config: configure(settings, metadata, 'token_endpoint'),
    metadata,
    client: {
      client_id: clientId,
      id_token_signed_response_alg: idTokenSignedResponseAlg,
      [oauth.clockTolerance]: clockTolerance,
    },
    tokenEndpoint: metadata.token_endpoint,
    keys: new KeySet(settings, metadata.jwks_uri),
  }
}

/**
 * The `Configuration` for calls of openid-client's own at an endpoint: how the client authenticates
 * there, this client's transport, and that ID tokens are verified, signature included.
 */
export function configure(
  settings: ClientSettings,
  metadata: oidc.ServerMetadata,
  endpoint: Endpoint,
): oidc.Configuration {
  const { clientId, authentication, idTokenSignedResponseAlg, clockTolerance } = settings
  const client = {
    id_token_signed_response_alg: idTokenSignedResponseAlg,
    [oidc.clockTolerance]: clockTolerance,
  }
  const authenticate = authenticateAt(authentication, (server) => server[endpoint])
  const config = new oidc.Configuration(metadata, clientId, client, authenticate)
  oidc.enableNonRepudiationChecks(config)
  if (allowsHttp(settings)) {
    oidc.allowInsecureRequests(config)
  }
  config[oidc.customFetch] = async (url, { method, headers, body }) => {
    const request = {
      url,
      method: method as 'GET' | 'POST',
      headers: { ...headers, 'user-agent': contextHeaders()['user-agent'] ?? '' },
      ...(body instanceof URLSearchParams && { body }),
    }
    return toResponse(await exchange(settings.send, request, settings))
  }
  // Each call has a deadline of its own; openid-client's would keep it from sharing key fetches.
  config.timeout = undefined
  return config
}

/**
 * Okta wants the URL it is called at as the audience of a client assertion, where openid-client
 * puts the issuer; the other methods do not look at it.
 *
 * @see https://support.okta.com/help/s/article/the-audience-claim-for-client-assertion-must-be-the-endpoint-invoked-for-the-request
 */
export function authenticateAt(
  authentication: AsyncClientAuth,
  endpoint: (server: oidc.ServerMetadata) => string | undefined,
): AsyncClientAuth {
  return (server, client, body, headers) =>
    authentication({ ...server, issuer: String(endpoint(server)) }, client, body, headers)
}

/** Okta's metadata do not list the endpoints of direct authentication; they stand beside `/token`. */
export function endpointBeside({ tokenEndpoint }: AuthorizationServer, name: string): string {
  return tokenEndpoint.replace(/token$/, name)
}
