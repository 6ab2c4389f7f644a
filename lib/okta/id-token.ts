import { createHash } from 'node:crypto'
import type { IDToken, TokenEndpointResponse } from 'openid-client'
import type { ClientSettings } from './options.ts'

/** The token response as Okta gave it, as plain data; its `token_type` is in lower case. */
export type Tokens = TokenEndpointResponse

/**
 * The checks of OpenID Connect Core §3.1.3.7 and §3.1.3.8 that oauth4webapi leaves to its caller,
 * after it has verified `iss`, `aud`, `exp` and the signature.
 *
 * @throws an error whose message says what is wrong
 */
export function checkClaims(
  claims: IDToken,
  accessToken: string,
  { clientId, clockTolerance, idTokenSignedResponseAlg: alg }: ClientSettings,
): void {
  const { sub, azp, iat, at_hash: atHash } = claims
  if (sub === '') {
    throw new Error('"sub" is empty')
  }
  if (azp !== undefined && azp !== clientId) {
    throw new Error('"azp" is another client')
  }
  if (iat > Date.now() / 1000 + clockTolerance) {
    throw new Error('"iat" is in the future')
  }
  if (atHash !== undefined && !isHashOf(atHash, accessToken, alg)) {
    throw new Error('"at_hash" does not fit the access token')
  }
}

/** OpenID Connect Core §3.1.3.6: the left half of the hash that the signature's `alg` names. */
function isHashOf(atHash: unknown, accessToken: string, alg: string): boolean {
  const digest = createHash(/^..\d{3}$/.test(alg) ? `sha${alg.slice(-3)}` : 'sha512')
    .update(accessToken)
    .digest()
  return atHash === digest.subarray(0, digest.length / 2).toString('base64url')
}
