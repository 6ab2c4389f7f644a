import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose'
import { createHash } from 'node:crypto'
import nock, { type Interceptor, type Scope } from 'nock'

export const accessToken = 'eyJ.access.token'
const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
/** The key that Okta signs with in these tests. */
export const signingKey = privateKey
export const publicJwk: JWK = {
  ...(await exportJWK(publicKey)),
  kid: 'key-1',
  alg: 'RS256',
  use: 'sig',
}

export interface TokenClaims {
  [claim: string]: unknown
}

/** The wire of one Okta authorization server: exact requests in, exact answers out, by nock. */
export class OktaWire {
  readonly issuer: string
  readonly clientId: string
  /** Where the endpoints are: `/oauth2/v1` on the org server, `/oauth2/{id}/v1` on a custom one. */
  readonly path: string
  readonly scope: Scope
  /** Serves the usual keys to tests that are about something else. */
  #usualKeys: Interceptor | undefined

  constructor(issuer = 'https://example.okta.com', clientId = '0oa1client') {
    this.issuer = issuer
    this.clientId = clientId
    const { origin, pathname } = new URL(issuer)
    this.path = pathname === '/' ? '/oauth2/v1' : `${pathname}/v1`
    this.scope = nock(origin)
  }

  get tokenEndpoint(): string {
    return new URL(this.issuer).origin + this.path + '/token'
  }

  metadata(overrides: object = {}): object {
    const origin = new URL(this.issuer).origin
    return {
      issuer: this.issuer,
      authorization_endpoint: `${origin}${this.path}/authorize`,
      token_endpoint: this.tokenEndpoint,
      jwks_uri: `${origin}${this.path}/keys`,
      userinfo_endpoint: `${origin}${this.path}/userinfo`,
      id_token_signing_alg_values_supported: ['RS256'],
      ...overrides,
    }
  }

  discovery(overrides: object = {}): this {
    const { pathname } = new URL(this.issuer)
    const base = pathname === '/' ? '' : pathname
    this.scope.get(`${base}/.well-known/openid-configuration`).reply(200, this.metadata(overrides))
    const keys = nock(new URL(this.issuer).origin).persist().get(`${this.path}/keys`).optionally()
    keys.reply(200, { keys: [publicJwk] })
    this.#usualKeys = keys
    return this
  }

  /** Expects one fetch of these keys, after which there are no others. */
  keys(keys: JWK[] = [publicJwk]): this {
    this.noUsualKeys()
    this.scope.get(`${this.path}/keys`).reply(200, { keys })
    return this
  }

  /** From here on, each fetch of keys must be expected. */
  noUsualKeys(): this {
    if (this.#usualKeys) {
      nock.removeInterceptor(this.#usualKeys)
    }
    return this
  }

  /** Expects exactly this form, name by name, and answers it. */
  post(
    endpoint: 'oob-authenticate' | 'token',
    form: Record<string, string>,
    status: number,
    body: object | string,
    headers: Record<string, string> = {},
  ): this {
    this.scope
      .post(`${this.path}/${endpoint}`, (sent: Record<string, string>) => {
        const names = [...new Set([...Object.keys(sent), ...Object.keys(form)])]
        return names.every((name) => sent[name] === form[name])
      })
      .reply(status, body, { 'content-type': 'application/json', ...headers })
    return this
  }

  claims(overrides: TokenClaims = {}): TokenClaims {
    const now = Math.floor(Date.now() / 1000)
    return {
      iss: this.issuer,
      aud: this.clientId,
      sub: '00u1alice',
      iat: now,
      exp: now + 3600,
      at_hash: createHash('sha256')
        .update(accessToken)
        .digest()
        .subarray(0, 16)
        .toString('base64url'),
      preferred_username: 'alice@example.com',
      ...overrides,
    }
  }

  /** A signed ID token; an override of `undefined` leaves a claim out. */
  async idToken(
    overrides: TokenClaims = {},
    header: { alg?: string; kid?: string; typ?: string } = {},
    key: Parameters<SignJWT['sign']>[0] = signingKey,
  ): Promise<string> {
    return new SignJWT(this.claims(overrides))
      .setProtectedHeader({ alg: 'RS256', kid: 'key-1', ...header })
      .sign(key)
  }

  async tokens(idToken?: string): Promise<object> {
    return {
      token_type: 'Bearer',
      expires_in: 3600,
      access_token: accessToken,
      scope: 'openid profile',
      id_token: idToken ?? (await this.idToken()),
    }
  }
}
