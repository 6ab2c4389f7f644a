// One request of a browser in, one result out: the steps, the host port, verify, the cross-site rule.
export { keep } from './challenge-slot.ts'
export type { OnError } from './faults.ts'
export { field, readReturnTo } from './fields.ts'
export {
  checkCompleteOptions,
  checkKeepSessionInfo,
  checkRedirects,
  jsonResponse,
  makeHandler,
  redirectResponse,
  retryAfterHeader,
  wantsJson,
} from './handler.ts'
export type {
  CompleteOptions,
  Handler,
  HandlerRedirects,
  HandlerResult,
  OktaOobAnswer,
  Redirects,
  Step,
} from './handler.ts'
export type {
  HostRequest,
  SessionPort,
  SessionShelf,
  SignInRequest,
  SignInResponse,
} from './host-port.ts'
export { readStrategyOptions } from './options.ts'
export type {
  BeforeStart,
  OktaOobStrategyOptions,
  StrategySettings,
  VerifyArguments,
} from './options.ts'
export type { Cancelled, Info, SignInResult } from './sign-in-result.ts'
export { SignIn } from './sign-in.ts'
export type { StepName } from './sign-in.ts'
export type { Waits } from './steps/check-send-limits.ts'
export { makeClient, Tenants } from './tenants.ts'
export type { Resolve } from './tenants.ts'
export type {
  AnyVerify,
  Verify,
  VerifyDone,
  VerifyWithRequest,
  VerifyWithRequestAndTokens,
  VerifyWithTokens,
} from './verify.ts'
