export { OktaOobStrategy, OktaOobStrategy as default } from './strategy.ts'
export type { OktaOobAuthenticateOptions } from './strategy.ts'
export type { BeforeStart, OktaOobStrategyOptions } from './options.ts'
export type { LimiterOptions, LimitsOptions, MakeLimiter, Window } from './limits/options.ts'
export type { AuditEvent, AuditEvents, AuditSubject } from './audit.ts'
export type { OktaOobAnswer, Redirects } from './middleware.ts'
export type { Info } from './result.ts'
export type { Resolve } from './tenants.ts'
export type { CallOptions, ClientContext } from './okta/call-options.ts'
export type {
  Verify,
  VerifyDone,
  VerifyWithRequest,
  VerifyWithRequestAndTokens,
  VerifyWithTokens,
} from './verify.ts'
export type { BindingMethod, Challenge, ChallengeView } from './challenge.ts'
export { OktaOobError } from './errors.ts'
export type { OktaCause, OktaOobCode } from './errors.ts'
export type { Addresses } from './pages/addresses.ts'
export { html, Html } from './pages/html.ts'
export type { HtmlValue } from './pages/html.ts'
export { messages } from './pages/messages.ts'
export type { MessageKey, Messages, OwnMessages } from './pages/messages.ts'
export type { Brand, Color, ColorName, Frame, RoutesOptions } from './pages/options.ts'
export type { EndView, Screen, SignInView, View, Views, WaitingView, Way } from './pages/views.ts'
export { OktaOobClient } from './okta/client.ts'
export type { ChallengeRequest, CompleteRequest, StartRequest } from './okta/client.ts'
export type { Answered, Completion } from './okta/completion.ts'
export type { Endpoint } from './okta/discovery.ts'
export type { OktaOobClientOptions } from './okta/options.ts'
export type { Tokens } from './okta/id-token.ts'
