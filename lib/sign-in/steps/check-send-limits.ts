import { OktaOobError } from '../../errors.ts'
import type { Count } from '../../limits/index.ts'
import type { StartInput, StepContext } from './step-result.ts'

/**
 * Whether one more message may be sent: first for the address, then for the app, then for the user.
 *
 * @returns the seconds until another one may follow
 * @throws {OktaOobError} `rate_limited`, `access_denied` where the app has said no, or
 *   `limiter_unavailable`
 */
export async function checkSendLimits(context: StepContext, input: StartInput): Promise<number> {
  const { limits, userKey, address } = context
  const { loginHint, channel, resend = false, approve } = input
  const factor = input.mfaToken === undefined ? 1 : 2
  if (factor === 1 && !resend) {
    throwRefusal(context, input, await limits.takeStart(address))
  }
  if (factor === 1 && (await approve?.()) === false) {
    throw new OktaOobError('access_denied')
  }
  const sends = await limits.takeSend(channel, { user: userKey(loginHint), factor })
  throwRefusal(context, input, sends)
  return Math.max(0, ...sends.map(({ wait }) => wait))
}

function throwRefusal(
  { audit, address }: StepContext,
  { loginHint }: StartInput,
  counts: Count[],
): void {
  const refusal = counts.find(({ refused }) => refused)
  if (refusal) {
    const { limit, wait } = refusal
    audit.report('limit', loginHint, () => ({ limit, retryAfter: Math.ceil(wait), address }))
    throw new OktaOobError('rate_limited', { retryAfter: wait })
  }
}
