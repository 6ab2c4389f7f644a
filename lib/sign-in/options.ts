import { readLimits, type LimitsOptions, type LimitsSettings } from '../limits/index.ts'
import type { OktaOobClientOptions } from '../okta/index.ts'
import { check, checkList, isText } from '../options.ts'
import { keyedHash, type KeyedHash } from '../random.ts'
import {
  readDeviceCookie,
  type DeviceCookieOptions,
  type DeviceCookieSettings,
} from './device-cookie.ts'
import type { HostRequest } from './host-port.ts'
import type { Resolve } from './tenants.ts'

export interface OktaOobStrategyOptions extends OktaOobClientOptions {
  /** What users may choose; the first is the default. Default: `['push', 'sms', 'voice']`. */
  channels?: readonly string[] | undefined
  /** Names of the body's fields. Defaults: `username`, `channel`, `code`. */
  usernameField?: string | undefined
  channelField?: string | undefined
  codeField?: string | undefined
  /** Refuses a push that Okta starts without a number to pick. */
  requireNumberChallenge?: boolean | undefined
  /**
   * Answers as if every username could sign in, so that nobody learns which ones exist; needs a
   * session that the browser cannot read. Default: true.
   */
  concealUnknownUsers?: boolean | undefined
  /** How often something may happen; `false` leaves only the poll gate. */
  limits?: LimitsOptions | false | undefined
  /**
   * Asked before a message is sent to a user, but after the limit of starts: the place for a
   * CAPTCHA or a risk check. `false` is `access_denied`; an `OktaOobError` that is thrown says more.
   */
  beforeStart?: BeforeStart | undefined
  /**
   * Key of the hash under which users are counted in a store and named in audit events. Default:
   * the client secret; a client without one should have a key, or its hashes can be guessed.
   */
  hashKey?: string | undefined
  /** Tells the usernames to the subscribers of audit events. Default: false. */
  auditUsernames?: boolean | undefined
  /** Refuses POSTs from other sites. Default: true; for apps that do it themselves: false. */
  crossSiteProtection?: boolean | undefined
  /**
   * Further origins that may post to the sign-in routes, such as `https://www.example.com`, or
   * `capacitor://localhost` of an app.
   */
  origins?: readonly string[] | undefined
  /** Sends the browser's User-Agent, Accept-Language and address along to Okta. */
  forwardClientContext?: boolean | undefined
  /** Finds the Okta of each request, instead of client options in this object. */
  resolve?: Resolve | undefined
  /**
   * What to do with a session that the browser keeps in a cookie, and the server does not: `refuse`
   * it before anything is sent, or `allow` it. Default: `refuse`.
   */
  clientSideSessions?: 'refuse' | 'allow' | undefined
  /**
   * The cookie of browsers in which a user has signed in before, which have counters of their own:
   * strangers who know a username cannot use those up. `false` sends none, and none is sent by a
   * client without a secret where there is no `hashKey`. Default: on.
   */
  deviceCookie?: DeviceCookieOptions | false | undefined
  /** Where the challenge is kept in the session. Default: `okta-oob:<issuer>:<client id>`. */
  sessionKey?: string | undefined
}

export type BeforeStart = (
  req: HostRequest,
  start: { loginHint: string; channel: string },
) => boolean | void | Promise<boolean | void>

/** Which further arguments `verify` has; the constructor's overloads type them. */
export interface VerifyArguments {
  passReqToCallback?: boolean
  passTokensToCallback?: boolean
}

export interface StrategySettings {
  channels: readonly string[]
  usernameField: string
  channelField: string
  codeField: string
  passReqToCallback: boolean
  passTokensToCallback: boolean
  requireNumberChallenge: boolean
  concealUnknownUsers: boolean
  forwardClientContext: boolean
  auditUsernames: boolean
  crossSiteProtection: boolean
  origins: readonly string[]
  clientSideSessions: 'refuse' | 'allow'
  deviceCookie: DeviceCookieSettings | undefined
  sessionKey: string | undefined
  limits: LimitsSettings
  beforeStart: BeforeStart
  /** Absent where the client's own hash will do. */
  hash: KeyedHash | undefined
}

const defaultChannels = ['push', 'sms', 'voice']
const knownChannels = [...defaultChannels, 'email']

/**
 * The strategy's own options, and the rest for the client or the way to find one.
 *
 * @throws {TypeError} naming the option that is wrong
 */
export function readStrategyOptions(
  options: OktaOobStrategyOptions & VerifyArguments,
): [StrategySettings, OktaOobClientOptions | Resolve] {
  const {
    channels = defaultChannels,
    usernameField = 'username',
    channelField = 'channel',
    codeField = 'code',
    passReqToCallback = false,
    passTokensToCallback = false,
    requireNumberChallenge = false,
    concealUnknownUsers = true,
    forwardClientContext = false,
    auditUsernames = false,
    crossSiteProtection = true,
    origins = [],
    clientSideSessions = 'refuse',
    deviceCookie,
    sessionKey,
    limits,
    beforeStart = () => {},
    hashKey,
    resolve,
    ...clientOptions
  } = options
  checkList(channels, 'channels', knownChannels)
  const fields = { usernameField, channelField, codeField }
  for (const [name, value] of Object.entries(fields)) {
    check(isText(value), name, 'must be the name of a field')
  }
  check(new Set(Object.values(fields)).size === 3, 'codeField', 'must differ from the other fields')
  const flags = {
    passReqToCallback,
    passTokensToCallback,
    requireNumberChallenge,
    concealUnknownUsers,
    forwardClientContext,
    auditUsernames,
    crossSiteProtection,
  }
  for (const [name, value] of Object.entries(flags)) {
    check(typeof value === 'boolean', name, 'must be true or false')
  }
  check(
    Array.isArray(origins) && origins.every((origin) => isOrigin(origin)),
    'origins',
    'must be a list of origins such as "https://www.example.com"',
  )
  check(
    clientSideSessions === 'refuse' || clientSideSessions === 'allow',
    'clientSideSessions',
    "must be 'refuse' or 'allow'",
  )
  check(sessionKey === undefined || isText(sessionKey), 'sessionKey', 'must be a string')
  check(typeof beforeStart === 'function', 'beforeStart', 'must be a function')
  check(hashKey === undefined || isText(hashKey), 'hashKey', 'must be a string')
  check(
    resolve === undefined || typeof resolve === 'function',
    'resolve',
    'must be a function of the request',
  )
  const [misplaced] = resolve ? Object.keys(clientOptions) : []
  check(misplaced === undefined, String(misplaced), 'belongs into what resolve returns')
  const settings = {
    channels,
    ...fields,
    ...flags,
    origins,
    clientSideSessions,
    deviceCookie: readDeviceCookie(deviceCookie),
    sessionKey,
    limits: readLimits(limits),
    beforeStart,
    hash: hashKey === undefined ? undefined : keyedHash(hashKey),
  }
  return [settings, resolve ?? clientOptions]
}

/** Apps have schemes of their own, such as `capacitor://localhost`, to which URL gives no origin. */
function isOrigin(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) {
    return false
  }
  const { origin, protocol, host } = new URL(value)
  return value === (origin === 'null' && host !== '' ? `${protocol}//${host}` : origin)
}
