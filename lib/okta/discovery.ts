import * as oidc from 'openid-client'
import { OktaOobError } from '../errors.ts'
import { failure, meaningOf } from './answer.ts'
import { clockTolerance } from './id-token.ts'
import { contextHeaders } from './call-options.ts'
import { isLoopback, type ClientSettings } from './options.ts'
import { findOktaOobError, tokenCalls } from './token-call.ts'
import { exchange, toResponse, valuesOf } from './transport.ts'

/** An authorization server of Okta's as it describes itself, and who we are to it. */
export interface AuthorizationServer {
  config: oidc.Configuration
  metadata: oidc.ServerMetadata
  client: oidc.ClientMetadata
  tokenEndpoint: string
}

/** `ClientAuth` is typed to return nothing, but the methods that sign return a promise. */
type AsyncClientAuth = (...args: Parameters<oidc.ClientAuth>) => void | Promise<void>

/**
 * Reads the issuer's metadata and sets openid-client up: how we authenticate, which fetch it calls,
 * and that ID tokens are verified, signature included.
 *
 * @throws {OktaOobError}
 */
export async function discover(settings: ClientSettings): Promise<AuthorizationServer> {
  const issuer = new URL(settings.issuer)
  const insecure = issuer.protocol === 'http:' && isLoopback(issuer)
  const { documentFetch, oktaFetch } = makeFetches(settings)
  const config = await oidc
    .discovery(
      issuer,
      settings.clientId,
      {
        id_token_signed_response_alg: settings.idTokenSignedResponseAlg,
        [oidc.clockTolerance]: clockTolerance,
      },
      authenticateAt(settings.authentication, (server) => server.token_endpoint),
      {
        execute: [
          oidc.enableNonRepudiationChecks,
          ...(insecure ? [oidc.allowInsecureRequests] : []),
        ],
        [oidc.customFetch]: documentFetch,
      },
    )
    .catch((error: unknown) => {
      throw findOktaOobError(error) ?? notOkta(settings.issuer)
    })
  config[oidc.customFetch] = oktaFetch
  // Each fetch has a deadline of its own; openid-client's would keep it from sharing key fetches.
  config.timeout = undefined

  const metadata = config.serverMetadata()
  const tokenEndpoint = metadata.token_endpoint ?? ''
  const secure = tokenEndpoint.startsWith('https:') || insecure
  if (!secure || !tokenEndpoint.endsWith('/token') || !metadata.jwks_uri) {
    throw notOkta(settings.issuer)
  }
  return { config, metadata, client: config.clientMetadata(), tokenEndpoint }
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
    authentication({ ...server, issuer: endpoint(server) ?? server.issuer }, client, body, headers)
}

function makeFetches({ fetch, timeout }: ClientSettings): {
  documentFetch: oidc.CustomFetch
  oktaFetch: oidc.CustomFetch
} {
  /** Metadata and keys are shared by all requests, so no single request's signal ends them. */
  const documentFetch: oidc.CustomFetch = async (url, init) => {
    const answer = await exchange(fetch, url, init as RequestInit, { timeout })
    if (answer.status !== 200) {
      throw failure(meaningOf(answer, 'document'), answer, [])
    }
    return toResponse(answer)
  }
  const oktaFetch: oidc.CustomFetch = async (url, init) => {
    const call = tokenCalls.getStore()
    if (call && init.method === 'GET') {
      return documentFetch(url, init)
    }
    const request: RequestInit = {
      ...(init as RequestInit),
      headers: { ...init.headers, ...contextHeaders(call?.clientContext) },
    }
    const answer = await exchange(fetch, url, request, {
      timeout,
      signal: call?.signal,
      retryReset: call?.poll,
    })
    if (call) {
      call.sent = valuesOf(request)
      call.answer = answer
    }
    return toResponse(answer)
  }
  return { documentFetch, oktaFetch }
}

function notOkta(issuer: string): OktaOobError {
  return new OktaOobError('configuration_error', {
    message: `The metadata of ${issuer} are not those of an Okta authorization server.`,
  })
}
