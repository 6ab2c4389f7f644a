/** Okta's answers, with the statuses and texts of its error catalogue (release 2026.08.1). */
export interface Refusal {
  status: number
  error: string
  error_description: string
  mfa_token?: string
  supported_challenge_types?: string[]
}

const refusal = (status: number, error: string, error_description: string): Refusal => ({
  status,
  error,
  error_description,
})

export const refusals = {
  missingLoginHint: refusal(400, 'invalid_request', "A 'login_hint' is required for the request."),
  unknownUser: refusal(400, 'invalid_grant', "The 'login_hint' does not uniquely identify a user."),
  notAssigned: refusal(400, 'access_denied', "User isn't assigned to the client app."),
  notEnrolled: refusal(
    403,
    'access_denied',
    'The required authenticator cannot be used. Check if it is required by policy and the user is enrolled in the authenticator and try again.',
  ),
  hintNotSupported: refusal(
    400,
    'invalid_request',
    "'' is not supported as a 'challenge_hint'. Try again with another value.",
  ),
  scopeNotAllowed: refusal(
    400,
    'invalid_scope',
    "The 'scope' parameter is unsupported on this endpoint. Try again without this parameter.",
  ),
  notAssociated: refusal(
    400,
    'invalid_request',
    "The 'oob_code' and the 'mfa_token' provided are not associated with each other. Review the values and try again.",
  ),
  grantsNotSufficient: refusal(
    403,
    'access_denied',
    "The 'grant_types_supported' are not sufficient to satisfy the authentication policy. Configure additional grant types for the client or revise the authentication policy to allow the user to sign-in.",
  ),
  challengeTypeNotSupported: refusal(
    403,
    'access_denied',
    'No supported authenticators are available.',
  ),
  mfaRequired: refusal(
    403,
    'mfa_required',
    'Verify with an additional authenticator to complete the sign-in process.',
  ),
  dpopMissing: refusal(400, 'invalid_dpop_proof', 'The DPoP proof JWT header is missing.'),
  pending: refusal(
    400,
    'authorization_pending',
    'No user response received on the out-of-band authenticator yet. Continue polling to wait for a response.',
  ),
  slowDown: refusal(400, 'slow_down', 'Slow down the polling frequency. Please try again later.'),
  rejected: refusal(400, 'invalid_grant', 'User rejected out-of-band authentication prompt.'),
  wrongCode: refusal(
    400,
    'invalid_grant',
    "The 'otp' provided is either empty or incorrect. Use the correct OTP and try again.",
  ),
  tooManyCodes: refusal(
    429,
    'invalid_grant',
    'API call exceeded rate limit due to too many requests.',
  ),
  badClient: refusal(
    401,
    'invalid_client',
    'The client secret supplied for a confidential client is invalid.',
  ),
  noCredentials: refusal(401, 'invalid_client', 'No client credentials found.'),
  unsupportedGrant: refusal(
    400,
    'unsupported_grant_type',
    'The authorization grant type is not supported by the authorization server.',
  ),
  grantNotAllowed: refusal(
    400,
    'unauthorized_client',
    "The client isn't authorized to use the provided grant type.",
  ),
}

export function unsupportedChannel(channel: string): Refusal {
  return refusal(
    400,
    'invalid_request',
    `'${channel}' is not supported as a 'channel_hint'. Try again with another value.`,
  )
}

export function expired(code: string, what: 'oob_code' | 'mfa_token' = 'oob_code'): Refusal {
  return refusal(403, 'access_denied', `'${code}' has expired. Use a new '${what}' and try again.`)
}

/** The parameters of one sign-in must not change on its way. */
export function changed(name: string, now: string, before: string): Refusal {
  return refusal(
    400,
    name === 'scope' ? 'invalid_scope' : 'invalid_request',
    `The ${name} '${now}' do not match the ${name} requested in the original request '${before}'. Use the originally requested ${name} and try again.`,
  )
}

export function otherClient(clientId: string, original: string): Refusal {
  return refusal(
    401,
    'invalid_client',
    `The client_id '${clientId}' does not match the client_id in the original request '${original}'. Use the original client id and try again.`,
  )
}

/** Okta's other shape of error. */
export const notFound = {
  errorCode: 'E0000022',
  errorSummary: 'The endpoint does not support the provided HTTP method',
  errorLink: 'E0000022',
  errorId: 'oaeStandIn',
  errorCauses: [],
}
