import type { Count } from '../limits/counter.ts'
import { OktaOobError } from '../errors.ts'
import type { StartInput } from './start.ts'
import type { StepContext } from './outcome.ts'

/**
 * Whether one more message may be sent: first for the address, then for the app, then for the user.
 *
 * @returns the seconds until another one may follow
 * @throws {OktaOobError} `rate_limited`, `access_denied` where the app has said no, or
 *   `limiter_unavailable`
 */
export async function admit(context: StepContext, input: StartInput): Promise<number> {
  const { limits, userKey } = context
  const { loginHint, channel, address, approve } = input
  const factor = input.mfaToken === undefined ? 1 : 2
  const starts = await limits.takeStart(address)
  pass(context, input, starts)
  if (factor === 1 && (await approve?.()) === false) {
    throw new OktaOobError('access_denied')
  }
  const sends = await limits.takeSend(channel, { user: userKey(loginHint), factor })
  pass(context, input, sends)
  return Math.max(0, ...[...starts, ...sends].map(({ wait }) => wait))
}

function pass({ audit }: StepContext, { loginHint, address }: StartInput, counts: Count[]): void {
  const refusal = counts.find(({ refused }) => refused)
  if (refusal) {
    const { limit, wait } = refusal
    const error = new OktaOobError('rate_limited', { retryAfter: wait })
    audit.report('limit', loginHint, () => ({ limit, retryAfter: Math.ceil(wait), address }))
    throw error
  }
}
