import { bothShapes, expectOutcome, type Call, type Expected } from '../support/outcome.ts'
import type { OktaAnswer } from '../support/waiting.ts'

type Row = Partial<Record<Call, Expected>>
type Headers = Record<string, string>

/** The stand-in interval of a push is 2 s; of a text, which is not polled, the default of 5 s. */
const pending = (retryAfter: number): Expected => ({ code: 'authorization_pending', retryAfter })
const limited = (retryAfter: number): Expected => ({ code: 'rate_limited', retryAfter })
const ended = (code: Expected['code']): Expected => ({ code, over: true })
const everywhere = (start: Expected): Row => ({
  start,
  poll: { ...start, over: true },
  code: { ...start, over: true },
})

const rateLimited = (seconds: number): Row => ({
  start: limited(seconds),
  poll: pending(Math.max(2, seconds)),
  code: limited(seconds),
})
const unavailable = (seconds: number): Row => ({
  start: { code: 'upstream_unavailable', retryAfter: seconds },
  poll: pending(Math.max(2, seconds)),
  code: { code: 'upstream_unavailable', retryAfter: seconds },
})
const misconfigured = everywhere({ code: 'configuration_error' })
const notUnderstood = everywhere({ code: 'protocol_error' })
const denied = everywhere({ code: 'access_denied' })
const rejected: Row = {
  start: { code: 'access_denied' },
  poll: ended('challenge_denied'),
  code: { code: 'incorrect_code' },
}
const expired: Row = { poll: ended('challenge_expired'), code: ended('challenge_expired') }
const waits: Row = { start: { code: 'protocol_error' }, poll: pending(2), code: pending(5) }

const date = 'Tue, 01 Sep 2026 10:00:00 GMT'
const reset = (seconds: number) => String(Date.parse(date) / 1000 + seconds)

/** Answers that name an error: each comes in both of Okta's shapes. */
const named: [status: number, error: string, text: string, Row, Headers?][] = [
  [429, 'invalid_grant', 'API call exceeded rate limit due to too many requests.', rateLimited(5)],
  [429, 'authorization_pending', 'any body', rateLimited(5)],
  [
    429,
    'E0000047',
    'resets in 42 seconds by the clock of Okta',
    rateLimited(42),
    { date, 'x-rate-limit-reset': reset(42) },
  ],
  [429, 'E0000047', 'reset is past', rateLimited(1), { date, 'x-rate-limit-reset': reset(-3) }],
  [429, 'E0000047', 'Retry-After in seconds', rateLimited(30), { 'retry-after': '30' }],
  [
    429,
    'E0000047',
    'Retry-After as a date',
    rateLimited(20),
    { date, 'retry-after': 'Tue, 01 Sep 2026 10:00:20 GMT' },
  ],
  [302, 'authorization_pending', 'a redirect', notUnderstood, { location: 'https://evil.test/' }],
  [400, 'authorization_pending', 'No user response received', waits],
  [400, 'direct_auth_authorization_pending', '', waits],
  [400, 'slow_down', 'Slow down', { start: limited(5), poll: pending(7), code: pending(5) }],
  [403, 'mfa_required', 'no mfa_token', notUnderstood],
  [400, 'use_dpop_nonce', 'requires nonce', misconfigured, { 'dpop-nonce': 'n-1' }],
  [400, 'invalid_dpop_proof', 'The DPoP proof JWT header is missing.', misconfigured],
  [400, 'invalid_grant', 'User rejected out-of-band authentication prompt.', rejected],
  [400, 'oob_rejected', '', rejected],
  [400, 'invalid_otp', '', rejected],
  [403, 'access_denied', "'ft1' has expired. Use a new 'oob_code' and try again.", expired],
  [400, 'expired_token', 'The device code has expired.', expired],
  [403, 'access_denied', 'outside the client’s permitted network zones.', denied],
  [400, 'access_denied', "User isn't assigned to the client app.", denied],
  [400, 'temporarily_unavailable', '', unavailable(5)],
  [500, 'server_error', 'Failed to initiate out-of-band authentication.', unavailable(5)],
  [503, 'E0000010', 'read-only mode', unavailable(17), { 'retry-after': '17' }],
  [401, 'invalid_client', 'No client credentials found.', misconfigured],
  [
    401,
    'invalid_client',
    'with a challenge for credentials',
    misconfigured,
    { 'www-authenticate': 'Basic realm="okta"' },
  ],
  [400, 'invalid_client', 'Invalid value for `client_id` parameter', misconfigured],
  [400, 'unauthorized_client', '', misconfigured],
  [400, 'unsupported_grant_type', '', misconfigured],
  [400, 'invalid_scope', '', misconfigured],
  [400, 'consent_required', '', misconfigured],
  [400, 'invalid_request', "The required parameter 'scope' is missing.", misconfigured],
  [403, 'server_error', 'The requested feature is not enabled.', misconfigured],
  [401, 'E0000011', 'Invalid token provided', misconfigured],
  [404, 'E0000007', 'Not found: Resource not found', misconfigured],
  [400, 'mfa_not_required', '', notUnderstood],
  [400, 'brand_new_error', '', notUnderstood],
]

