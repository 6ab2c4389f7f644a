import * as oidc from 'openid-client'
import { OktaOobError } from '../errors.ts'
import { failure, meaningOf } from './answer.ts'
import { clockTolerance } from './id-token.ts'
import { contextHeaders } from './call-options.ts'
import type { ClientSettings } from './options.ts'
import { findOktaOobError, tokenCalls } from './token-call.ts'
import { exchange, toResponse, valuesOf } from './transport.ts'

/** An authorization server of Okta's as it describes itself, and who we are to it. */
export interface AuthorizationServer {
  config: oidc.Configuration
  metadata: oidc.ServerMetadata
  client: oidc.ClientMetadata
  tokenEndpoint: string
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
  const insecure = isInsecure(settings)
  const metadata = await oidc
    .discovery(new URL(settings.issuer), settings.clientId, undefined, undefined, {
      execute: insecure ? [oidc.allowInsecureRequests] : [],
      [oidc.customFetch]: makeFetches(settings).documentFetch,
    })
    .then((discovered) => discovered.serverMetadata())
    .catch((error: unknown) => {
      throw findOktaOobError(error) ?? notOkta(settings.issuer)
    })
  const { token_endpoint: tokenEndpoint = '', jwks_uri: keys = '' } = metadata
  const secure = insecure || [tokenEndpoint, keys].every((url) => url.startsWith('https:'))
  if (!secure || !tokenEndpoint.endsWith('/token') || !keys) {
    throw notOkta(settings.issuer)
  }
  const config = configure(settings, metadata, 'token_endpoint')
  return { config, metadata, client: config.clientMetadata(), tokenEndpoint }
}

/**
 * Sets openid-client up for an endpoint: how we authenticate there, which fetch it calls, and that
 * ID tokens are verified, signature included.
 */
export function configure(
  settings: ClientSettings,
  metadata: oidc.ServerMetadata,
  endpoint: Endpoint,
): oidc.Configuration {
  const { clientId, authentication, idTokenSignedResponseAlg } = settings
  const client = {
    id_token_signed_response_alg: idTokenSignedResponseAlg,
    [oidc.clockTolerance]: clockTolerance,
  }
  const authenticate = authenticateAt(authentication, (server) => server[endpoint])
  const config = new oidc.Configuration(metadata, clientId, client, authenticate)
  oidc.enableNonRepudiationChecks(config)
  if (isInsecure(settings)) {
    oidc.allowInsecureRequests(config)
  }
  config[oidc.customFetch] = makeFetches(settings).oktaFetch
  // Each fetch has a deadline of its own; openid-client's would keep it from sharing key fetches.
  config.timeout = undefined
  return config
}

/** Only a loopback issuer may be plain http: nothing leaves the machine. */
function isInsecure({ issuer }: ClientSettings): boolean {
  return new URL(issuer).protocol === 'http:'
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
      call.sent.push(...valuesOf(request))
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
