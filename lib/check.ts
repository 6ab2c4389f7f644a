/** @throws {TypeError} naming the option, unless the condition holds */
export function check(condition: boolean, option: string, problem: string): asserts condition {
  if (!condition) {
    throw new TypeError(`passport-okta-oob: option "${option}" ${problem}`)
  }
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
