import type { Request } from 'express'
import { OktaOobError } from './errors.ts'
import type { ClientContext } from './okta/call-options.ts'

/** A field of the body, and never of the query string, which ends up in logs. */
export function field(req: Request, name: string): unknown {
  const body: unknown = req.body
  return typeof body === 'object' && body !== null && Object.hasOwn(body, name)
    ? (body as Record<string, unknown>)[name]
    : undefined
}

/** @throws {OktaOobError} `login_hint_missing` or `login_hint_invalid` */
export function readLoginHint(value: unknown): string {
  if (value === undefined) {
    throw new OktaOobError('login_hint_missing')
  }
  if (typeof value !== 'string') {
    throw new OktaOobError('login_hint_invalid')
  }
  const hint = value.trim()
  if (hint === '') {
    throw new OktaOobError('login_hint_missing')
  }
  if (hint.length > 254 || /[\p{Cc}\p{Cs}]/u.test(hint)) {
    throw new OktaOobError('login_hint_invalid')
  }
  return hint
}

/** @throws {OktaOobError} `channel_not_allowed` */
export function readChannel(
  value: unknown,
  channels: readonly string[],
  otherwise: string | undefined = channels[0],
): string {
  const wanted = value === undefined || value === '' ? otherwise : value
  const channel = channels.find((allowed) => allowed === wanted)
  if (channel === undefined) {
    throw new OktaOobError('channel_not_allowed')
  }
  return channel
}

/** @throws {OktaOobError} `code_invalid` for something else than a string */
export function readTypedCode(value: unknown): string | undefined {
  if (value === undefined || value === '') {
    return undefined
  }
  if (typeof value !== 'string') {
    throw new OktaOobError('code_invalid')
  }
  return value
}

/**
 * A path of this app to go to after signing in; anything that a browser could take for another
 * origin (`//host`, `/\host`, tabs and line breaks, which it drops) is ignored.
 */
export function readReturnTo(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 2048 || !/^\/[^\\\p{Cc}]*$/u.test(value)) {
    return undefined
  }
  const base = 'https://app.invalid'
  return URL.canParse(value, base) && new URL(value, base).origin === base ? value : undefined
}

/** What Okta may be told of the browser behind a request; Express knows its address. */
export function readClientContext({ headers, ip }: Request): ClientContext {
  return { userAgent: headers['user-agent'], acceptLanguage: headers['accept-language'], ip }
}
