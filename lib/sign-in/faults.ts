import { Audit, hasSubscribers } from '../audit.ts'
import { isRefusal, OktaOobError } from '../errors.ts'
import { warnOfFault } from './fault-warning.ts'
import type { HostRequest, SignInRequest } from './host-port.ts'
import type { RequestContext } from './request-context.ts'

/** Told of each fault of the pages; `req` is the host's request. */
export type OnError = (error: Error, req: HostRequest) => unknown

interface FaultOptions {
  /** Absent where the fault came before the request's Okta was known. */
  context: RequestContext | undefined
  /** What the browser has sent, and a log must not hold. */
  typed: readonly unknown[]
  onError?: OnError | undefined
}

/** Publishes an audit event of a request that has not succeeded. */
export function publishFailure(context: RequestContext | undefined, error: unknown): void {
  const audit = context?.step.audit ?? new Audit(() => ({}))
  audit.report('failure', context?.loginHint, () =>
    error instanceof OktaOobError ? { code: error.code, cause: error.cause } : {},
  )
}

/**
 * Has a fault seen: by subscribers, and by the app's `onError`; where there are neither, a process
 * warning tells of it.
 */
export function reportFault(
  error: Error,
  request: SignInRequest | undefined,
  { context, typed, onError }: FaultOptions,
): void {
  publishFailure(context, error)
  if (isRefusal(error)) {
    return
  }
  const secrets = [...typed, ...secretsOf(context)]
  const warn = (): void => {
    if (!hasSubscribers('failure')) {
      warnOfFault(error, secrets)
    }
  }
  const tell = async (): Promise<void> => {
    try {
      await onError?.(error, request?.hostRequest as HostRequest)
    } catch (cause) {
      warn()
      warnOfFault(new Error('routes({ onError }) has failed', { cause }), secrets, 'onError')
    }
  }
  if (onError) {
    void tell()
  } else {
    warn()
  }
}

/** Values of the challenge that a callback or a store may have put into its error. */
function secretsOf(context: RequestContext | undefined): unknown[] {
  const { loginHint, oobCode, mfaToken } = context?.slot.read() ?? {}
  return [context?.loginHint, loginHint, oobCode, mfaToken]
}
