import type { Call, Expected } from './outcome.ts'

type Outcomes = Partial<Record<Call, Expected>>

const ends = (code: Expected['code']): Outcomes => ({
  start: { code },
  poll: { code, over: true },
  code: { code, over: true },
})
const denied = ends('access_denied')
const misconfigured = ends('configuration_error')
/** `mfa_required` without the mfa_token to go on with. */
const notUnderstood = ends('protocol_error')
const rejected: Outcomes = {
  start: { code: 'access_denied' },
  poll: { code: 'challenge_denied', over: true },
  code: { code: 'incorrect_code' },
}
/** Said of a challenge, so never in answer to a start. */
const expired: Outcomes = {
  poll: { code: 'challenge_expired', over: true },
  code: { code: 'challenge_expired', over: true },
}

const pending = (retryAfter: number): Expected => ({ code: 'authorization_pending', retryAfter })
const waits: Outcomes = { start: { code: 'protocol_error' }, poll: pending(2), code: pending(5) }
const limited: Expected = { code: 'rate_limited', retryAfter: 5 }
const unavailable: Expected = { code: 'upstream_unavailable', retryAfter: 5 }
const rateLimited: Outcomes = { start: limited, poll: pending(5), code: limited }
const slower: Outcomes = { start: limited, poll: pending(7), code: pending(5) }
const failing: Outcomes = { start: unavailable, poll: pending(5), code: unavailable }

/**
 * Every error of direct authentication in Okta's catalogue (release 2026.08.1), under Okta's own
 * names for them.
 */
export const catalogue: Record<
  string,
  [status: number, error: string, text: string, outcomes: Outcomes]
