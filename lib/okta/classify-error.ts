import { OktaOobError, type OktaCause, type OktaOobCode } from '../errors.ts'
import { defaultBackoff, type OktaResponse } from './transport.ts'

/**
 * The call that was answered: a `start`, the `challenge` of a second factor, a `poll` or a `code`
 * at `/token`, `userinfo`, or a public `document`.
 */
export type Call = 'start' | 'challenge' | 'poll' | 'code' | 'userinfo' | 'document'

/** What an answer that is not a success means. */
type Meaning = OktaOobCode | 'slow_down'

interface Row {
  calls?: readonly Call[]
  status?: (status: number) => boolean
  errors?: readonly string[]
  text?: RegExp
  meaning: Meaning
}

const is =
  (...statuses: number[]) =>
  (status: number): boolean =>
    statuses.includes(status)

const rejections = ['invalid_grant', 'oob_rejected', 'invalid_otp']

/**
 * What Okta's own API calls a user that cannot sign in: unknown, locked, not active, not enrolled,
 * denied by a policy, without a phone number that can be reached. No source says that direct
 * authentication answers so; if it does, such a user must not be told apart.
 */
const refusedUsers = [
  4, // Authentication failed
  38, // Not allowed in the user's current status
  57, // Denied due to a policy
  58, // The policy requires MFA
  64, // Password is expired
  69, // User locked
  85, // No permission to access the account at this time
  92, // The policy requires re-authentication
  95, // Unknown user
  97, // No verified phone number
  98, // Invalid phone number
  99, // Phone number of a country that is not allowed
  117, // Inactive user
  119, // Account locked
  140, // The phone's owner has opted out
  154, // Factor not active
  155, // User not active
  156, // The user does not exist or has been deleted
  180, // Factor suspended
  207, // Incorrect username
].map((number) => `E${String(number).padStart(7, '0')}`)

/**
 * The first row that fits decides. Okta gives one `error` several meanings (`invalid_grant` is a
 * rate limit, a wrong code, a refusal and an unknown user), so the status, the call and, in one
 * row, the text decide with it. Texts change between Okta's releases: only a short core is matched.
 *
 * @see https://developer.okta.com/docs/reference/error-codes/
 */
const table: readonly Row[] = [
  { status: is(429), meaning: 'rate_limited' },
  { status: (status) => status < 400, meaning: 'protocol_error' },
  {
    calls: ['poll', 'code'],
    errors: ['authorization_pending', 'direct_auth_authorization_pending'],
    meaning: 'authorization_pending',
  },
  { calls: ['poll', 'code'], errors: ['slow_down'], meaning: 'slow_down' },
  { errors: ['slow_down'], meaning: 'rate_limited' },
  { calls: ['poll', 'code'], errors: ['mfa_required'], meaning: 'mfa_required' },
  { errors: ['use_dpop_nonce', 'invalid_dpop_proof'], meaning: 'configuration_error' },
  { calls: ['start', 'challenge'], errors: rejections, meaning: 'access_denied' },
  { calls: ['start', 'challenge'], errors: refusedUsers, meaning: 'access_denied' },
  // "Not found: Resource not found: alice@example.com (User)"; other resources are the set-up's.
  {
    calls: ['start', 'challenge'],
    errors: ['E0000007'],
    text: /\(User\)/i,
    meaning: 'access_denied',
  },
  // The username is the one value of a start that is not the app's; it is never left out.
  {
    calls: ['start', 'challenge'],
    errors: ['invalid_request'],
    text: /^(?!.*required).*login_hint/is,
    meaning: 'access_denied',
  },
  // A user's limits of texts and calls, which are a 403 in older releases.
  { errors: ['E0000150', 'E0000151'], meaning: 'rate_limited' },
  { calls: ['poll'], errors: rejections, meaning: 'challenge_denied' },
  { calls: ['code'], errors: rejections, meaning: 'incorrect_code' },
  {
    calls: ['challenge', 'poll', 'code'],
    status: is(403),
    errors: ['access_denied'],
    text: /has expired/i,
    meaning: 'challenge_expired',
  },
  {
    calls: ['challenge', 'poll', 'code'],
    errors: ['expired_token'],
    meaning: 'challenge_expired',
  },
  {
    // A document is public: what it says is not about a user.
    calls: ['start', 'challenge', 'poll', 'code'],
    errors: ['access_denied'],
    meaning: 'access_denied',
  },
  { errors: ['temporarily_unavailable'], meaning: 'upstream_unavailable' },
  { status: (status) => status >= 500, meaning: 'upstream_unavailable' },
  {
    errors: [
      'invalid_client',
      'unauthorized_client',
      'unsupported_grant_type',
      'invalid_scope',
      'consent_required',
      'invalid_request',
      'server_error',
    ],
    meaning: 'configuration_error',
  },
  { status: is(401, 404), meaning: 'configuration_error' },
  // A token that Okta has just issued does not have the scope.
  { calls: ['userinfo'], status: is(403), meaning: 'configuration_error' },
  { calls: ['start', 'challenge'], status: is(405, 410), meaning: 'configuration_error' },
]

