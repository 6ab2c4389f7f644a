import type { OktaCause } from '../errors.ts'

let warned = false

/** A policy that refuses everybody would look like a phone that never rings. */
export function warnOfDecoy(cause: unknown): void {
  if (warned || process.env['NODE_ENV'] === 'production') {
    return
  }
  warned = true
  const { status, error = '', error_description: text = '' } = cause as OktaCause
  process.emitWarning(
    `Okta has refused to start a sign-in (${status} ${error}: ${text}). The browser was shown a ` +
      'decoy that never succeeds, so that nobody learns which usernames exist. The diagnostics ' +
      'channel "okta-oob:decoy" tells of each one; concealUnknownUsers: false tells the browser.',
    { code: 'OKTA_OOB_DECOY' },
  )
}
