import type { Challenge, PinnedParameters } from '../challenge.ts'
import { newId, newNumber } from '../random.ts'
import { ResponseTimes } from './response-times.ts'

/** What a decoy looks like: the members in which challenges of one channel differ. */
interface DecoyTemplate extends Pick<Challenge, 'channel' | 'bindingMethod' | 'interval'> {
  /** Seconds. */
  life: number
  digits: number
  /** Whether any number has begun with a zero; Okta does not document whether they do. */
  zeroFirst: boolean
  oobCodeLength: number
}

/** As Okta documents it, for the time before the first real challenge of a channel. */
const documented = { interval: 5, life: 300, digits: 2, zeroFirst: false, oobCodeLength: 34 }

/**
 * Challenges for users that Okta has refused. They look like the last real one of their channel,
 * and no code or poll ever completes them.
 */
export class Decoys {
  readonly responseTimes: ResponseTimes = new ResponseTimes()
  readonly #templates = new Map<string, DecoyTemplate>()

  /** @param asked the channel that was asked for; Okta may call it by another name */
  remember(asked: string, challenge: Challenge, sentAt: number): void {
    const { channel, bindingMethod, bindingCode, interval, expiresAt, oobCode } = challenge
    this.#templates.set(asked, {
      channel,
      bindingMethod,
      interval,
      life: Math.round((expiresAt - sentAt) / 1000),
      digits: bindingCode?.length ?? documented.digits,
      zeroFirst: this.#templates.get(asked)?.zeroFirst || bindingCode?.startsWith('0') || false,
      oobCodeLength: oobCode?.length ?? documented.oobCodeLength,
    })
  }

  make(
    asked: string,
    { sentAt, ...members }: PinnedParameters & { loginHint: string; sentAt: number },
    requireNumberChallenge: boolean,
  ): Challenge {
    const pushMethod = requireNumberChallenge ? 'transfer' : 'none'
    const bindingMethod = asked === 'push' ? pushMethod : 'prompt'
    const template = this.#templates.get(asked) ?? { ...documented, channel: asked, bindingMethod }
    return {
      id: newId(),
      oobCode: newId().padEnd(template.oobCodeLength, newId()).slice(0, template.oobCodeLength),
      channel: template.channel,
      bindingMethod: template.bindingMethod,
      ...(template.bindingMethod === 'transfer' && {
        bindingCode: newNumber(template.digits, template.zeroFirst),
      }),
      expiresAt: sentAt + template.life * 1000,
      interval: template.interval,
      ...members,
      decoy: 1,
    }
  }
}
