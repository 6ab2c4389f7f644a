import { OktaOobError } from '../../errors.ts'
import type { Count, CountedSend } from '../../limits/index.ts'
import type { StartInput, StepContext } from './step-result.ts'

/**
 * Whether one more message may be sent: first for the address, then for the app, then for the user.
 * A way that takes a code is refused while none of the user's would be looked at.
 *
 * @throws {OktaOobError} `rate_limited`, `too_many_attempts`, `access_denied` where the app has said
 *   no, or `limiter_unavailable`
 */
export async function checkSendLimits(
  context: StepContext,
  input: StartInput,
): Promise<CountedSend> {
  const { limits, countedUser, address } = context
  const { channel, resend = false, approve } = input
  const factor = input.mfaToken === undefined ? 1 : 2
  if (factor === 1 && !resend) {
    throwRefusal(context, input, await limits.takeStart(address))
  }
  if (factor === 1 && (await approve?.()) === false) {
    throw new OktaOobError('access_denied')
  }
  const user = countedUser(input)
  if (channel !== 'push') {
    throwRefusal(context, input, [await limits.lookAtCodes(user, address)], 'too_many_attempts')
  }
  const send = await limits.takeSend(channel, user)
  throwRefusal(context, input, send.refusal ? [send.refusal] : [])
  return send
}

/** Seconds until each way may be started, by channel. */
export type Waits = Readonly<Record<string, number>>

/** What {@link checkSendLimits} would say of each way of a user, without counting anything. */
export async function waitsFor(
  { limits, countedUser, address }: StepContext,
  of: Parameters<StepContext['countedUser']>[0],
  channels: readonly string[],
): Promise<Waits> {
  const user = countedUser(of)
  const codes = limits.lookAtCodes(user, address)
  const waits = channels.map(async (channel) => {
    const [{ wait }, send] = await Promise.all([codes, limits.waitForSend(channel, user)])
    return [channel, Math.ceil(channel === 'push' ? send : Math.max(wait, send))]
  })
  return Object.fromEntries(await Promise.all(waits)) as Waits
}

function throwRefusal(
  { audit, address }: StepContext,
  { loginHint }: StartInput,
  counts: Count[],
  code: 'rate_limited' | 'too_many_attempts' = 'rate_limited',
): void {
  const refusal = counts.find(({ refused }) => refused)
  if (refusal) {
    const { limit, wait } = refusal
    audit.report('limit', loginHint, () => ({ limit, retryAfter: Math.ceil(wait), address }))
    throw new OktaOobError(code, { retryAfter: wait })
  }
}
