import { randomBytes, randomInt } from 'node:crypto'

// All chance comes from here.

/** A name that nobody can guess: 160 bits, as CIBA §7.3 recommends for an identifier. */
export function newId(): string {
  return randomBytes(20).toString('base64url')
}

/** A number of so many digits, without a zero in front. */
export function newNumber(digits: number): string {
  return String(randomInt(10 ** (digits - 1), 10 ** digits))
}

/** One of the values, stretched or shrunk by up to a tenth. */
export function oneLike(values: readonly number[]): number {
  return (values[randomInt(values.length)] ?? 0) * (0.9 + randomInt(2001) / 10_000)
}
