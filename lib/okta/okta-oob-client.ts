import {
  getDPoPHandle,
  randomDPoPKeyPair,
  type Configuration,
  type DPoPHandle,
} from 'openid-client'
import type { Challenge, PinnedParameters } from '../challenge.ts'
import { OktaOobError } from '../errors.ts'
import type { KeyedHash } from '../random.ts'
import {
  configure,
  discover,
  endpointBeside,
  type AuthorizationServer,
  type Endpoint,
} from './authorization-server.ts'
import type { CallOptions } from './client-context.ts'
import { mfaGrants } from './grants.ts'
import {
  maxTimeout,
  readClientOptions,
  type ClientSettings,
  type OktaOobClientOptions,
} from './options.ts'
import { postForm } from './post-form.ts'
import { Starts } from './start-endpoint.ts'
import { pinnedParameters, readStartResponse } from './start-response.ts'
import { requestTokens, type FinalTokenResult, type TokenResult } from './token-request.ts'
import { addUserInfo } from './user-info.ts'
import { waitFor } from './wait.ts'

export interface StartRequest extends CallOptions {
  /** The username, as Okta knows it. */
  loginHint: string
  /** `push`, `sms`, `voice` or `email`. */
  channel: string
}

export interface ChallengeRequest extends CallOptions {
  loginHint: string
  /** From the answer `mfa_required`. */
  mfaToken: string
  /** `push`, `sms`, `voice`, `email`, or `otp` for a code from an authenticator app. */
  channel: string
}

export interface CompleteRequest extends CallOptions {
  /** What the user received; `prompt` challenges only. */
  code?: string | undefined
}

/**
 * What one `complete` can take, each with a timeout of its own: metadata, keys, the call, its
 * repeat on a new connection, its repeat with a nonce, the keys again, and the user's claims.
 */
const callsPerRedeem = 7

/** Seconds that no `complete` of any client takes longer than. */
export const maxRedeemTimeout: number = callsPerRedeem * maxTimeout + 1

/**
 * Okta's out-of-band direct authentication, one request at a time: no Passport, no Express, no
 * limits. Nothing is fetched before the first call; concurrent first calls share one discovery,
 * and after a failed one the next call tries again.
 *
 * @example
 * const okta = new OktaOobClient({ issuer: 'https://example.okta.com', clientID, clientSecret })
 * const challenge = await okta.start({ loginHint: 'alice@example.com', channel: 'push' })
 * const result = await okta.wait(challenge)
 * if (result.status === 'complete') console.log(result.claims.sub)
 *
 * @see https://developer.okta.com/docs/guides/configure-direct-auth-grants/coobov/main/
 */
export class OktaOobClient {
  readonly #settings: ClientSettings
  readonly #starts: Starts
  #server: Promise<AuthorizationServer> | undefined
  #dpop: Promise<DPoPHandle> | undefined

  /**
   * @param environment where the issuer, the client and its secret come from when `options` leaves
   *   them out
   * @throws {TypeError} naming the option that is wrong or missing
   *
   * @example
   * // From OKTA_OAUTH2_ISSUER, OKTA_OAUTH2_CLIENT_ID and OKTA_OAUTH2_CLIENT_SECRET:
   * const okta = new OktaOobClient()
   */
  constructor(
    options: OktaOobClientOptions = {},
    environment: Record<string, string | undefined> = process.env,
  ) {
    this.#settings = readClientOptions(options, environment)
    this.#starts = new Starts(this.#settings)
  }

  /** Without a trailing slash. */
  get issuer(): string {
    return this.#settings.issuer
  }

  get clientId(): string {
    return this.#settings.clientId
  }

  /** @internal Names a user where something is counted or reported. */
  get hash(): KeyedHash {
    return this.#settings.hash
  }

  /** @internal Whether nobody can guess the key of {@link hash}. */
  get isHashKeyed(): boolean {
    return this.#settings.isHashKeyed
  }

  /** Seconds for one call to Okta. */
  get timeout(): number {
    return this.#settings.timeout
  }

  /** Seconds that one {@link complete} takes at the most: several calls can be part of it. */
  get redeemTimeout(): number {
    return callsPerRedeem * this.timeout + 1
  }

  /** The channels of a second factor in the order to try them; empty where none can be handled. */
  get secondFactors(): readonly string[] {
    return this.#settings.secondFactors
  }

