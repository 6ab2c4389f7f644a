import { check, isText, type OktaOobClientOptions } from './okta/options.ts'
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
  /** Further origins, such as `https://www.example.com`, that may post to the sign-in routes. */
  origins?: readonly string[] | undefined
  /** Sends the browser's User-Agent, Accept-Language and address along to Okta. */
  forwardClientContext?: boolean | undefined
  /** Finds the Okta of each request, in the place of this object's own client options. */
  resolve?: Resolve | undefined
  /** Where the challenge is kept in the session. Default: `okta-oob:<issuer>:<client id>`. */
  sessionKey?: string | undefined
}

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
  forwardClientContext: boolean
  origins: readonly string[]
  sessionKey: string | undefined
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
    forwardClientContext = false,
    origins = [],
    sessionKey,
    resolve,
    ...clientOptions
  } = options
  check(
    Array.isArray(channels) &&
      channels.length > 0 &&
      channels.every((channel) => knownChannels.includes(channel)),
    'channels',
    `must be a list of ${knownChannels.join(', ')}`,
  )
  const fields = { usernameField, channelField, codeField }
  for (const [name, value] of Object.entries(fields)) {
    check(isText(value), name, 'must be the name of a field')
  }
  check(new Set(Object.values(fields)).size === 3, 'codeField', 'must differ from the other fields')
  const flags = {
    passReqToCallback,
    passTokensToCallback,
    requireNumberChallenge,
    forwardClientContext,
  }
  for (const [name, value] of Object.entries(flags)) {
    check(typeof value === 'boolean', name, 'must be true or false')
  }
  check(
    Array.isArray(origins) && origins.every((origin) => isOrigin(origin)),
    'origins',
    'must be a list of origins such as "https://www.example.com"',
  )
  check(sessionKey === undefined || isText(sessionKey), 'sessionKey', 'must be a string')
  check(
    resolve === undefined || typeof resolve === 'function',
    'resolve',
    'must be a function of the request',
  )
  const [misplaced] = resolve ? Object.keys(clientOptions) : []
  check(misplaced === undefined, String(misplaced), 'belongs into what resolve returns')
  const settings = { channels, ...fields, ...flags, origins, sessionKey }
  return [settings, resolve ?? clientOptions]
}

function isOrigin(value: unknown): boolean {
  return typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value
}
