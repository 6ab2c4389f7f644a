import * as oidc from 'openid-client'
import { OktaOobError } from '../errors.ts'
import { authenticateAt } from './client-authentication.ts'
import { makeDocumentFetch, makeOktaFetch } from './fetches.ts'
import { clockTolerance } from './id-token.ts'
import type { ClientSettings } from './options.ts'
import { findOktaOobError } from './token-call.ts'

/** An authorization server of Okta's as it describes itself, and who we are to it. */
export interface AuthorizationServer {
  config: oidc.Configuration
  metadata: oidc.ServerMetadata
  client: oidc.ClientMetadata
  tokenEndpoint: string
}

/** An endpoint that openid-client calls. */
export type Endpoint = 'token_endpoint' | 'revocation_endpoint' | 'introspection_endpoint'

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
      [oidc.customFetch]: makeDocumentFetch(settings),
    })
    .then((discovered) => discovered.serverMetadata())
    .catch((error: unknown) => {
      throw findOktaOobError(error) ?? notOkta(settings.issuer)
    })
  const { token_endpoint: tokenEndpoint, jwks_uri: keys } = metadata
  const isUrl = (url: unknown): url is string =>
    typeof url === 'string' && URL.canParse(url) && (insecure || url.startsWith('https:'))
  if (!isUrl(tokenEndpoint) || !tokenEndpoint.endsWith('/token') || !isUrl(keys)) {
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
  config[oidc.customFetch] = makeOktaFetch(settings, metadata)
  // Each fetch has a deadline of its own; openid-client's would keep it from sharing key fetches.
  config.timeout = undefined
  return config
}

/** Only a loopback issuer may be plain http: nothing leaves the machine. */
function isInsecure({ issuer }: ClientSettings): boolean {
  return new URL(issuer).protocol === 'http:'
}

function notOkta(issuer: string): OktaOobError {
  return new OktaOobError('configuration_error', {
    message: `The metadata of ${issuer} are not those of an Okta authorization server.`,
  })
}
