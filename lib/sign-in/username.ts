import { OktaOobError } from '../errors.ts'
import { visibleName } from './typed-text.ts'

/**
 * A username as it is sent: in Unicode's form NFKC and without invisible characters, which pasted
 * ones carry and keyboards of some scripts produce.
 *
 * @throws {OktaOobError} `login_hint_missing` or `login_hint_invalid`
 */
export function readLoginHint(value: unknown): string {
  if (value === undefined) {
    throw new OktaOobError('login_hint_missing')
  }
  if (typeof value !== 'string' || value.length > 1024) {
    throw new OktaOobError('login_hint_invalid')
  }
  const hint = visibleName(value)
  if (hint === '') {
    throw new OktaOobError('login_hint_missing')
  }
  if (hint.length > 254 || /[\p{Cc}\p{Cs}]/u.test(hint)) {
    throw new OktaOobError('login_hint_invalid')
  }
  return hint
}

/**
 * One form for all spellings of a username, to count by and never to send: what differs in case,
 * spaces, invisible characters or Unicode form counts as the same user.
 */
export function normalise(loginHint: string): string {
  return fold(fold(loginHint))
}

/** Whether a username, as it is sent, differs from what it is counted as by upper case only. */
export function isUsual(loginHint: string): boolean {
  return normalise(loginHint) === loginHint.toLowerCase()
}

/** Upper case before lower case folds letters such as "ß" and "ſ". Unicode 16.0, §3.13.3 */
function fold(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/[\s\p{Default_Ignorable_Code_Point}]/gu, '')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
}
