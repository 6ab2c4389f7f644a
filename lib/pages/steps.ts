import type { OnError, SignInRequest, SignInResult, Step, Waits } from '../sign-in/index.ts'
import type { Surroundings } from './views.ts'

/** What the pages need of a strategy. */
export interface Steps {
  start: (request: SignInRequest) => Promise<SignInResult>
  current: (request: SignInRequest) => Promise<SignInResult>
  complete: Step
  resend: Step
  cancel: Step
  /** Has a fault seen, once for each request that it ends. */
  reportFault: (error: Error, request: SignInRequest, onError: OnError | undefined) => void
  /** Seconds until each way could be started, for a username or for the challenge's user. */
  waits: (request: SignInRequest, channels: readonly string[], username?: string) => Promise<Waits>
  /** The channels that users may choose to start with. */
  channels: readonly string[]
  /** The channels that they may choose as a second factor. */
  secondFactors: (request: SignInRequest) => Promise<readonly string[]>
  /** Names of the body's fields. */
  fields: Surroundings['fields']
}
