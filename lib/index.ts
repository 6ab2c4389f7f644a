export { OktaOobStrategy, OktaOobStrategy as default } from './strategy.ts'
export type { OktaOobAuthenticateOptions } from './strategy.ts'
export { OktaOobClient } from './okta/index.ts'
export { OktaOobError } from './errors.ts'
export { html, Html, messages } from './pages/index.ts'
export type { AuditEvent, AuditEvents, AuditSubject } from './audit.ts'
export type { BindingMethod, Challenge, ChallengeView, PinnedParameters } from './challenge.ts'
export type { OktaCause, OktaOobCode } from './errors.ts'
export type { Limit } from './options.ts'
export type { LimiterOptions, LimitsOptions, MakeLimiter, Window } from './limits/index.ts'
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
export type {
  Addresses,
  Brand,
  Color,
  ColorName,
  EndView,
  Frame,
  HtmlValue,
  MessageKey,
  Messages,
  OwnMessages,
  RoutesOptions,
  Screen,
  SignInView,
  View,
  Views,
  WaitingView,
  Way,
} from './pages/index.ts'
export type {
  BeforeStart,
  Info,
  OktaOobAnswer,
  OktaOobStrategyOptions,
  Redirects,
  Resolve,
  Verify,
  VerifyDone,
  VerifyWithRequest,
  VerifyWithRequestAndTokens,
  VerifyWithTokens,
} from './sign-in/index.ts'
