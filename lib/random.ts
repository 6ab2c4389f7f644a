import { randomBytes, randomInt } from 'node:crypto'

// All chance comes from here.

/** A name that nobody can guess: 160 bits, as CIBA §7.3 recommends for an identifier. */
export function newId(): string {
  return randomBytes(20).toString('base64url')
}

/** A number of so many digits; the first one may be a zero or not. */
export function newNumber(digits: number, zeroFirst: boolean): string {
  const least = zeroFirst ? 0 : 10 ** (digits - 1)
  return String(randomInt(least, 10 ** digits)).padStart(digits, '0')
}

/** A value as likely as these: one of them, or one beside it, the closer the more there are. */
export function oneLike(values: readonly number[]): number {
  const spread = 0.2 / values.length
  return (values[randomInt(values.length)] ?? 0) * (1 + spread * (randomInt(2001) / 1000 - 1))
}
