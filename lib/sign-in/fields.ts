import { OktaOobError } from '../errors.ts'
import type { SignInRequest } from './host-port.ts'
import { trimBlank } from './typed-text.ts'

/** A field of the body, and never of the query string, which ends up in logs. */
export function field({ body }: SignInRequest, name: string): unknown {
  return typeof body === 'object' && body !== null && Object.hasOwn(body, name)
    ? (body as Record<string, unknown>)[name]
    : undefined
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

/**
 * A code without the blanks around it; `undefined` when nothing else was typed.
 *
 * @throws {OktaOobError} `code_invalid` for something else than a string
 */
export function readTypedCode(value: unknown): string | undefined {
  if (value === undefined) {
    return undefined
  }
  if (typeof value !== 'string' || value.length > 256) {
    throw new OktaOobError('code_invalid')
  }
  return trimBlank(value) || undefined
}

/**
 * A path of this app to go to after signing in. Anything that a browser could take for another
 * origin (`//host`, `/\host`, tabs and line breaks, which it drops) is ignored.
 */
export function readReturnTo(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 2048 || !/^\/[^\\\p{Cc}]*$/u.test(value)) {
    return undefined
  }
  const base = 'https://app.invalid'
  return URL.canParse(value, base) && new URL(value, base).origin === base ? value : undefined
}
