// The entry `passport-okta-oob/client`: Okta's calls alone, without Passport, Express or limits.
export { OktaOobClient } from './okta/index.ts'
export { OktaOobError } from './errors.ts'
export type { BindingMethod, Challenge, PinnedParameters } from './challenge.ts'
export type { OktaCause, OktaOobCode } from './errors.ts'
export type {
  CallOptions,
  ChallengeRequest,
  ClientContext,
  CompleteRequest,
  Endpoint,
  Fallback,
  Fetch,
  FinalTokenResult,
  OktaOobClientOptions,
  StartEndpoint,
  StartRequest,
  TokenResult,
  Tokens,
} from './okta/index.ts'
