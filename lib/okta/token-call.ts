import { OktaOobError } from '../errors.ts'
import { newId } from '../random.ts'
import { failure, meaningOf } from './answer.ts'
import type { CallOptions } from './call-options.ts'
import type { OpenAnswer } from './completion.ts'
import type { Answer } from './transport.ts'

/** One call to `/token` on its way through openid-client. */
export interface TokenCall extends CallOptions {
  /** A look whether the user has approved, and not a code. */
  poll: boolean
  /** The username and every value of the request, to be blanked in Okta's words. */
  sent: string[]
  answer?: Answer
}

const parameter = 'passport_okta_oob_call'

/**
 * openid-client has no way to hand a signal to one call or to hand back an answer that it refused:
 * a parameter of our own tells its fetch which call it works for, and goes no further than that.
 * An `AsyncLocalStorage` would do as well, and slow every promise of the whole app down (Node 20).
 */
class TokenCalls {
  readonly #calls = new Map<string, TokenCall>()

  /** Has `send` make the call, with this parameter besides its own. */
  async run<T>(call: TokenCall, send: (mark: Record<string, string>) => Promise<T>): Promise<T> {
    const id = newId()
    this.#calls.set(id, call)
    try {
      return await send({ [parameter]: id })
    } finally {
      this.#calls.delete(id)
    }
  }

  /** The call that a request is for, if it is one of these; the request is as it was, then. */
  take({ body }: RequestInit): TokenCall | undefined {
    if (!(body instanceof URLSearchParams)) {
      return undefined
    }
    const id = body.get(parameter) ?? ''
    body.delete(parameter)
    return this.#calls.get(id)
  }
}

export const tokenCalls: TokenCalls = new TokenCalls()

/**
 * What a failed call means: openid-client's exception says that something failed, the recorded
 * answer says what.
 *
 * @throws {OktaOobError}, or the reason of the caller's own signal
 */
export function judge(exception: unknown, { answer, signal, poll, sent }: TokenCall): OpenAnswer {
  const ours = findOktaOobError(exception)
  if (!answer) {
    signal?.throwIfAborted()
    throw ours ?? new OktaOobError('configuration_error', { cause: exception })
  }
  if (hasTokens(answer)) {
    throw afterTokens(ours, exception)
  }
  const meaning = meaningOf(answer, poll ? 'poll' : 'code')
  switch (meaning) {
    case 'authorization_pending':
      return { status: 'pending' }
    case 'slow_down':
      return { status: 'pending', slowDown: true }
    case 'mfa_required':
      return mfaRequired(answer, sent)
    default:
      throw failure(meaning, answer, sent)
  }
}

/** Whether Okta has issued tokens, whatever became of them here. */
export function hasTokens(answer: Answer | undefined): boolean {
  return answer?.status === 200 && typeof answer.json?.['access_token'] === 'string'
}

function mfaRequired(answer: Answer, sent: string[]): OpenAnswer {
  const { mfa_token: mfaToken, supported_challenge_types: supported } = { ...answer.json }
  if (typeof mfaToken !== 'string' || mfaToken === '') {
    const message = 'Okta asked for a second factor without an mfa_token.'
    throw failure('protocol_error', answer, sent, message)
  }
  return {
    status: 'mfa_required',
    mfaToken,
    supported: Array.isArray(supported) ? supported.filter((type) => typeof type === 'string') : [],
  }
}

/** The tokens were issued, so the `oob_code` is spent whatever happened to them here. */
function afterTokens(ours: OktaOobError | undefined, exception: unknown): OktaOobError {
  return new OktaOobError(ours?.code ?? 'id_token_invalid', {
    cause: ours?.cause ?? { reason: reasonOf(exception) },
    ...(ours?.retryAfter !== undefined && { retryAfter: ours.retryAfter }),
  })
}

/** openid-client's texts are fixed, but the causes around them hold claims and whole tokens. */
function reasonOf(exception: unknown): string {
  const { message, cause } = exception as Error
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}

/** Our own error, thrown by a fetch and wrapped by openid-client. */
export function findOktaOobError(exception: unknown): OktaOobError | undefined {
  if (exception instanceof OktaOobError) {
    return exception
  }
  return exception instanceof Error ? findOktaOobError(exception.cause) : undefined
}
