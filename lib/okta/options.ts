import { Agent } from 'node:http'
import { types } from 'node:util'
import { ClientSecretPost, None, type ClientAuth, type CryptoKeyPair } from 'openid-client'
import { check, checkNames, isText } from '../options.ts'
import { keyedHash, type KeyedHash } from '../random.ts'
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
  /** How far Okta's clock may be from ours, in seconds, 0 to 300. Default: 60. */
  clockTolerance?: number | undefined
  /**
   * Makes the connections to Okta: for a proxy, a private CA or mutual TLS. An `https.Agent`, or an
   * `http.Agent` for an http issuer. Default: one that keeps idle connections for a minute.
   */
  agent?: Agent | undefined
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
  scope: string
  idTokenSignedResponseAlg: string
  startEndpoint: StartEndpoint
  acrValues: string | undefined
  /** The channels of a second factor, in order, `otp` among them; empty without `mfa`. */
  secondFactors: readonly string[]
  dpop: boolean | CryptoKeyPair
  timeout: number
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
  'clockTolerance',
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
  const issuer = options.issuer ?? environment['OKTA_OAUTH2_ISSUER']
  check(isText(issuer), 'issuer', 'or OKTA_OAUTH2_ISSUER is required')
  check(isIssuer(issuer), 'issuer', 'must be an https URL without query (http on loopback only)')

  const clientId = options.clientID ?? options.clientId ?? environment['OKTA_OAUTH2_CLIENT_ID']
  check(isText(clientId), 'clientID', 'or OKTA_OAUTH2_CLIENT_ID is required')
  const aliases = new Set([clientId, options.clientId ?? clientId])
  check(aliases.size === 1, 'clientId', 'differs from clientID')

  const { clientSecret, clientAuthentication } = options
  check(clientSecret === undefined || isText(clientSecret), 'clientSecret', 'must be a string')
  check(
    clientAuthentication === undefined || typeof clientAuthentication === 'function',
    'clientAuthentication',
    'must be a ClientAuth of openid-client',
  )
  check(
    !clientSecret || !clientAuthentication,
    'clientSecret',
    'cannot go with clientAuthentication',
  )

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
  const secret = clientSecret ?? environment['OKTA_OAUTH2_CLIENT_SECRET']
  return {
    issuer: issuer.replace(/\/+$/, ''),
    clientId,
    authentication: clientAuthentication ?? authenticationWith(secret),
    hash: keyedHash(secret || clientId),
    scope,
    idTokenSignedResponseAlg: alg,
    startEndpoint,
    acrValues,
    secondFactors: readSecondFactors(options.mfa),
    dpop,
    timeout,
    clockTolerance,
    send: fetch ? sendByFetch(fetch) : sendByNode(agent),
    onFallback,
  }
}

/** RFC 8252 §8.3: plain http is acceptable only where it does not leave the machine. */
function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]'
}

function isIssuer(issuer: string): boolean {
  if (!URL.canParse(issuer)) {
    return false
  }
  const url = new URL(issuer)
  return (
    (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))) &&
    // An empty query or fragment, which URL drops, would end up in the middle of the endpoints.
    !/[?#@]/.test(issuer)
  )
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
