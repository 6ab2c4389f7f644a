import { createHash } from 'node:crypto'
import type { IDToken, TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client'
import { OktaOobError } from '../errors.ts'

/** Tokens as Okta gave them, with openid-client's helpers. */
export type Tokens = TokenEndpointResponse & TokenEndpointResponseHelpers

/** How far Okta's clock may be from ours, in seconds. */
export const clockTolerance = 60

/**
 * The claims of an ID token whose signature, `iss`, `aud` and `exp` openid-client has verified,
 * after the checks of OpenID Connect Core §3.1.3.7 and §3.1.3.8 that it leaves to its caller.
 *
 * @throws {OktaOobError} `id_token_invalid`
 */
export function checkedClaims(tokens: Tokens, clientId: string, alg: string): IDToken {
  const claims = tokens.claims()
  const problem = claims
    ? findProblem(claims, tokens.access_token, clientId, alg)
    : 'the answer has no ID token'
  if (!claims || problem !== undefined) {
    throw new OktaOobError('id_token_invalid', { cause: { reason: problem } })
  }
  return claims
}

function findProblem(
  claims: IDToken,
  accessToken: string,
  clientId: string,
  alg: string,
): string | undefined {
  if (claims.sub === '') {
    return '"sub" is empty'
  }
  if (claims.azp !== undefined && claims.azp !== clientId) {
    return '"azp" is another client'
  }
  if (claims.iat > Date.now() / 1000 + clockTolerance) {
    return '"iat" is in the future'
  }
  if (claims['at_hash'] !== undefined && !isHashOf(claims['at_hash'], accessToken, alg)) {
    return '"at_hash" does not fit the access token'
  }
  return undefined
}

/** OpenID Connect Core §3.1.3.6: the left half of the hash that the signature's `alg` names. */
function isHashOf(atHash: unknown, accessToken: string, alg: string): boolean {
  const digest = createHash(/^..\d{3}$/.test(alg) ? `sha${alg.slice(-3)}` : 'sha512')
    .update(accessToken)
    .digest()
  return atHash === digest.subarray(0, digest.length / 2).toString('base64url')
}
