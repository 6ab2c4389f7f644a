/** Every code an app can meet, with its HTTP status and a message that may be shown to anyone. */
const codes = {
  challenge_started: [401, 'Check your phone to finish signing in.'],
  authorization_pending: [401, 'Still waiting for your approval.'],
  mfa_required: [401, 'Another verification step is needed to sign in.'],
  login_hint_missing: [400, 'Enter your username.'],
  login_hint_invalid: [400, 'Enter a valid username.'],
  channel_not_allowed: [400, 'Choose one of the offered ways to sign in.'],
  code_missing: [400, 'Enter the code you received.'],
  code_invalid: [400, 'Enter the code as you received it.'],
  wrong_step: [400, 'This step does not fit the sign-in in progress.'],
  incorrect_code: [401, 'That code is not correct.'],
  challenge_denied: [401, 'The sign-in was not approved.'],
  challenge_expired: [401, 'The sign-in took too long. Start again.'],
  no_challenge: [403, 'There is no sign-in in progress. Start again.'],
  unsupported_media_type: [
    415,
    'Send the fields as application/x-www-form-urlencoded or application/json.',
  ],
  cross_site_request: [403, 'The request came from another site.'],
  number_challenge_required: [403, 'Signing in needs a number challenge. Choose another way.'],
  access_denied: [403, 'Signing in is not possible for this account.'],
  too_many_attempts: [429, 'Too many attempts. Try again later.'],
  rate_limited: [429, 'Too many requests. Try again later.'],
  session_missing: [
    500,
    'OktaOobStrategy requires session support. Did you forget to use express-session middleware?',
  ],
  session_failed: [500, 'The session could not be saved.'],
  configuration_error: [500, 'Sign-in is not set up correctly.'],
  protocol_error: [502, 'Okta gave an answer that could not be understood.'],
  id_token_invalid: [502, 'The ID token from Okta is not valid.'],
  upstream_unavailable: [503, 'Okta cannot be reached at the moment.'],
  limiter_unavailable: [503, 'Sign-in is not available at the moment.'],
  upstream_timeout: [504, 'Okta did not answer in time.'],
} as const

/** A stable code of this package; the README lists what each one means. */
export type OktaOobCode = keyof typeof codes

/** What Okta said, kept on `OktaOobError.cause` with every value of our request blanked. */
export interface OktaCause {
  /** HTTP status of Okta's answer. */
  status: number
  /** `error` of an OAuth body or `errorCode` of an Okta body. */
  error?: string
  /** `error_description` or `errorSummary`. */
  error_description?: string
  /** What Okta's support asks for: the `x-okta-request-id` header and `errorId`. */
  request_id?: string
  error_id?: string
}

interface OktaOobErrorOptions {
  cause?: unknown
  /** Replaces the message of the code; must be safe to show. */
  message?: string
  /** Goes behind the message of the code; must be safe to show. */
  detail?: string | undefined
  /** Seconds until the next try can succeed. */
  retryAfter?: number
  /** How many more codes may be tried. */
  attemptsLeft?: number
  /** The same challenge may be tried again. */
  retryable?: boolean
}

/**
 * Anything that keeps a sign-in from going on. `code` is stable, `status` the HTTP status that fits
 * it (500 and above: the app, the network or Okta), `message` safe to show. `cause` holds what Okta
 * said ({@link OktaCause}) or the error of the network, the session's store or the limiter.
 *
 * @example
 * app.use((error, req, res, next) => {
 *   if (!(error instanceof OktaOobError)) return next(error)
 *   res.status(error.status).json({ code: error.code, message: error.message })
 * })
 */
export class OktaOobError extends Error {
  readonly code: OktaOobCode
  readonly status: number
  /** The same as `status`, under the name of http-errors, which Nest and Koa look at. */
  readonly statusCode: number
  /** Whether `message` is meant for users: true below 500 (http-errors). */
  readonly expose: boolean
  /** Whole seconds, at least 1, until the next try can succeed. */
  readonly retryAfter?: number
  /** How many more codes may be tried, at least 1; `incorrect_code` only. */
  readonly attemptsLeft?: number
  /** True when the challenge can still be used: the fault passes, or another code may be right. */
  readonly retryable: boolean

  constructor(code: OktaOobCode, options: OktaOobErrorOptions = {}) {
    const { detail, message = codes[code][1] } = options
    super(
      detail === undefined ? message : `${message.replace(/\.$/, '')}: ${detail}`,
      options.cause === undefined ? {} : { cause: options.cause },
    )
    this.name = 'OktaOobError'
    this.code = code
    this.status = codes[code][0]
    this.statusCode = this.status
    this.expose = this.status < 500
    this.retryable = options.retryable ?? false
    if (options.retryAfter !== undefined) {
      this.retryAfter = Math.max(1, Math.ceil(options.retryAfter))
    }
    if (options.attemptsLeft !== undefined) {
      this.attemptsLeft = options.attemptsLeft
    }
  }
}

/** The message of a code, for results that are not errors. */
export function messageOf(code: OktaOobCode): string {
  return codes[code][1]
}

/** What a promise resolves to, or the {@link OktaOobError} it rejects with, as a value. */
export async function attempt<T>(call: Promise<T> | T): Promise<T | OktaOobError> {
  try {
    return await call
  } catch (error) {
    if (error instanceof OktaOobError) {
      return error
    }
    throw error
  }
}

/** An error of ours that a library has wrapped. */
export function findOktaOobError(exception: unknown): OktaOobError | undefined {
  if (exception instanceof OktaOobError) {
    return exception
  }
  return exception instanceof Error ? findOktaOobError(exception.cause) : undefined
}

/** Whether an error says no to the user; any other is a fault, of the app, the network or Okta. */
export function isRefusal(error: unknown): error is OktaOobError {
  return error instanceof OktaOobError && error.status < 500
}

/**
 * What was thrown, as an error: Passport and Express take `undefined` for "go on", and Express
 * takes `'route'` for "skip this route".
 */
export function asError(thrown: unknown): Error {
  return typeof thrown === 'object' && thrown !== null
    ? (thrown as Error)
    : new Error(`something else than an error was thrown: ${String(thrown)}`)
}
