import * as oauth from 'oauth4webapi'
import type { DPoPHandle, IDToken } from 'openid-client'
import { attempt, findOktaOobError, OktaOobError } from '../errors.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import { contextHeaders, type ClientContext } from './client-context.ts'
import { readPatiently } from './documents.ts'
import type { Tokens } from './id-token.ts'
import { allowsHttp, type ClientSettings } from './options.ts'
import { valuesOf } from './post-form.ts'
import { exchange, type OktaResponse } from './transport.ts'

/** What was redeemed, and by what. */
interface SignedIn {
  claims: IDToken
  tokens: Tokens
  loginHint: string
  dpop: DPoPHandle | undefined
  clientContext: ClientContext | undefined
}

/** What the ID token says of itself and of the authentication; `/userinfo` is not signed. */
const protocolClaims: ReadonlySet<string> = new Set(
  'iss sub aud azp exp iat nbf jti nonce sid cnf auth_time acr amr at_hash c_hash s_hash'.split(
    ' ',
  ),
)

/**
 * The claims of `/userinfo` over those of the ID token. Faults that pass are tried again within the
 * timeout. No caller's signal ends it: the code behind the tokens is spent, and they are at hand.
 *
 * @throws {OktaOobError} never `retryable`: the challenge is over
 */
export async function addUserInfo(
  settings: ClientSettings,
  server: AuthorizationServer,
  signedIn: SignedIn,
): Promise<IDToken> {
  const { claims } = signedIn
  const answer = await attempt(requestUserInfo(settings, server, signedIn))
  if (answer instanceof OktaOobError) {
    const { code, message, cause, retryAfter } = answer
    const wait = retryAfter !== undefined && { retryAfter }
    throw new OktaOobError(code, { message, cause, ...wait })
  }
  const { status, headers, json } = answer
  if (!json || /jwt/i.test(headers['content-type'] ?? '')) {
    const detail =
      'the answer of /userinfo is not JSON; a signed one (application/jwt) is not taken.'
    throw new OktaOobError('protocol_error', { detail, cause: { status } })
  }
  // OpenID Connect Core §5.3.2; oauth4webapi's own check comes with its reader of signed answers.
  if (json['sub'] !== claims.sub) {
    const reason = 'the "sub" of /userinfo is not that of the ID token'
    throw new OktaOobError('id_token_invalid', { cause: { reason } })
  }
  const own = Object.entries(json as Partial<IDToken>).filter(([name]) => !protocolClaims.has(name))
  return { ...claims, ...Object.fromEntries(own) }
}

function requestUserInfo(
  settings: ClientSettings,
  { metadata, client }: AuthorizationServer,
  { tokens, loginHint, dpop, clientContext }: SignedIn,
): Promise<OktaResponse> {
  const sent = [loginHint, tokens.access_token]
  const readOnce = async (timeout: number): Promise<OktaResponse> => {
    let received: OktaResponse | undefined
    try {
      await oauth.userInfoRequest(metadata, client, tokens.access_token, {
        headers: contextHeaders(clientContext),
        [oauth.allowInsecureRequests]: allowsHttp(settings),
        [oauth.customFetch]: async (url, { headers }) => {
          const accept = 'application/json'
          const request = { method: 'GET', url, headers: { ...headers, accept } } as const
          sent.push(...valuesOf(request))
          received = await exchange(settings.send, request, { timeout })
          // Only its headers are read, for a DPoP nonce.
          return new Response(null, { headers: received.headers })
        },
        ...(dpop && { DPoP: dpop }),
      })
      if (received) {
        return received
      }
    } catch (cause) {
      throw findOktaOobError(cause) ?? new OktaOobError('configuration_error', { cause })
    }
    throw new OktaOobError('configuration_error')
  }
  const read = async (timeout: number): Promise<OktaResponse> => {
    const since = performance.now()
    const received = await readOnce(timeout)
    // RFC 9449 §9: the nonce that the next proof must hold came with the refusal.
    return dpop && received.status === 401 && received.headers['dpop-nonce'] !== undefined
      ? readOnce(timeout - (performance.now() - since) / 1000)
      : received
  }
  const url = String(metadata.userinfo_endpoint)
  return readPatiently(settings.timeout, read, { call: 'userinfo', url, sent })
}
