/** The limits that an app can set or turn off; audit events name them. */
export type Limit =
  | 'codesPerChallenge'
  | 'codesPerUser'
  | 'sends'
  | 'pushes'
  | 'pushPause'
  | 'starts'
  | 'failures'
  | 'budget'

/** @throws {TypeError} naming the option, unless the condition holds */
export function check(condition: boolean, option: string, problem: string): asserts condition {
  if (!condition) {
    throw new TypeError(`passport-okta-oob: option "${option}" ${problem}`)
  }
}

/** @throws {TypeError} unless the list has at least one value, and only allowed ones */
export function checkList(list: unknown, option: string, allowed: readonly string[]): void {
  check(
    Array.isArray(list) && list.length > 0 && list.every((value) => allowed.includes(value)),
    option,
    `must be a list of ${allowed.join(', ')}`,
  )
}

/**
 * @param where completes the sentence "option "x" …" for an option that is not known
 * @throws {TypeError} naming an option that is not among `known`
 */
export function checkNames(
  options: unknown,
  known: readonly string[],
  where: string,
): asserts options is object {
  check(typeof options === 'object' && options !== null, 'options', 'must be an object')
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  check(unknown === undefined, String(unknown), where)
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
