/** The user that something is counted for. */
export interface CountedUser {
  /** The hash of a login hint, which all of its spellings have in common. */
  user: string
  /** The hash of an unusual spelling, which Okta may not take for this user. */
  spelling?: string | undefined
  /** A browser in which the user has signed in before; it has counters of its own. */
  device?: string | undefined
  /** A second factor is counted apart: its user has proven the first one. */
  factor: 1 | 2
}

/** Whose counters there are for a user: those of the device, then those that all browsers share. */
export function sharesOf({ device, ...open }: CountedUser): CountedUser[] {
  return device === undefined ? [open] : [{ ...open, device }, open]
}

/** For what both factors have in common. */
export function deviceKeyOf({ user, device }: CountedUser): string {
  return device === undefined ? user : `${user}:${device}`
}

export function userKeyOf(counted: CountedUser): string {
  return keyOf(deviceKeyOf(counted), counted.factor)
}

export function keysOf(counted: CountedUser): string[] {
  const { spelling, factor } = counted
  const own = userKeyOf(counted)
  return spelling === undefined ? [own] : [own, keyOf(spelling, factor)]
}

export function keyOf(name: string, factor: 1 | 2): string {
  return factor === 1 ? name : `${name}:2`
}
