import { Agent } from 'node:http'
import { types } from 'node:util'
import { ClientSecretPost, None, type ClientAuth, type CryptoKeyPair } from 'openid-client'
import { check, checkNames, isText } from '../options.ts'
import { keyedHash, type KeyedHash } from '../random.ts'
import { readClientId, readClientSecret, readIssuer } from './pasted-values.ts'
import { sendByFetch, sendByNode, type Fetch, type Send } from './transport.ts'

/** How to reach Okta. What is left out comes from the environment. */
export interface OktaOobClientOptions {
  /**
   * `https://example.okta.com` (org authorization server) or
   * `https://example.okta.com/oauth2/default` (custom one); plain http on loopback hosts only.
   * Default: `OKTA_OAUTH2_ISSUER`.
   */
  issuer?: string | undefined
  /** Default: `OKTA_OAUTH2_CLIENT_ID`. */
  clientID?: string | undefined
  /** Another spelling of `clientID`. */
  clientId?: string | undefined
  /** Default: `OKTA_OAUTH2_CLIENT_SECRET`; without one the client is a public client. */
  clientSecret?: string | undefined
  /** Any `ClientAuth` of openid-client, instead of a `clientSecret`. */
  clientAuthentication?: ClientAuth | undefined
  /** Must contain `openid`. Default: `openid profile`. */
  scope?: string | readonly string[] | undefined
  /** The one algorithm that ID tokens may be signed with. Default: `RS256`. */
  idTokenSignedResponseAlg?: string | undefined
  /**
   * Where a sign-in starts. When Okta no longer has the default, which it has deprecated, the
   * client moves to `primary-authenticate` for good. Email always uses that one.
   */
  startEndpoint?: StartEndpoint | undefined
  /** Space-separated `acr_values`, sent with every call of a sign-in. */
  acrValues?: string | undefined
  /** Second factors this app can handle: channels in the order to try, and authenticator apps. */
  mfa?: { channels?: readonly string[]; otp?: boolean } | undefined
  /** Proves possession of a key (RFC 9449): a fresh pair, or one of the app's. */
  dpop?: boolean | CryptoKeyPair | undefined
  /** Seconds for one call to Okta, headers and body together. Default: 10. */
  timeout?: number | undefined
  /**
   * Merges the claims of `/userinfo` over those of the ID token, whose protocol claims stay: groups,
   * name and mail often come from there only. One more call for each sign-in. Default: false.
   */
  userInfo?: boolean | undefined
  /** How far Okta's clock may be from ours, in seconds, 0 to 300. Default: 60. */
  clockTolerance?: number | undefined
  /**
   * Makes the connections to Okta: for a proxy, a private CA or mutual TLS. An `https.Agent`, or an
   * `http.Agent` for an http issuer. Default: one that keeps idle connections for a minute.
   */
  agent?: Agent | undefined
  /**
   * Lets the issuer be plain http on any host, for test networks; not where `NODE_ENV` is
   * `production`. Default: false.
   */
  allowInsecureRequests?: boolean | undefined
  /** Makes every call to Okta instead of `node:https`; not beside `agent`. */
  fetch?: Fetch | undefined
  /** Told when Okta has no `/oob-authenticate` any more and the client moves to its successor. */
  onFallback?: ((fallback: Fallback) => void) | undefined
}

export type StartEndpoint = 'oob-authenticate' | 'primary-authenticate'

/** The URL that starts went to, and the one that they go to from now on. */
export interface Fallback {
  from: string
  to: string
}

export interface ClientSettings {
  /** Without a trailing slash. */
  issuer: string
  clientId: string
  authentication: ClientAuth
  /** Its key is the client secret, or what there is without one. */
  hash: KeyedHash
  /** Whether its key is a secret. */
  isHashKeyed: boolean
  scope: string
  idTokenSignedResponseAlg: string
  startEndpoint: StartEndpoint
  acrValues: string | undefined
  /** The channels of a second factor, in order, `otp` among them; empty without `mfa`. */
  secondFactors: readonly string[]
  dpop: boolean | CryptoKeyPair
  timeout: number
  userInfo: boolean
  clockTolerance: number
  send: Send
  onFallback: (fallback: Fallback) => void
}

/** The longest `timeout`, in seconds. */
export const maxTimeout = 300

const names: readonly (keyof OktaOobClientOptions)[] = [
  'issuer',
  'clientID',
  'clientId',
  'clientSecret',
  'clientAuthentication',
  'scope',
  'idTokenSignedResponseAlg',
  'startEndpoint',
  'acrValues',
  'mfa',
  'dpop',
  'timeout',
  'userInfo',
  'clockTolerance',
  'allowInsecureRequests',
  'agent',
  'fetch',
  'onFallback',
]

