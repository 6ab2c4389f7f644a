// Text as people type and paste it. Sources: Unicode 16.0, UAX #44 (White_Space, Dash, Nd) and
// §5.21 (Default_Ignorable_Code_Point: zero-width, bidirectional and other invisible characters).

const invisible = String.raw`\p{Default_Ignorable_Code_Point}`
const blank = String.raw`\p{White_Space}${invisible}`
const outer = new RegExp(`^[${blank}]+|[${blank}]+$`, 'gu')
/** Japanese keyboards type the prolonged sound mark, which Unicode counts as a letter, for a dash. */
const separators = new RegExp(String.raw`[${blank}\p{Dash}\u30FC\uFF70]`, 'gu')
/** Line and paragraph separators would break a line of a log. */
const unseen = new RegExp(String.raw`[${invisible}\p{Zl}\p{Zp}]`, 'gu')

/** Without white space and invisible characters around it. Slow for texts of many kilobytes. */
export function trimBlank(text: string): string {
  return text.replaceAll(outer, '')
}

/** A name in its usual form (NFKC), which full-width letters do not have, and all of it visible. */
export function visibleName(text: string): string {
  return trimBlank(text.normalize('NFKC').replaceAll(unseen, ''))
}

/** Digits of any script as ASCII digits, without what groups them; other characters stay. */
export function plainDigits(text: string): string {
  return text.replaceAll(separators, '').replaceAll(/\p{Nd}/gu, asciiDigit)
}

/** Unicode has the ten digits of each script in a row, from zero to nine (§4.6). */
function asciiDigit(digit: string): string {
  const codePoint = digit.codePointAt(0) ?? 0
  let first = codePoint
  while (/^\p{Nd}$/u.test(String.fromCodePoint(first - 1))) {
    first -= 1
  }
  return String((codePoint - first) % 10)
}
