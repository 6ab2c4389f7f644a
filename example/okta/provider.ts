// oxlint-disable-next-line typescript/triple-slash-reference -- found by every program that imports this file
/// <reference path="./oidc-provider-internals.d.ts" />
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import {
  Provider,
  type Adapter,
  type AdapterPayload,
  type ClientMetadata,
  type KoaContextWithOIDC,
  type OIDCContext,
} from 'oidc-provider'
import validateDpop, { type DpopProof } from 'oidc-provider/lib/helpers/validate_dpop.js'
import { grants, type Directory } from './directory.ts'
import { refusals, type Refusal } from './texts.ts'
import type { User } from './users.ts'

/** What is no grant at Okta travels as one here, so that oidc-provider authenticates its client. */
const endpointGrants: Record<string, string> = {
  'oob-authenticate': 'urn:stand-in:oob-authenticate',
  'primary-authenticate': 'urn:stand-in:primary-authenticate',
  challenge: 'urn:stand-in:challenge',
}

export interface AuthorizationServerOptions {
  issuer: string
  /** The path of the endpoints below the mount point: Okta's is `/oauth2/v1` or `/v1`. */
  path: string
  directory: Directory
  clients: ClientMetadata[]
  keys: JWK[]
}

export async function makeSigningKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  return { ...(await exportJWK(privateKey)), kid, alg: 'RS256', use: 'sig' }
}

/** An authorization server of Okta's: oidc-provider with the grant that only Okta has. */
export function makeAuthorizationServer({
  issuer,
  path,
  directory,
  clients,
  keys,
}: AuthorizationServerOptions): Provider {
  const provider = new Provider(issuer, {
    adapter: MemoryAdapter,
    clients: clients.map((client) => ({
      redirect_uris: [],
      response_types: [],
      ...client,
      grant_types: ['refresh_token', ...Object.values(grants), ...Object.values(endpointGrants)],
    })),
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username', 'zoneinfo'],
      email: ['email'],
    },
    clientAuthMethods: [
      'none',
      'client_secret_basic',
      'client_secret_post',
      'client_secret_jwt',
      'private_key_jwt',
    ],
    conformIdTokenClaims: false,
    cookies: { keys: ['stand-in'] },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
      revocation: { enabled: true, allowedPolicy: isOwnToken },
      introspection: { enabled: true, allowedPolicy: isOwnToken },
    },
    findAccount: (_ctx, id) => {
      const user = directory.users.find((candidate) => subjectOf(candidate) === id)
      // Okta's ID tokens are thin: some claims of a scope are only to be had from /userinfo.
      const claims = user && { ...claimsOf(user), zoneinfo: 'Europe/London' }
      return claims && { accountId: id, claims: () => claims }
    },
    jwks: { keys },
    routes: {
      introspection: `${path}/introspect`,
      jwks: `${path}/keys`,
      revocation: `${path}/revoke`,
      token: `${path}/token`,
      userinfo: `${path}/userinfo`,
    },
    ttl: { AccessToken: 3600, IdToken: 3600, Grant: 86_400, RefreshToken: 86_400 },
  })
  provider.OIDCContext.prototype.clientJwtAuthExpectedAudience = calledUrl
  provider.use(async (ctx, next) => {
    await next()
    speakLikeOkta(ctx)
  })
  for (const endpoint of ['oob-authenticate', 'primary-authenticate'] as const) {
    provider.registerGrantType(
      endpointGrants[endpoint] ?? '',
      (ctx) => {
        answer(ctx, directory.start({ endpoint, ...parametersOf(ctx), clientId: clientIdOf(ctx) }))
      },
      ['login_hint', 'channel_hint', 'challenge_hint', 'acr_values', 'scope'],
    )
  }
  provider.registerGrantType(
    endpointGrants['challenge'] ?? '',
    (ctx) => {
      answer(ctx, directory.challenge({ ...parametersOf(ctx), clientId: clientIdOf(ctx) }))
    },
    ['mfa_token', 'challenge_types_supported', 'channel_hint', 'acr_values'],
  )
  for (const grant of Object.values(grants)) {
    provider.registerGrantType(
      grant,
      async (ctx) => {
        const dPoP = await validateDpop(provider, ctx)
        if (ctx.oidc.client?.['dpopBoundAccessTokens'] && !dPoP) {
          answer(ctx, refusals.dpopMissing)
          return
        }
        const parameters = parametersOf(ctx)
        const redeemed = directory.redeem({ ...parameters, grant, clientId: clientIdOf(ctx) })
        answer(
          ctx,
          'error' in redeemed
            ? redeemed
            : await issueTokens(provider, ctx, redeemed, parameters['scope'] ?? 'openid', dPoP),
        )
      },
      [
        'oob_code',
        'binding_code',
        'otp',
        'mfa_token',
        'scope',
        'acr_values',
        'grant_types_supported',
      ],
    )
  }
  return provider
}

/** The endpoint that a request was sent to, before it was rewritten. */
const calledEndpoint = Symbol('called endpoint')

