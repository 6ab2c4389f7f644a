import type { SignInRequest } from '../sign-in/index.ts'
import { rememberedFields } from './remembered-fields.ts'

/**
 * Whether a request for the challenge's page follows a start, whose page has sent the browser here,
 * and comes without the session in which every start leaves something.
 */
export function hasLostSession(request: SignInRequest): boolean {
  const { headers, mountPath, user } = request
  const { referer = '' } = headers
  const from = URL.canParse(referer) ? new URL(referer).pathname.replace(/\/$/, '') : undefined
  // A proxy may show the app under a longer path than it knows.
  const comesFromStart = from !== undefined && from.endsWith(mountPath.replace(/\/$/, ''))
  return comesFromStart && user === undefined && rememberedFields(request).waitsFor === undefined
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
  process.emitWarning(`A browser has started a sign-in and come back without its session. ${why}`, {
    code: 'OKTA_OOB_COOKIE',
  })
}
