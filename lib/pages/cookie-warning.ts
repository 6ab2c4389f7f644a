import type { SignInRequest } from '../sign-in/index.ts'

/** Whether a request for the challenge's page follows a start: its page has sent the browser here. */
export function comesFromStart({ headers: { referer = '' }, mountPath }: SignInRequest): boolean {
  const from = URL.canParse(referer) ? new URL(referer).pathname.replace(/\/$/, '') : undefined
  // A proxy may show the app under a longer path than it knows.
  return from !== undefined && from.endsWith(mountPath.replace(/\/$/, ''))
}

let warned = false

/** The user is told to allow cookies, but most often it is the app that has none to keep. */
export function warnOfCookie({ headers }: SignInRequest): void {
  if (warned || process.env['NODE_ENV'] === 'production') {
    return
  }
  warned = true
  const why =
    headers['x-forwarded-proto'] === undefined
      ? 'If its session cookie is `secure`, sign in over https, or use `secure: false` on http.'
      : 'It stands behind a proxy: if its session cookie is `secure`, it needs ' +
        '`app.set("trust proxy", 1)` to know that the browser uses https.'
  process.emitWarning(
    `A browser has started a sign-in and come back without any cookie of this app. ${why}`,
    { code: 'OKTA_OOB_COOKIE' },
  )
}