/** @throws {TypeError} naming the option that is wrong or missing */
export function readClientOptions(
  options: OktaOobClientOptions,
  environment: Record<string, string | undefined>,
): ClientSettings {
  checkNames(options, names, 'does not exist')
  const { allowInsecureRequests = false, userInfo = false, clientAuthentication } = options
  const flags = { allowInsecureRequests, userInfo }
  for (const [name, value] of Object.entries(flags)) {
    check(typeof value === 'boolean', name, 'must be true or false')
  }
  check(
    !allowInsecureRequests || process.env['NODE_ENV'] !== 'production',
    'allowInsecureRequests',
    'is for test networks: it cannot be true where NODE_ENV is "production"',
  )
  const issuer = readIssuer(options, environment)
  const clientId = readClientId(options, environment)
  check(
    clientAuthentication === undefined || typeof clientAuthentication === 'function',
    'clientAuthentication',
    'must be a ClientAuth of openid-client',
  )
  check(
    !options.clientSecret || !clientAuthentication,
    'clientSecret',
    'cannot go with clientAuthentication',
  )
  const secret = clientAuthentication
    ? environment['OKTA_OAUTH2_CLIENT_SECRET']
    : readClientSecret(options, environment)

  const scope = readScope(options.scope ?? 'openid profile')
  check(scope !== undefined, 'scope', 'must be a string or an array of strings with "openid"')

  const alg = options.idTokenSignedResponseAlg ?? 'RS256'
  check(
    isText(alg) && /^(?:(?:RS|PS|ES)(?:256|384|512)|EdDSA|Ed25519)$/.test(alg),
    'idTokenSignedResponseAlg',
    'must be an asymmetric JWS algorithm',
  )
  const { startEndpoint = 'oob-authenticate', acrValues, dpop = false } = options
  check(
    ['oob-authenticate', 'primary-authenticate'].includes(startEndpoint),
    'startEndpoint',
    'must be "oob-authenticate" or "primary-authenticate"',
  )
  check(
    acrValues === undefined || (typeof acrValues === 'string' && /^\S+( \S+)*$/.test(acrValues)),
    'acrValues',
    'must be values separated by single spaces',
  )
  check(
    typeof dpop === 'boolean' || isKeyPair(dpop),
    'dpop',
    'must be true, false or a CryptoKeyPair',
  )
  const timeout = options.timeout ?? 10
  check(
    typeof timeout === 'number' && timeout > 0 && timeout <= maxTimeout,
    'timeout',
    `must be seconds between 0 and ${maxTimeout}`,
  )
  const { clockTolerance = 60, agent, fetch, onFallback = () => {} } = options
  check(
    typeof clockTolerance === 'number' && clockTolerance >= 0 && clockTolerance <= 300,
    'clockTolerance',
    'must be seconds between 0 and 300',
  )
  check(fetch === undefined || typeof fetch === 'function', 'fetch', 'must be a function')
  check(agent === undefined || agent instanceof Agent, 'agent', 'must be an https.Agent')
  check(!agent || !fetch, 'agent', 'cannot go with fetch')
  check(typeof onFallback === 'function', 'onFallback', 'must be a function')
  return {
    issuer,
    clientId,
    authentication: clientAuthentication ?? authenticationWith(secret),
    hash: keyedHash(secret || clientId),
    isHashKeyed: Boolean(secret),
    scope,
    idTokenSignedResponseAlg: alg,
    startEndpoint,
    acrValues,
    secondFactors: readSecondFactors(options.mfa),
    dpop,
    timeout,
    userInfo,
    clockTolerance,
    send: fetch ? sendByFetch(fetch) : sendByNode(agent),
    onFallback,
  }
}

/** Only where the constructor has let an http issuer through. */
export function allowsHttp({ issuer }: Pick<ClientSettings, 'issuer'>): boolean {
  return issuer.startsWith('http:')
}

function authenticationWith(clientSecret: string | undefined): ClientAuth {
  return clientSecret ? ClientSecretPost(clientSecret) : None()
}

const secondFactorChannels = ['push', 'sms', 'voice', 'email']

function isKeyPair(value: unknown): boolean {
  const { publicKey, privateKey } = (value ?? {}) as Partial<CryptoKeyPair>
  return types.isCryptoKey(publicKey) && types.isCryptoKey(privateKey)
}

function readSecondFactors(mfa: OktaOobClientOptions['mfa']): readonly string[] {
  if (mfa === undefined) {
    return []
  }
  check(typeof mfa === 'object' && mfa !== null, 'mfa', 'must be an object with channels or otp')
  const { channels = [], otp = false } = mfa
  check(
    Array.isArray(channels) && channels.every((channel) => secondFactorChannels.includes(channel)),
    'mfa',
    `channels must be a list of ${secondFactorChannels.join(', ')}`,
  )
  check(typeof otp === 'boolean', 'mfa', 'otp must be true or false')
  check(channels.length > 0 || otp, 'mfa', 'must name channels, or allow otp')
  return otp ? [...channels, 'otp'] : channels
}

function readScope(scope: unknown): string | undefined {
  const values: unknown[] = Array.isArray(scope) ? scope : [scope]
  const scopes = values.flatMap((value) => (typeof value === 'string' ? value.split(/\s+/) : []))
  return values.every(isText) && scopes.includes('openid')
    ? scopes.filter(Boolean).join(' ')
    : undefined
}
