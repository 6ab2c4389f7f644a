import * as oauth from 'oauth4webapi'
import type { DPoPHandle, IDToken } from 'openid-client'
import type { Challenge } from '../challenge.ts'
import { findOktaOobError, OktaOobError } from '../errors.ts'
import { authenticateAt, type AuthorizationServer } from './authorization-server.ts'
import { classifyError, errorFor } from './classify-error.ts'
import { contextHeaders, type CallOptions } from './client-context.ts'
import { grantOf, tokenParameters } from './grants.ts'
import { checkClaims, type Tokens } from './id-token.ts'
import { allowsHttp, type ClientSettings } from './options.ts'
import { valuesOf } from './post-form.ts'
import { BrokenConnection, exchange, toResponse, type OktaResponse } from './transport.ts'

/** What `/token` said of a challenge that was neither refused nor lost. */
export type TokenResult =
  | { status: 'complete'; claims: IDToken; tokens: Tokens }
  /** Not yet; with `slowDown`, polls must be 5 seconds further apart for good. */
  | { status: 'pending'; slowDown?: true }
  /** The first factor is proven; `supported` are Okta's names for what may follow. */
  | { status: 'mfa_required'; mfaToken: string; supported: string[] }

/** A {@link TokenResult} that is not pending any more. */
export type FinalTokenResult = Exclude<TokenResult, { status: 'pending' }>

/** What one challenge is redeemed with. */
export interface Redemption extends CallOptions {
  challenge: Challenge
  /** What the user typed; `prompt` challenges only. */
  code: string | undefined
  dpop: DPoPHandle | undefined
}

/** An answer of `/token`, as it was and as the libraries read it. */
interface TokenResponse {
  received: OktaResponse
  response: Response
}

/**
 * Asks `/token` once for the tokens of a challenge, and verifies them. A poll whose connection broke
 * before any answer is sent again; a code is not, since each one that reaches Okta is an attempt.
 *
 * @throws {OktaOobError}, or the reason of the caller's signal
 */
export async function requestTokens(
  settings: ClientSettings,
  server: AuthorizationServer,
  redemption: Redemption,
): Promise<TokenResult> {
  const { challenge, dpop } = redemption
  const call = challenge.bindingMethod === 'prompt' ? 'code' : 'poll'
  const sent = [challenge.loginHint]
  const send = (): Promise<TokenResponse> => sendOnce(settings, server, redemption, sent)
  let answer = await send().catch((error: unknown) => {
    if (call === 'poll' && error instanceof BrokenConnection) {
      return send()
    }
    throw error
  })
  // RFC 9449 §8: the nonce that the next proof must hold came with the refusal.
  if (dpop && answer.received.json?.['error'] === 'use_dpop_nonce') {
    answer = await send()
  }
  const { received, response } = answer
  if (received.status === 200 && typeof received.json?.['access_token'] === 'string') {
    return readTokens(settings, server, response)
  }
  const meaning = classifyError(received, call)
  switch (meaning) {
    case 'authorization_pending':
      return { status: 'pending' }
    case 'slow_down':
      return { status: 'pending', slowDown: true }
    case 'mfa_required':
      return mfaRequired(received, sent)
    default:
      throw errorFor(meaning, received, sent)
  }
}

/** @param sent collects every value of the request, to be blanked in Okta's words */
async function sendOnce(
  settings: ClientSettings,
  { metadata, client }: AuthorizationServer,
  { challenge, code, dpop, signal, clientContext }: Redemption,
  sent: string[],
): Promise<TokenResponse> {
  const { authentication, secondFactors, timeout } = settings
  let received: OktaResponse | undefined
  try {
    const response = await oauth.genericTokenEndpointRequest(
      metadata,
      client,
      authenticateAt(authentication, ({ token_endpoint: url }) => url),
      grantOf(challenge),
      tokenParameters(challenge, code, secondFactors),
      {
        headers: contextHeaders(clientContext),
        [oauth.allowInsecureRequests]: allowsHttp(settings),
        [oauth.customFetch]: async (url, { headers, body }) => {
          const request = { method: 'POST', url, headers, body } as const
          sent.push(...valuesOf(request))
          received = await exchange(settings.send, request, { timeout, signal })
          // Of a refusal, oauth4webapi only reads the headers, for a DPoP nonce.
          return received.status === 200
            ? toResponse(received)
            : new Response(null, { headers: received.headers })
        },
        ...(dpop && { DPoP: dpop }),
      },
    )
    if (received) {
      return { received, response }
    }
  } catch (cause) {
    signal?.throwIfAborted()
    throw findOktaOobError(cause) ?? new OktaOobError('configuration_error', { cause })
  }
  throw new OktaOobError('configuration_error')
}

/** Okta has issued tokens, so the `oob_code` is spent, whatever becomes of them here. */
async function readTokens(
  settings: ClientSettings,
  { metadata, client, keys }: AuthorizationServer,
  response: Response,
): Promise<TokenResult> {
  try {
    const tokens = await oauth.processGenericTokenEndpointResponse(metadata, client, response)
    const claims = oauth.getValidatedIdTokenClaims(tokens)
    if (!claims) {
      throw new Error('the answer has no ID token')
    }
    await keys.verify(metadata, response)
    checkClaims(claims, tokens.access_token, settings)
    return { status: 'complete', claims, tokens }
  } catch (exception) {
    const ours = findOktaOobError(exception)
    throw new OktaOobError(ours?.code ?? 'id_token_invalid', {
      // The library's texts are fixed, but the causes behind them hold claims and whole tokens.
      cause: ours ? ours.cause : { reason: (exception as Error).message },
      ...(ours?.retryAfter !== undefined && { retryAfter: ours.retryAfter }),
    })
  }
}

function mfaRequired(received: OktaResponse, sent: string[]): TokenResult {
  const { mfa_token: mfaToken, supported_challenge_types: supported } = { ...received.json }
  if (typeof mfaToken !== 'string' || mfaToken === '') {
    const message = 'Okta asked for a second factor without an mfa_token.'
    throw errorFor('protocol_error', received, sent, { message })
  }
  return {
    status: 'mfa_required',
    mfaToken,
    supported: Array.isArray(supported) ? supported.filter((type) => typeof type === 'string') : [],
  }
}
