import { OktaOobError, type OktaCause } from '../errors.ts'

/** Milliseconds between two warnings with the same code. */
const pause = 60_000

/** When each code was warned of last; the app's own errors have none, and share one entry. */
const warnedAt = new Map<string, number>()

/**
 * A process warning `OKTA_OOB_FAULT`, at most one a minute for each code.
 *
 * @param secrets what the request carries and a log must not
 */
export function warnOfFault(
  error: Error,
  secrets: readonly unknown[],
  code: string = error instanceof OktaOobError ? error.code : 'error',
): void {
  const now = Date.now()
  // A clock that is set back must not keep the warnings away for longer.
  if (Math.abs(now - (warnedAt.get(code) ?? -Infinity)) < pause) {
    return
  }
  warnedAt.set(code, now)
  process.emitWarning(`A sign-in has failed. ${blank(describeFault(error), secrets)}`, {
    code: 'OKTA_OOB_FAULT',
    detail:
      'For a minute, others with the same code are not shown. The diagnostics channel ' +
      '"okta-oob:failure" and routes({ onError }) tell of each, and take the place of this warning.',
  })
}

function describeFault(error: Error): string {
  if (error instanceof OktaOobError) {
    const { code, status, message, cause } = error
    const reason = cause === undefined ? '' : ` Cause: ${describe(cause)}`
    return `${code} (${status}): ${message}${reason}`
  }
  const [place] = /^ +at .+$/m.exec(String(error.stack)) ?? []
  return `${error.name || 'Error'}: ${describe(error)}${place === undefined ? '' : ` (${place.trim()})`}`
}

/** What a cause says, and not what else it carries: errors of stores hold commands and sessions. */
function describe(cause: unknown, depth = 3): string {
  if (typeof cause !== 'object' || cause === null) {
    return String(cause)
  }
  if (!(cause instanceof Error) && 'status' in cause) {
    return describeOkta(cause as OktaCause)
  }
  const { reason, message, code, errors, cause: deeper } = cause as Partial<AnyCause>
  // The error of a connection that was tried at several addresses has no message of its own.
  const first = errors?.[0] !== undefined && depth > 0 ? describe(errors[0], depth - 1) : code
  const behind = deeper !== undefined && depth > 0 ? `: ${describe(deeper, depth - 1)}` : ''
  return `${reason || message || first || 'no message'}${behind}`
}

/** What errors of Node.js, of stores and of ours may say. */
interface AnyCause {
  reason: string
  message: string
  code: string
  errors: unknown[]
  cause: unknown
}

function describeOkta({
  status,
  error,
  error_description: text,
  request_id: id,
}: OktaCause): string {
  const said = [error, text].filter(Boolean).join(', ')
  return `Okta answered ${status}${said && ` ${said}`}${id === undefined ? '' : ` (request ${id})`}`
}

/** Longer texts are cut, after everything has been blanked. */
const maxLength = 600

const mail = /[^\s"'(),:;<>@[\]/]+@[^\s"'(),:;<>@[\]/]+\.\p{L}{2,}/gu
/** JWTs, and base64url of 24 bytes and more: other tokens, `oob_code`s, session ids. */
const token = /eyJ[\w.-]+|(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{32,}/g
/** Objects, as JSON or inspected: what stores quote of a session, and validators of a body. */
const contents = /\{[\s\\"']*[\w-]+[\s\\"']*:(?:[^]*\}|[^]*$)/g
const control = /[\p{Cc}\p{Zl}\p{Zp}]+/gu

/**
 * One line of plain text, without the secrets and without what looks like one: the app's callbacks
 * and the stores word their errors as they like.
 */
function blank(text: string, secrets: readonly unknown[]): string {
  const known = secrets.filter((secret) => typeof secret === 'string' && secret !== '')
  const patterns = (known as string[])
    .map((secret) => secret.slice(0, 1024).normalize('NFKC'))
    .toSorted((a, b) => b.length - a.length)
    .map((secret) => secret.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`))
  // As whole words, so that a username of one letter leaves a text that can be read.
  const secret = new RegExp(`(?<![\\p{L}\\p{N}])(?:${patterns.join('|')})(?![\\p{L}\\p{N}])`, 'giu')
  // A username is sent in this form, and an error may have it as it was typed.
  const bare = text.slice(0, 4000).normalize('NFKC').replaceAll(contents, '{…}')
  const blanked = patterns.length > 0 ? bare.replaceAll(secret, '[redacted]') : bare
  const line = blanked
    .replaceAll(mail, '[redacted]')
    .replaceAll(token, '[redacted]')
    .replaceAll(control, ' ')
  return line.length > maxLength ? `${line.slice(0, maxLength)}…` : line
}
