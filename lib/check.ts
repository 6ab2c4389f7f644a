/** @throws {TypeError} naming the option, unless the condition holds */
export function check(condition: boolean, option: string, problem: string): asserts condition {
  if (!condition) {
    throw new TypeError(`passport-okta-oob: option "${option}" ${problem}`)
  }
}

/** At least one of the values that are allowed. */
export function checkList(list: unknown, option: string, allowed: readonly string[]): void {
  check(
    Array.isArray(list) && list.length > 0 && list.every((value) => allowed.includes(value)),
    option,
    `must be a list of ${allowed.join(', ')}`,
  )
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
