import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import {
  Provider,
  type Adapter,
  type AdapterPayload,
  type ClientMetadata,
  type KoaContextWithOIDC,
} from 'oidc-provider'
import type { Directory, User } from './directory.ts'
import { refusals, type Refusal } from './texts.ts'

const oobGrant = 'urn:okta:params:oauth:grant-type:oob'
/** A start travels as a grant of its own, so that oidc-provider authenticates its client too. */
const startGrant = 'urn:stand-in:start'

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
      grant_types: [oobGrant, startGrant],
    })),
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email'] },
    clientAuthMethods: [
      'none',
      'client_secret_basic',
      'client_secret_post',
      'client_secret_jwt',
      'private_key_jwt',
    ],
    conformIdTokenClaims: false,
    cookies: { keys: ['stand-in'] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_ctx, id) => {
      const user = directory.users.find((candidate) => subjectOf(candidate) === id)
      return user && { accountId: id, claims: () => claimsOf(user) }
    },
    jwks: { keys },
    routes: { jwks: `${path}/keys`, token: `${path}/token`, userinfo: `${path}/userinfo` },
    ttl: { AccessToken: 3600, IdToken: 3600, Grant: 3600 },
  })
  provider.use(async (ctx, next) => {
    await next()
    speakLikeOkta(ctx)
  })
  provider.registerGrantType(
    startGrant,
    (ctx) => {
      const { login_hint: loginHint, channel_hint: channel } = parametersOf(ctx)
      answer(ctx, directory.start(clientOf(ctx).clientId, loginHint, channel))
    },
    ['login_hint', 'channel_hint'],
  )
  provider.registerGrantType(
    oobGrant,
    async (ctx) => {
      const { oob_code: oobCode, binding_code: code, scope = 'openid' } = parametersOf(ctx)
      const redeemed = directory.redeem(clientOf(ctx).clientId, oobCode, code)
      answer(
        ctx,
        'error' in redeemed ? redeemed : await issueTokens(provider, ctx, redeemed, scope),
      )
    },
    ['oob_code', 'binding_code', 'scope'],
  )
  return provider
}

/** Turns a request to `/oob-authenticate` into one to `/token`, before anyone has read its body. */
export function rewriteStart(req: IncomingMessage & { originalUrl?: string }): void {
  const grant = Buffer.from(`grant_type=${encodeURIComponent(startGrant)}&`)
  req.unshift(grant)
  req.headers['content-length'] = String(Number(req.headers['content-length']) + grant.length)
  req.url = toTokenRoute(req.url)
  req.originalUrl = toTokenRoute(req.originalUrl)
}

function toTokenRoute(url = ''): string {
  return url.replace(/oob-authenticate$/, 'token')
}

async function issueTokens(
  provider: Provider,
  ctx: KoaContextWithOIDC,
  user: User,
  scope: string,
): Promise<object> {
  const client = clientOf(ctx)
  const accountId = subjectOf(user)
  const grant = new provider.Grant({ accountId, clientId: client.clientId })
  grant.addOIDCScope(scope)
  const grantId = await grant.save()
  const accessToken = new provider.AccessToken({ accountId, client, grantId, gty: 'oob', scope })
  const access_token = await accessToken.save()
  const idToken = new provider.IdToken(claimsOf(user), { ctx })
  // A setter of oidc-provider's that its types leave out: which claims the token may carry.
  Object.assign(idToken, { scope })
  idToken.set('at_hash', access_token)
  idToken.set('auth_time', Math.floor(Date.now() / 1000))
  const id_token = await idToken.issue({ use: 'idtoken' })
  return { token_type: 'Bearer', expires_in: accessToken.expiration, access_token, scope, id_token }
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

function clientOf(ctx: KoaContextWithOIDC): NonNullable<KoaContextWithOIDC['oidc']['client']> {
  const { client } = ctx.oidc
  if (!client) {
    throw new Error('the token route authenticates its client before any grant runs')
  }
  return client
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