  /** What every challenge of this client is started with and must be completed with. */
  get pinnedParameters(): PinnedParameters {
    return pinnedParameters(this.#settings)
  }

  /**
   * The openid-client `Configuration` of this client: refresh, revocation, introspection and user
   * info are one call of that library each. A client that signs assertions names the endpoint that
   * is to be called, which Okta wants as their audience.
   *
   * @throws {OktaOobError} when Okta's metadata cannot be read
   *
   * @example
   * const config = await okta.configuration('revocation_endpoint')
   * await tokenRevocation(config, refreshToken)
   */
  async configuration(endpoint: Endpoint = 'token_endpoint'): Promise<Configuration> {
    const { config, metadata } = await this.#discover()
    return endpoint === 'token_endpoint' ? config : configure(this.#settings, metadata, endpoint)
  }

  /**
   * Asks Okta to send a text or a mail, to call or to push.
   *
   * @returns the challenge that now waits for its user
   * @throws {OktaOobError} `access_denied` where Okta does not let the user in, `rate_limited`,
   *   `configuration_error`, `protocol_error`, `upstream_unavailable` or `upstream_timeout`
   *
   * @example
   * const challenge = await okta.start({ loginHint: 'alice@example.com', channel: 'sms' })
   */
  async start({ loginHint, channel, ...options }: StartRequest): Promise<Challenge> {
    const { acrValues } = this.#settings
    const fields = {
      login_hint: loginHint,
      channel_hint: channel,
      ...(acrValues !== undefined && { acr_values: acrValues }),
    }
    const server = await this.#discover()
    const sentAt = Date.now()
    const reply = await this.#starts.post(server, fields, options)
    return readStartResponse(this.#settings, reply, { call: 'start', loginHint, channel, sentAt })
  }

  /**
   * Asks for a second factor, after {@link complete} has said `mfa_required`.
   *
   * @returns the challenge that now waits for its user
   * @throws {OktaOobError} as {@link start}; `challenge_expired` with an `mfaToken` that is too old
   *
   * @example
   * const second = await okta.challenge({ loginHint, mfaToken: result.mfaToken, channel: 'otp' })
   */
  async challenge(request: ChallengeRequest): Promise<Challenge> {
    const { loginHint, mfaToken, channel, ...options } = request
    const { acrValues } = this.#settings
    const server = await this.#discover()
    const fields = {
      mfa_token: mfaToken,
      challenge_types_supported: mfaGrants([channel]).join(' '),
      ...(channel !== 'otp' && { channel_hint: channel }),
      ...(acrValues !== undefined && { acr_values: acrValues }),
    }
    const sentAt = Date.now()
    const url = endpointBeside(server, 'challenge')
    const reply = await postForm(this.#settings, server, url, fields, options)
    const asked = { call: 'challenge', loginHint, channel, sentAt } as const
    return { ...readStartResponse(this.#settings, reply, asked), mfaToken }
  }

  /**
   * Asks Okta once for the tokens of a challenge. Polls must be `challenge.interval` seconds apart,
   * and 5 seconds more for good after an answer with `slowDown`. No code is sent, and no push
   * polled, without the keys in hand that the ID token will be verified with. With `userInfo`, the
   * claims of `/userinfo` are merged over those of the ID token.
   *
   * @throws {OktaOobError}; the challenge is over unless the error is `retryable`
   *
   * @example
   * const result = await okta.complete(challenge, { code: '123456' })
   * if (result.status === 'complete') return result.claims
   */
  async complete(challenge: Challenge, request: CompleteRequest = {}): Promise<TokenResult> {
    if (!this.owns(challenge)) {
      throw new OktaOobError('no_challenge')
    }
    const { code, ...options } = request
    if (challenge.bindingMethod === 'prompt' && !code) {
      throw new OktaOobError('code_missing', { retryable: true })
    }
    const server = await this.#discover()
    await server.keys.ready()
    const dpop = await this.dpopHandle()
    const result = await requestTokens(this.#settings, server, {
      ...options,
      challenge,
      code,
      dpop,
    })
    if (result.status !== 'complete' || !this.#settings.userInfo) {
      return result
    }
    const { loginHint } = challenge
    const { clientContext } = options
    const signedIn = { ...result, loginHint, dpop, clientContext }
    return { ...result, claims: await addUserInfo(this.#settings, server, signedIn) }
  }

  /**
   * Polls, politely, until the user has answered the push or its time is over. Faults that pass
   * are waited out.
   *
   * @throws {OktaOobError}, or the reason of the `signal`
   *
   * @example
   * const result = await okta.wait(challenge, { signal: AbortSignal.timeout(120_000) })
   */
  wait(challenge: Challenge, options: CallOptions = {}): Promise<FinalTokenResult> {
    return waitFor(challenge, () => this.complete(challenge, options), options.signal)
  }

  /** Whether a challenge was started with the server, client, scope and policy of this client. */
  owns({ issuer, clientId, scope, acrValues }: Challenge): boolean {
    const own = this.#settings
    return (
      issuer === own.issuer &&
      clientId === own.clientId &&
      scope === own.scope &&
      acrValues === own.acrValues
    )
  }

  /**
   * The handle that proves possession of the key to which tokens are bound, for calls of
   * openid-client's own; `undefined` without the `dpop` option.
   *
   * @throws {OktaOobError} when Okta's metadata cannot be read
   *
   * @example
   * await fetchProtectedResource(config, accessToken, url, 'GET', null, undefined, {
   *   DPoP: await okta.dpopHandle(),
   * })
   */
  async dpopHandle(): Promise<DPoPHandle | undefined> {
    const { dpop } = this.#settings
    if (dpop === false) {
      return undefined
    }
    const { config } = await this.#discover()
    this.#dpop ??= Promise.resolve(dpop === true ? randomDPoPKeyPair() : dpop).then((keyPair) =>
      getDPoPHandle(config, keyPair),
    )
    return this.#dpop
  }

  /**
   * @internal Has metadata, and for a `redeem` keys, in hand. Asked before a call is timed: what a
   * first call takes longer than others must not become the response time of decoys.
   */
  async ready(forRedeem: boolean): Promise<void> {
    const { keys } = await this.#discover()
    if (forRedeem) {
      await keys.ready()
    }
  }

  async #discover(): Promise<AuthorizationServer> {
    this.#server ??= discover(this.#settings).catch((error: unknown) => {
      this.#server = undefined
      throw error
    })
    return this.#server
  }
}