type Rewritten = IncomingMessage & { originalUrl?: string; [calledEndpoint]?: string }

/** Turns a request to another endpoint into one to `/token`, before anyone has read its body. */
export function rewriteToToken(req: Rewritten, endpoint: string): void {
  const grant = Buffer.from(`grant_type=${encodeURIComponent(endpointGrants[endpoint] ?? '')}&`)
  req.unshift(grant)
  req.headers['content-length'] = String(Number(req.headers['content-length']) + grant.length)
  req[calledEndpoint] = endpoint
  req.url = toTokenRoute(req.url)
  req.originalUrl = toTokenRoute(req.originalUrl)
}

function toTokenRoute(url = ''): string {
  return url.replace(/[a-z-]+$/, 'token')
}

/** Okta takes an assertion only for the very URL that is called, and not for the issuer. */
function calledUrl(this: OIDCContext & { ctx?: { req: Rewritten } }): Set<string> {
  const endpoint = this.ctx?.req[calledEndpoint]
  const url = this.urlFor(this.route)
  return new Set([endpoint ? url.replace(/token$/, endpoint) : url])
}

async function issueTokens(
  provider: Provider,
  ctx: KoaContextWithOIDC,
  user: User,
  scope: string,
  dPoP: DpopProof | undefined,
): Promise<object> {
  const { client } = ctx.oidc
  if (!client) {
    throw new Error('the token route authenticates its client before any grant runs')
  }
  const accountId = subjectOf(user)
  const grant = new provider.Grant({ accountId, clientId: client.clientId })
  grant.addOIDCScope(scope)
  const grantId = await grant.save()
  const accessToken = new provider.AccessToken({ accountId, client, grantId, gty: 'oob', scope })
  if (dPoP) {
    accessToken.setThumbprint('jkt', dPoP.thumbprint)
  }
  const access_token = await accessToken.save()
  const refresh_token = scope.split(' ').includes('offline_access')
    ? await new provider.RefreshToken({ accountId, client, grantId, gty: 'oob', scope }).save()
    : undefined
  const idToken = new provider.IdToken(claimsOf(user), { ctx })
  // A setter of oidc-provider's that its types leave out: which claims the token may carry.
  Object.assign(idToken, { scope })
  idToken.set('at_hash', access_token)
  idToken.set('auth_time', Math.floor(Date.now() / 1000))
  const id_token = await idToken.issue({ use: 'idtoken' })
  const token_type = dPoP ? 'DPoP' : 'Bearer'
  return {
    token_type,
    expires_in: accessToken.expiration,
    access_token,
    scope,
    id_token,
    refresh_token,
  }
}

function answer(ctx: Pick<KoaContextWithOIDC, 'body' | 'status'>, body: object | Refusal): void {
  const { status = 200, ...rest } = body as Partial<Refusal>
  ctx.status = status
  ctx.body = rest
}

/** oidc-provider's own refusals, by their texts, and what Okta says instead. */
const translations = new Map<string | undefined, Refusal>([
  ['client authentication failed', refusals.badClient],
  ['no client authentication mechanism provided', refusals.noCredentials],
  ['requested grant type is not allowed for this client', refusals.grantNotAllowed],
  ['unsupported grant_type requested', refusals.unsupportedGrant],
])

function speakLikeOkta(ctx: Pick<KoaContextWithOIDC, 'body' | 'status' | 'remove'>): void {
  const { error_description: text } = (ctx.body ?? {}) as Partial<Refusal>
  const refusal = translations.get(text)
  if (refusal) {
    answer(ctx, refusal)
    ctx.remove('WWW-Authenticate')
  }
}

function parametersOf(ctx: KoaContextWithOIDC): Record<string, string | undefined> {
  return (ctx.oidc.params ?? {}) as Record<string, string | undefined>
}

function isOwnToken(_ctx: unknown, client: { clientId: string }, token: object): boolean {
  return 'clientId' in token && token.clientId === client.clientId
}

function clientIdOf(ctx: KoaContextWithOIDC): string {
  return ctx.oidc.client?.clientId ?? ''
}

function subjectOf({ username }: User): string {
  return `00u${createHash('sha256').update(username).digest('hex').slice(0, 17)}`
}

function claimsOf(user: User): { sub: string; [claim: string]: string } {
  return {
    sub: subjectOf(user),
    name: user.name,
    preferred_username: user.username,
    email: user.username,
  }
}

/** oidc-provider's storage; a stand-in forgets everything when it stops. */
class MemoryAdapter implements Adapter {
  readonly #entries = new Map<string, AdapterPayload>()

  async upsert(id: string, payload: AdapterPayload): Promise<void> {
    this.#entries.set(id, payload)
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return this.#entries.get(id)
  }

  async destroy(id: string): Promise<void> {
    this.#entries.delete(id)
  }

  async findByUserCode(): Promise<undefined> {}
  async findByUid(): Promise<undefined> {}
  async consume(): Promise<void> {}
  async revokeByGrantId(): Promise<void> {}
}
