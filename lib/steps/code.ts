/** The code to send for what a user typed, or `undefined` when it cannot be one. */
export function readCode(channel: string, typed: string): string | undefined {
  // Digits are shown, and so typed, in groups.
  const digits = typed.replaceAll(/[\s\p{Dash_Punctuation}]/gu, '')
  const isDigits = /^\d{4,10}$/.test(digits)
  const isOpaque = /^[^\p{Cc}\p{Cs}]{1,64}$/u.test(typed)
  if (isDigits && (channel === 'sms' || channel === 'voice' || channel === 'otp')) {
    return digits
  }
  // Mailed codes mix letters and digits, as hardware keys do; they are case-sensitive and opaque.
  return isOpaque && channel !== 'sms' && channel !== 'voice' ? typed : undefined
}
