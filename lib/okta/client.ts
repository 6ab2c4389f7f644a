import { genericGrantRequest, type IDToken } from 'openid-client'
import type { Challenge } from '../challenge.ts'
import { OktaOobError } from '../errors.ts'
import { failure, meaningOf } from './answer.ts'
import { authenticateAt, discover, type AuthorizationServer } from './discovery.ts'
import { checkedClaims, type Tokens } from './id-token.ts'
import { readClientOptions, type ClientSettings, type OktaOobClientOptions } from './options.ts'
import { readStartAnswer } from './start-answer.ts'
import { judge, tokenCalls, type OpenAnswer, type TokenCall } from './token-call.ts'
import { exchange, valuesOf } from './transport.ts'

export interface StartRequest {
  /** The username, as Okta knows it. */
  loginHint: string
  /** `push`, `sms` or `voice`. */
  channel: string
  signal?: AbortSignal | undefined
}

export interface CompleteRequest {
  /** What the user received; `prompt` challenges only. */
  code?: string | undefined
  signal?: AbortSignal | undefined
}

/** What became of a challenge that was neither refused nor lost. */
export type Completion = { status: 'complete'; claims: IDToken; tokens: Tokens } | OpenAnswer

const oobGrant = 'urn:okta:params:oauth:grant-type:oob'

/**
 * Okta's out-of-band direct authentication, one request at a time: no Passport, no Express, no
 * limits. Nothing is fetched before the first call; concurrent first calls share one discovery,
 * and after a failed one the next call tries again.
 *
 * @see https://developer.okta.com/docs/guides/configure-direct-auth-grants/coobov/main/
 */
export class OktaOobClient {
  /** @internal */
  readonly _settings: ClientSettings
  /** @internal */
  _server: Promise<AuthorizationServer> | undefined

  /** @throws {TypeError} naming the option that is wrong or missing */
  constructor(options: OktaOobClientOptions = {}) {
    this._settings = readClientOptions(options)
  }

  /**
   * Asks Okta to send a text, to call or to push.
   *
   * @returns the challenge that now waits for its user
   * @throws {OktaOobError}
   */
  async start({ loginHint, channel, signal }: StartRequest): Promise<Challenge> {
    const { authentication, fetch, timeout, issuer, clientId, scope } = this._settings
    const { metadata, client, tokenEndpoint } = await this._discover()
    // Okta's metadata do not list this endpoint; it stands beside the one for tokens.
    const url = tokenEndpoint.replace(/token$/, 'oob-authenticate')
    const body = new URLSearchParams()
    const headers = new Headers({ accept: 'application/json' })
    await authenticateAt(authentication, () => url)(metadata, client, body, headers)
    body.append('login_hint', loginHint)
    body.append('channel_hint', channel)
    const request: RequestInit = { method: 'POST', headers: Object.fromEntries(headers), body }
    const answer = await exchange(fetch, url, request, { timeout, signal })
    const sent = valuesOf(request)
    if (answer.status !== 200) {
      throw failure(meaningOf(answer, 'start'), answer, sent)
    }
    const started = readStartAnswer(answer.json, channel)
    if (typeof started === 'string') {
      throw failure('protocol_error', answer, sent, started)
    }
    return { ...started, loginHint, issuer, clientId, scope }
  }

  /**
   * Asks Okta once for the tokens of a challenge. Who polls waits `challenge.interval` seconds
   * before each call, and 5 seconds more for good after an answer with `slowDown`.
   *
   * @throws {OktaOobError}; the challenge is over unless the error is `retryable`
   */
  async complete(challenge: Challenge, request: CompleteRequest = {}): Promise<Completion> {
    const { issuer, clientId, idTokenSignedResponseAlg } = this._settings
    if (challenge.issuer !== issuer || challenge.clientId !== clientId) {
      throw new OktaOobError('no_challenge')
    }
    const typed = challenge.bindingMethod === 'prompt'
    if (typed && !request.code) {
      throw new OktaOobError('code_missing', { retryable: true })
    }
    const { config } = await this._discover()
    const parameters = {
      scope: challenge.scope,
      oob_code: challenge.oobCode,
      // Okta takes no binding_code from a push, not even the number of a number challenge.
      ...(typed && request.code && { binding_code: request.code }),
    }
    const call: TokenCall = { signal: request.signal }
    try {
      const tokens = await tokenCalls.run(call, () =>
        genericGrantRequest(config, oobGrant, parameters),
      )
      const claims = checkedClaims(tokens, clientId, idTokenSignedResponseAlg)
      return { status: 'complete', claims, tokens }
    } catch (exception) {
      return judge(exception, call, typed ? 'code' : 'poll')
    }
  }

  /** @internal */
  async _discover(): Promise<AuthorizationServer> {
    this._server ??= discover(this._settings).catch((error: unknown) => {
      this._server = undefined
      throw error
    })
    return this._server
  }
}