const knownErrors = new Set(table.flatMap(({ errors = [] }) => errors))

/** What an answer means that is not a success. Only `/token` asks a client to slow down. */
export function classifyError(
  response: OktaResponse,
  call: Exclude<Call, 'poll' | 'code'>,
): OktaOobCode
export function classifyError(response: OktaResponse, call: Call): Meaning
export function classifyError(response: OktaResponse, call: Call): Meaning {
  const { error, error_description: text } = causeOf(response)
  const match = table.find(
    (row) =>
      (!row.calls || row.calls.includes(call)) &&
      (!row.status || row.status(response.status)) &&
      (!row.errors || (error !== undefined && row.errors.includes(error))) &&
      (!row.text || (text !== undefined && row.text.test(text))),
  )
  return match?.meaning ?? 'protocol_error'
}

/** The error that a call ends with; `sent` are the values to blank in Okta's words. */
export function errorFor(
  code: OktaOobCode,
  response: OktaResponse,
  sent: Iterable<string>,
  told: { message?: string; detail?: string } = {},
): OktaOobError {
  const isPassing = code === 'rate_limited' || code === 'upstream_unavailable'
  return new OktaOobError(code, {
    cause: blank(causeOf(response), sent),
    retryable: isPassing || code === 'incorrect_code',
    ...(isPassing && { retryAfter: retryAfter(response) ?? defaultBackoff }),
    ...told,
  })
}

/**
 * Both of Okta's error shapes, `{ error, … }` and `{ errorCode, … }`, occur at every status; that of
 * a token is in a header (RFC 6750 §3).
 */
function causeOf({ status, headers, json }: OktaResponse): OktaCause {
  const inHeader = (name: string): string | undefined =>
    new RegExp(`[ ,]${name}="([^"]*)"`, 'i').exec(headers['www-authenticate'] ?? '')?.[1]
  const texts = {
    error: json?.['error'] ?? json?.['errorCode'] ?? inHeader('error'),
    error_description:
      json?.['error_description'] ?? json?.['errorSummary'] ?? inHeader('error_description'),
    request_id: headers['x-okta-request-id'],
    error_id: json?.['errorId'],
  }
  return {
    status,
    ...Object.fromEntries(Object.entries(texts).filter(([, text]) => typeof text === 'string')),
  }
}

/**
 * Okta's texts echo what they complain about, an `oob_code` or a username among them, and not
 * always as it was typed.
 */
function blank(cause: OktaCause, sent: Iterable<string>): OktaCause {
  const secrets = [...sent]
    .filter((value) => value !== '')
    .toSorted((a, b) => b.length - a.length)
    .map((value) => value.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`))
  const redact = (text: string): string =>
    secrets.length > 0 ? text.replaceAll(new RegExp(secrets.join('|'), 'giu'), '[redacted]') : text
  const { error, error_description: text } = cause
  return {
    ...cause,
    // A username must not make Okta's own codes unreadable.
    ...(error !== undefined && !knownErrors.has(error) && { error: redact(error) }),
    ...(text !== undefined && { error_description: redact(text) }),
  }
}

/**
 * How long Okta wants to be left alone, in seconds. `X-Rate-Limit-Reset` is an epoch second of
 * Okta's clock, so it is compared with the `Date` of the same answer, and not with our clock.
 *
 * @see https://developer.okta.com/docs/reference/rl-best-practices/
 */
export function retryAfter({ headers }: OktaResponse): number | undefined {
  const date = Date.parse(headers['date'] ?? '')
  const reset = Number(headers['x-rate-limit-reset'] ?? NaN)
  const wait = headers['retry-after'] ?? ''
  return [
    reset - date / 1000,
    /^\d+$/.test(wait) ? Number(wait) : (Date.parse(wait) - date) / 1000,
  ].find((candidate) => Number.isFinite(candidate))
}
