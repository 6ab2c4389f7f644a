import type { Challenge } from '../challenge.ts'
import { addressKey } from './address.ts'
import { Counter, takeAll, type Count, type Taken } from './counter.ts'
import { Endings } from './endings.ts'
import { Gate } from './gate.ts'
import type { Limit, LimitsSettings } from './options.ts'

/** Whom something is counted for. */
export interface Party {
  /** The hash of a login hint. */
  user: string
  /** A second factor is counted apart: its user has proven the first one. */
  factor: 1 | 2
}

/**
 * Everything that changes while a sign-in is under way: how often something was tried, when a
 * challenge may be polled, whether it is over. It lives here and not in the session, because two
 * requests hold two copies of one session, and the later save would undo what the earlier one
 * counted.
 */
export class Limits {
  readonly gate: Gate
  readonly endings: Endings
  readonly #counters: Readonly<Record<Limit, Counter>>

  constructor({ windows, limiter }: LimitsSettings) {
    this.gate = new Gate(limiter)
    this.endings = new Endings(limiter)
    const counters = Object.entries(windows).map(([limit, list]) => {
      const prefix = `okta-oob:${limit}`
      const counted = list.map(({ points, duration }) => ({
        points,
        duration,
        limiter: limiter({ points, duration, keyPrefix: `${prefix}:${points}/${duration}` }),
      }))
      return [limit, new Counter(limit as Limit, counted)]
    })
    this.#counters = Object.fromEntries(counters) as Record<Limit, Counter>
  }

  /** One more start from an address; where there is none, nothing is counted. */
  takeStart(address: string | undefined): Promise<Count[]> {
    return takeAll(address === undefined ? [] : [[this.#counters.starts, addressKey(address)]])
  }

  /** One more message to a user, through this channel. */
  async takeSend(channel: string, { user, factor }: Party): Promise<Count[]> {
    const { pushPause, pushes, sends, budget } = this.#counters
    const key = factor === 1 ? user : `${user}:2`
    switch (channel) {
      case 'otp':
        return [] // nothing is sent: the user's app makes the code
      case 'push': {
        const pause = await pushPause.waitFor(user)
        if (pause > 0) {
          const wait = Math.max(pause, await pushes.waitFor(key))
          return [{ limit: 'pushPause', refused: true, left: 0, wait }]
        }
        return takeAll([[pushes, key]])
      }
      default:
        return takeAll([
          [budget, 'all'],
          [sends, key],
        ])
    }
  }

  /** One more code for a challenge of a user. */
  takeCode({ id }: Challenge, user: string): Promise<Taken[]> {
    const { codesPerChallenge, codesPerUser } = this.#counters
    return takeAll([
      [codesPerChallenge, id],
      [codesPerUser, user],
    ])
  }

  async hasCodesLeft({ id }: Challenge): Promise<boolean> {
    return (await this.#counters.codesPerChallenge.waitFor(id)) === 0
  }

  /** A user who has signed in starts with a clean sheet. */
  forgetCodes(user: string): Promise<void> {
    return this.#counters.codesPerUser.forget(user)
  }

  /** A user who has denied a push gets no other one for a while. */
  pausePushes(user: string): Promise<void> {
    return this.#counters.pushPause.add(user)
  }
}
