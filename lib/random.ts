import { createHmac, randomBytes, randomInt } from 'node:crypto'

// All randomness and all keyed hashes come from here.

/** An identifier that cannot be guessed: 160 bits, as CIBA §7.3 recommends. */
export function newId(): string {
  return randomBytes(20).toString('base64url')
}

/** A random number with this many digits; the first digit may be a zero or not. */
export function newNumber(digits: number, zeroFirst: boolean): string {
  const least = zeroFirst ? 0 : 10 ** (digits - 1)
  return String(randomInt(least, 10 ** digits)).padStart(digits, '0')
}

/** One of the values, moved by up to 20 %, less the more values there are. */
export function oneLike(values: readonly number[]): number {
  const spread = 0.2 / values.length
  return (values[randomInt(values.length)] ?? 0) * (1 + spread * (randomInt(2001) / 1000 - 1))
}

/** Replaces a text, such as a username, by a name that cannot be reversed without the key. */
export type KeyedHash = (text: string) => string

export function keyedHash(key: string): KeyedHash {
  return (text) => createHmac('sha256', key).update(text).digest('base64url').slice(0, 22)
}
