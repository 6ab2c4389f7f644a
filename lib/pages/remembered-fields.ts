import { field, keep, type SignInRequest } from '../sign-in/index.ts'

/**
 * What the user has typed to start, so that it need not be typed again (WCAG 2.2, 3.3.7). It is
 * kept in the session: an address would bring the username into logs and histories. Signing in
 * renews the session without it.
 */
export interface RememberedFields {
  username?: string
  /** The user whose challenge was started last. */
  waitsFor?: string
  channel?: string
  returnTo?: string
}

const key = 'okta-oob-pages'

export function rememberedFields({ session }: SignInRequest): RememberedFields {
  const fields = session?.get(key)
  return typeof fields === 'object' && fields !== null ? fields : {}
}

/**
 * Saved before the answer, or the browser could follow a redirect faster than that.
 *
 * @throws {OktaOobError} `session_failed`
 */
export async function rememberFields(
  request: SignInRequest,
  names: Record<'username' | 'channel' | 'returnTo', string>,
  hasStarted: boolean,
): Promise<void> {
  const { session } = request
  const known = rememberedFields(request)
  const fields: RememberedFields = {
    ...text('username', field(request, names.username)),
    ...text('waitsFor', hasStarted ? field(request, names.username) : known.waitsFor),
    ...text('channel', field(request, names.channel)),
    ...text('returnTo', field(request, names.returnTo)),
  }
  if (session && JSON.stringify(fields) !== JSON.stringify(known)) {
    await keep(session, key, fields)
  }
}

/** No more than what can be a username, a channel or a path. */
function text(name: keyof RememberedFields, value: unknown): RememberedFields {
  return typeof value === 'string' && value !== '' && value.length <= 2048 ? { [name]: value } : {}
}