/** Answers that name none. */
const html = '<!doctype html><title>Okta</title>'
const nameless: [title: string, OktaAnswer, Row][] = [
  ['a 429 without a body', { status: 429, body: '' }, rateLimited(5)],
  ['a 200 that is HTML', { status: 200, body: html }, notUnderstood],
  ['a 200 that is an array', { status: 200, body: [] }, notUnderstood],
  ['a 200 without tokens', { status: 200, body: { error: 'slow_down' } }, notUnderstood],
  ['a 204', { status: 204, body: '' }, notUnderstood],
  ['a 502 that is HTML', { status: 502, body: html }, unavailable(5)],
  ['a 401 without a body', { status: 401, body: '' }, misconfigured],
  ['a 404 that is HTML', { status: 404, body: html }, misconfigured],
  ['a 400 without a body', { status: 400, body: '' }, notUnderstood],
  ['a 403 that is HTML', { status: 403, body: html }, notUnderstood],
  [
    'an error beside a token',
    { status: 400, body: { error: 'authorization_pending', access_token: 'x' } },
    waits,
  ],
  ['an error that is not text', { status: 400, body: { error: ['slow_down'] } }, notUnderstood],
  ['a 503 of 256 KiB', { status: 503, body: ' '.repeat(262_144) }, unavailable(5)],
  ['a 503 over 256 KiB', { status: 503, body: ' '.repeat(262_145) }, notUnderstood],
  [
    'a 405',
    { status: 405, body: '' },
    { ...notUnderstood, start: { code: 'configuration_error' } },
  ],
  [
    'a 410',
    { status: 410, body: '' },
    { ...notUnderstood, start: { code: 'configuration_error' } },
  ],
]

const supported = ['http://auth0.com/oauth/grant-type/mfa-otp']

for (const call of ['start', 'poll', 'code'] as const) {
  describe(`What Okta’s answer to a ${call} means`, () => {
    for (const [status, error, text, { [call]: expected }, headers = {}] of named) {
      if (!expected) {
        continue
      }
      for (const [shape, body] of bothShapes) {
        it(`${status} ${shape}=${error} (${text}): ${expected.code}`, async () => {
          await expectOutcome(call, { status, body: body(error, text), headers }, expected)
        })
      }
    }

    for (const [title, answer, { [call]: expected }] of nameless) {
      // A start that is answered 200 is read by rules of its own.
      if (expected && !(call === 'start' && answer.status === 200)) {
        it(`${title}: ${expected.code}`, async () => {
          await expectOutcome(call, answer, expected)
        })
      }
    }
  })
}

describe('A second factor that Okta asks for', () => {
  for (const call of ['poll', 'code'] as const) {
    for (const status of [400, 403]) {
      for (const [shape, body] of bothShapes) {
        it(`ends a ${call} with what is supported: ${status} ${shape}`, async () => {
          const members = { mfa_token: 'mfa-1', supported_challenge_types: supported }
          await expectOutcome(
            call,
            { status, body: { ...body('mfa_required', 'Verify further.'), ...members } },
            { code: 'mfa_required', supported, over: true },
          )
        })
      }
    }
  }

  it('ends the sign-in, and supports nothing, where Okta does not say what', async () => {
    const body = { error: 'mfa_required', mfa_token: 'mfa-1' }
    await expectOutcome(
      'code',
      { status: 403, body },
      { code: 'mfa_required', supported: [], over: true },
    )
  })

  for (const mfa_token of ['', 7, null]) {
    it(`is not understood with ${JSON.stringify(mfa_token)} for an mfa_token`, async () => {
      const body = { error: 'mfa_required', mfa_token, supported_challenge_types: supported }
      await expectOutcome('poll', { status: 403, body }, { code: 'protocol_error', over: true })
    })
  }
})
