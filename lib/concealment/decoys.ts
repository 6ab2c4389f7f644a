import type { Challenge } from '../challenge.ts'
import type { Terms } from '../okta/start-answer.ts'
import { newId, newNumber } from '../random.ts'
import { Tempo } from './tempo.ts'

/** What tells one challenge of a channel from another, and what it was asked for with. */
type Look = Pick<Challenge, 'channel' | 'bindingMethod' | 'interval'> & {
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
 * Challenges in the place of those that Okta has refused to start for a user. They look like the
 * last real one of their channel, and nothing that anyone sends ever completes them.
 */
export class Decoys {
  readonly tempo: Tempo = new Tempo()
  readonly #looks = new Map<string, Look>()

  /** @param asked the channel that was asked for; Okta may call it by another name */
  remember(asked: string, challenge: Challenge, sentAt: number): void {
    const { channel, bindingMethod, bindingCode, interval, expiresAt, oobCode } = challenge
    this.#looks.set(asked, {
      channel,
      bindingMethod,
      interval,
      life: Math.round((expiresAt - sentAt) / 1000),
      digits: bindingCode?.length ?? documented.digits,
      zeroFirst: this.#looks.get(asked)?.zeroFirst || bindingCode?.startsWith('0') || false,
      oobCodeLength: oobCode?.length ?? documented.oobCodeLength,
    })
  }

  make(
    asked: string,
    { sentAt, ...terms }: Terms & { loginHint: string; sentAt: number },
    requireNumberChallenge: boolean,
  ): Challenge {
    const pushMethod = requireNumberChallenge ? 'transfer' : 'none'
    const bindingMethod = asked === 'push' ? pushMethod : 'prompt'
    const look = this.#looks.get(asked) ?? { ...documented, channel: asked, bindingMethod }
    return {
      id: newId(),
      oobCode: newId().padEnd(look.oobCodeLength, newId()).slice(0, look.oobCodeLength),
      channel: look.channel,
      bindingMethod: look.bindingMethod,
      ...(look.bindingMethod === 'transfer' && {
        bindingCode: newNumber(look.digits, look.zeroFirst),
      }),
      expiresAt: sentAt + look.life * 1000,
      interval: look.interval,
      ...terms,
      decoy: 1,
    }
  }
}
