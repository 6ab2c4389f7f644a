import { timingSafeEqual } from 'node:crypto'
import { check, checkNames, isText } from '../options.ts'
import { newId, type KeyedHash } from '../random.ts'
import type { SignInRequest } from './host-port.ts'

export interface DeviceCookieOptions {
  /** Default: `okta-oob-device`. */
  name?: string | undefined
  /** Seconds, up to 400 days. Default: 180 days. */
  maxAge?: number | undefined
}

export type DeviceCookieSettings = Required<{
  [K in keyof DeviceCookieOptions]-?: NonNullable<DeviceCookieOptions[K]>
}>

const day = 86_400

/** How many users of one browser are known to it. */
const most = 4

/** @throws {TypeError} naming what is wrong */
export function readDeviceCookie(
  options: DeviceCookieOptions | false | undefined,
): DeviceCookieSettings | undefined {
  if (options === false) {
    return undefined
  }
  checkNames(options ?? {}, ['name', 'maxAge'], 'is not an option of deviceCookie')
  const { name = 'okta-oob-device', maxAge = 180 * day } = options ?? {}
  // RFC 6265, section 4.1.1: a cookie's name is a token.
  check(isText(name) && /^[\w!#$%&'*+.^`|~-]+$/.test(name), 'deviceCookie', 'name must be a token')
  check(
    Number.isSafeInteger(maxAge) && maxAge > 0 && maxAge <= 400 * day,
    'deviceCookie',
    'maxAge must be whole seconds, up to 400 days',
  )
  return { name, maxAge }
}

/**
 * The cookie of a browser in which users have signed in before. It names a random device for each
 * of them, and opens nothing: what a user does there is counted apart, so that strangers who know
 * the username cannot use it up.
 *
 * @see https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
 */
export class DeviceCookie {
  readonly #settings: DeviceCookieSettings
  readonly #hash: KeyedHash

  /** @param hash with a key that nobody can guess, or anyone could make devices */
  constructor(settings: DeviceCookieSettings, hash: KeyedHash) {
    this.#settings = settings
    this.#hash = hash
  }

  /** The device of this browser for a user; `undefined` where it has none, or a forged one. */
  read(request: SignInRequest, user: string): string | undefined {
    return this.#entries(request)
      .map((entry) => this.#deviceOf(entry, user))
      .find((device) => device !== undefined)
  }

  /** Gives the browser a new device for a user who has signed in. */
  renew(request: SignInRequest, user: string): void {
    const others = this.#entries(request).filter(
      (entry) => this.#deviceOf(entry, user) === undefined,
    )
    const id = newId()
    const issued = Math.floor(Date.now() / 1000).toString(36)
    const entry = [id, issued, this.#sign(id, issued, user)].join('.')
    const { name, maxAge } = this.#settings
    request.setCookie(name, [entry, ...others.slice(0, most - 1)].join('~'), maxAge)
  }

  #entries({ headers }: SignInRequest): string[] {
    const prefix = `${this.#settings.name}=`
    const sent = (headers.cookie ?? '').split(/; */).find((cookie) => cookie.startsWith(prefix))
    const entries = sent?.slice(prefix.length).split('~') ?? []
    return entries
      .filter((entry) => /^[\w-]{27}\.[a-z\d]{1,9}\.[\w-]{22}$/.test(entry))
      .slice(0, most)
  }

  #deviceOf(entry: string, user: string): string | undefined {
    const [id = '', issued = '', mac = ''] = entry.split('.')
    const age = Date.now() / 1000 - Number.parseInt(issued, 36)
    const isSigned = timingSafeEqual(Buffer.from(mac), Buffer.from(this.#sign(id, issued, user)))
    return isSigned && age < this.#settings.maxAge ? id : undefined
  }

  #sign(id: string, issued: string, user: string): string {
    return this.#hash(JSON.stringify(['device', id, issued, user]))
  }
}
