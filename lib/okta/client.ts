import {
  genericGrantRequest,
  getDPoPHandle,
  randomDPoPKeyPair,
  type Configuration,
  type DPoPHandle,
} from 'openid-client'
import type { Challenge } from '../challenge.ts'
import { OktaOobError } from '../errors.ts'
import type { KeyedHash } from '../keyed-hash.ts'
import { configure, discover, type AuthorizationServer, type Endpoint } from './discovery.ts'
import type { CallOptions } from './call-options.ts'
import { endpointBeside, postForm } from './form.ts'
import { grantOf, mfaGrants, tokenParameters } from './grants.ts'
import type { Answered, Completion } from './completion.ts'
import { checkedClaims, type Tokens } from './id-token.ts'
import { readClientOptions, type ClientSettings, type OktaOobClientOptions } from './options.ts'
import { challengeFrom, termsOf, type Terms } from './start-answer.ts'
import { StartEndpoint } from './start-endpoint.ts'
import { findOktaOobError, hasTokens, judge, tokenCalls, type TokenCall } from './token-call.ts'
import { BrokenConnection } from './transport.ts'
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
  /** @internal */
  _dpop: Promise<DPoPHandle> | undefined
  /** @internal */
  readonly _startEndpoint: StartEndpoint

  /**
   * @param environment where the issuer, the client and its secret come from when `options` leaves
   *   them out
   * @throws {TypeError} naming the option that is wrong or missing
   */
  constructor(
    options: OktaOobClientOptions = {},
    environment: Record<string, string | undefined> = process.env,
  ) {
    this._settings = readClientOptions(options, environment)
    this._startEndpoint = new StartEndpoint(this._settings)
  }

  get issuer(): string {
    return this._settings.issuer
  }

  get clientId(): string {
    return this._settings.clientId
  }

  /** @internal Names a user where something is counted or reported. */
  get hash(): KeyedHash {
    return this._settings.hash
  }

  /** Seconds for one call to Okta. */
  get timeout(): number {
    return this._settings.timeout
  }

  /** The channels of a second factor in the order to try them; empty where none can be handled. */
  get secondFactors(): readonly string[] {
    return this._settings.secondFactors
  }

  /**
   * The openid-client `Configuration` of this client: refresh, revocation, introspection and user
   * info are one call of that library each. A client that signs assertions names the endpoint that
   * is to be called, which Okta wants as their audience.
   *
   * @throws {OktaOobError} when Okta's metadata cannot be read
   */
  async configuration(endpoint: Endpoint = 'token_endpoint'): Promise<Configuration> {
    const { config, metadata } = await this._discover()
    return endpoint === 'token_endpoint' ? config : configure(this._settings, metadata, endpoint)
  }

  /**
   * Asks Okta to send a text or a mail, to call or to push.
   *
   * @returns the challenge that now waits for its user
   * @throws {OktaOobError}
   */
  async start({ loginHint, channel, ...options }: StartRequest): Promise<Challenge> {
    const { acrValues } = this._settings
    const fields = {
      login_hint: loginHint,
      channel_hint: channel,
      ...(acrValues !== undefined && { acr_values: acrValues }),
    }
    const server = await this._discover()
    const sentAt = Date.now()
    const reply = await this._startEndpoint.post(server, fields, options)
    return challengeFrom(this._settings, reply, { call: 'start', loginHint, channel, sentAt })
  }

  /**
   * Asks for a second factor, after {@link complete} has said `mfa_required`.
   *
   * @returns the challenge that now waits for its user
   * @throws {OktaOobError}
   */
  async challenge(request: ChallengeRequest): Promise<Challenge> {
    const { loginHint, mfaToken, channel, ...options } = request
    const { acrValues } = this._settings
    const server = await this._discover()
    const fields = {
      mfa_token: mfaToken,
      challenge_types_supported: mfaGrants([channel]).join(' '),
      ...(channel !== 'otp' && { channel_hint: channel }),
      ...(acrValues !== undefined && { acr_values: acrValues }),
    }
    const url = endpointBeside(server, 'challenge')
    const sentAt = Date.now()
    const reply = await postForm(this._settings, server, url, fields, options)
    const started = { call: 'challenge', loginHint, channel, sentAt } as const
    return { ...challengeFrom(this._settings, reply, started), mfaToken }
  }

  /**
   * Asks Okta once for the tokens of a challenge. Who polls waits `challenge.interval` seconds
   * before each call, and 5 seconds more for good after an answer with `slowDown`.
   *
   * @throws {OktaOobError}; the challenge is over unless the error is `retryable`
   */
  async complete(challenge: Challenge, request: CompleteRequest = {}): Promise<Completion> {
    const { clientId, idTokenSignedResponseAlg, secondFactors } = this._settings
    if (!this.owns(challenge)) {
      throw new OktaOobError('no_challenge')
    }
    const typed = challenge.bindingMethod === 'prompt'
    if (typed && !request.code) {
      throw new OktaOobError('code_missing', { retryable: true })
    }
    const server = await this._discover()
    const DPoP = await this.dpopHandle()
    const parameters = tokenParameters(challenge, request.code, secondFactors)
    const call: TokenCall = { ...request, poll: !typed, sent: [challenge.loginHint] }
    try {
      const send = (): Promise<Tokens> =>
        tokenCalls.run(call, (mark) =>
          genericGrantRequest(
            server.config,
            grantOf(challenge),
            { ...parameters, ...mark },
            DPoP && { DPoP },
          ),
        )
      const tokens = await send().catch((exception: unknown) => {
        // Sent again from here, a poll has a fresh assertion and a fresh proof.
        if (call.poll && findOktaOobError(exception) instanceof BrokenConnection) {
          return send()
        }
        throw exception
      })
      const claims = checkedClaims(tokens, clientId, idTokenSignedResponseAlg)
      return { status: 'complete', claims, tokens }
    } catch (exception) {
      if (hasTokens(call.answer)) {
        // A configuration keeps its keys for minutes: wrong ones would fail every sign-in until then.
        server.config = configure(this._settings, server.metadata, 'token_endpoint')
      }
      return judge(exception, call)
    }
  }

  /**
   * Polls, politely, until the user has answered the push or its time is over. Faults that pass
   * are waited out.
   *
   * @throws {OktaOobError}, or the reason of the `signal`
   */
  wait(challenge: Challenge, options: CallOptions = {}): Promise<Answered> {
    return waitFor(challenge, () => this.complete(challenge, options), options.signal)
  }

  /** What every challenge of this client is started with, and must be completed with. */
  get terms(): Terms {
    return termsOf(this._settings)
  }

  /** Whether a challenge was started with the server, client, scope and policy of this client. */
  owns({ issuer, clientId, scope, acrValues }: Challenge): boolean {
    const own = this._settings
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
   */
  async dpopHandle(): Promise<DPoPHandle | undefined> {
    const { dpop } = this._settings
    if (dpop === false) {
      return undefined
    }
    const { config } = await this._discover()
    this._dpop ??= Promise.resolve(dpop === true ? randomDPoPKeyPair() : dpop).then((keyPair) =>
      getDPoPHandle(config, keyPair),
    )
    return this._dpop
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
