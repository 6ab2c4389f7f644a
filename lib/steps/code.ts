/**
 * The code to send for what a user typed, or `undefined` when it cannot be one. Okta's texts and
 * calls carry digits, which people type with spaces and hyphens; the codes of other channels are
 * opaque and go untouched.
 */
export function readCode(channel: string, typed: string): string | undefined {
  if (channel === 'sms' || channel === 'voice') {
    const digits = typed.replaceAll(/[\s\p{Dash_Punctuation}]/gu, '')
    return /^\d{4,10}$/.test(digits) ? digits : undefined
  }
  return /^\P{Cc}{1,64}$/u.test(typed) ? typed : undefined
}
