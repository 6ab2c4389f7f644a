/** Forgets what is counted in memory, which all strategies of a process share. */
export function forgetLimits(): void {
  Reflect.deleteProperty(globalThis, Symbol.for('passport-okta-oob.limiters'))
}