> = {
  direct_auth_policy_denied: [
    403,
    'access_denied',
    "User couldn't be signed-in through direct authentication because authentication policy wasn't satisfied.",
    denied,
  ],
  direct_auth_not_challenged_for_required_factor_type: [
    403,
    'access_denied',
    'Unable to prompt for the requested authenticators. Review the Authentication Policy’s requirements or request another authenticator and try again.',
    denied,
  ],
  direct_auth_factor_enrollment_required: [
    403,
    'access_denied',
    'The required authenticator cannot be used. Check if it is required by policy and the user is enrolled in the authenticator and try again.',
    denied,
  ],
  direct_auth_requirements_not_challenged: [
    403,
    'access_denied',
    'The user is not challenged for any authenticators by the current policy.',
    denied,
  ],
  direct_auth_requirements_no_supported_authenticators: [
    403,
    'access_denied',
    'No supported authenticators are available.',
    denied,
  ],
  direct_auth_expired_token: [
    403,
    'access_denied',
    "'en' has expired. Use a new '{1}' and try again.",
    expired,
  ],
  direct_auth_grant_types_supported_not_prompted: [
    403,
    'access_denied',
    "The 'grant_types_supported' 'en' are not sufficient to satisfy the authentication policy. Configure additional grant types for the client or revise the authentication policy to allow the user to sign-in.",
    denied,
  ],
  direct_auth_prompted_grant_type_disabled_for_client: [
    403,
    'access_denied',
    'The grant types required to satisfy sign on policy are disabled for the client.',
    denied,
  ],
  direct_auth_recovery_authenticator_disabled: [
    403,
    'access_denied',
    'Authenticators required by recovery policy are not enabled authenticators.',
    denied,
  ],
  direct_auth_recovery_not_enabled_for_user: [
    403,
    'access_denied',
    'Password recovery is not enabled for the user.',
    denied,
  ],
  direct_auth_recovery_empty_auth_chain: [
    403,
    'access_denied',
    'Recovery policy does not specify any authenticators that can be used for recovery.',
    denied,
  ],
  direct_auth_authorization_pending: [
    400,
    'authorization_pending',
    'No user response received on the out-of-band authenticator yet. Continue polling to wait for a response.',
    waits,
  ],
  expired_token: [400, 'expired_token', 'The device code has expired.', expired],
  direct_auth_invalid_client_id: [
    401,
    'invalid_client',
    "The client_id 'en' does not match the client_id in the original request '{1}'. Use the original client id and try again.",
    misconfigured,
  ],
  user_rate_limited: [
    429,
    'invalid_grant',
    'API call exceeded rate limit due to too many requests.',
    rateLimited,
  ],
  direct_auth_invalid_otp: [
    400,
    'invalid_grant',
    "The 'otp' provided is either empty or incorrect. Use the correct OTP and try again.",
    rejected,
  ],
  direct_auth_oob_reject: [
    400,
    'invalid_grant',
    'User rejected out-of-band authentication prompt.',
    rejected,
  ],
  direct_auth_invalid_login_hint: [
    400,
    'invalid_grant',
    "The 'login_hint' does not uniquely identify a user.",
    rejected,
  ],
  direct_auth_no_pending_challenge: [
    400,
    'invalid_grant',
    'There is no pending WebAuthn challenge for the request.',
    rejected,
  ],
  direct_auth_verification_failure: [
    400,
    'invalid_grant',
    'None of the WebAuthn authenticators the user has enrolled for was able to validate the assertion',
    rejected,
  ],
  direct_auth_invalid_channel_hint: [
    400,
    'invalid_request',
    "'en' is not supported as a 'channel_hint'. Try again with another value.",
    misconfigured,
  ],
  direct_auth_oob_code_not_for_mfa_token: [
    400,
    'invalid_request',
    "The 'oob_code' and the 'mfa_token' provided are not associated with each other. Review the values and try again.",
    misconfigured,
  ],
  direct_auth_invalid_challenge_type: [
    400,
    'invalid_request',
    "en is not supported as a 'challenge_type'. Try again with another value.",
    misconfigured,
  ],
  direct_auth_invalid_grant_type_supported: [
    400,
    'invalid_request',
    "en is not supported as a 'grant_type'. Remove or replace the value and try again.",
    misconfigured,
  ],
  direct_auth_invalid_as_id: [
    400,
    'invalid_request',
    "The authorization server id 'en' in the url_path parameter does not match the authorization server id in the original request '{1}'. Use the original authorization server id and try again.",
    misconfigured,
  ],
  direct_auth_acr_values_changed: [
    400,
    'invalid_request',
    "The acr_values 'en' do not match the acr_values requested in the original request '{1}'. Use the originally requested acr_values and try again.",
    misconfigured,
  ],
  direct_auth_mfa_attestation_with_other_acrs: [
    400,
    'invalid_request',
    'urn:okta:app:mfa:attestation can not be used with any other ACR values.',
    misconfigured,
  ],
  direct_auth_mfa_attestation_requires_client_credentials: [
    400,
    'invalid_request',
    'Client authentication is required for MFA attestation requests.',
    misconfigured,
  ],
  direct_auth_intent_values_changed: [
    400,
    'invalid_request',
    "The intent 'en' does not match the intent requested in the original request '{1}'. Use the originally requested intent and try again.",
    misconfigured,
  ],
  direct_auth_intent_required: [
    400,
    'invalid_request',
    'The intent parameter is required.',
    misconfigured,
  ],
  direct_auth_invalid_intent: [400, 'invalid_request', "'en' is an invalid intent.", misconfigured],
  direct_auth_missing_login_hint: [
    400,
    'invalid_request',
    "A 'login_hint' is required for the request.",
    misconfigured,
  ],
  direct_auth_invalid_challenge_hint: [
    400,
    'invalid_request',
    "'en' is not supported as a 'challenge_hint'. Try again with another value.",
    misconfigured,
  ],
  direct_auth_invalid_webauthn_challenge_data: [
    400,
    'invalid_request',
    "'clientDataJSON' is not a Base64 encoded JSON string containing a 'challenge'.",
    misconfigured,
  ],
  direct_auth_invalid_webauthn_request: [
    400,
    'invalid_request',
    "WebAuthn requests must contain 'authenticatorData', 'clientDataJSON', and 'signature'.",
    misconfigured,
  ],
  direct_auth_webauthn_challenge_not_for_mfa_token: [
    400,
    'invalid_request',
    "The 'challenge' and the 'mfa_token' provided are not associated with each other. Review the values and try again.",
    misconfigured,
  ],
  direct_auth_invalid_scope: [
    400,
    'invalid_scope',
    "The requested scopes 'en' do not match the scopes requested in the original request '{1}'. Use the originally requested scopes and try again.",
    misconfigured,
  ],
  direct_auth_scope_not_allowed: [
    400,
    'invalid_scope',
    "The 'scope' parameter is unsupported on this endpoint. Try again without this parameter.",
    misconfigured,
  ],
  direct_auth_invalid_scope_for_intent: [
    400,
    'invalid_scope',
    "scope 'en' cannot be requested with intent '{1}'.",
    misconfigured,
  ],
  mfa_required: [
    403,
    'mfa_required',
    'Verify with an additional authenticator to complete the sign-in process.',
    notUnderstood,
  ],
  direct_auth_oob_failure: [
    500,
    'server_error',
    'Failed to initiate out-of-band authentication.',
    failing,
  ],
  slow_down: [400, 'slow_down', 'Slow down the polling frequency. Please try again later.', slower],
}
