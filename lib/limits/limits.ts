import ipaddr from 'ipaddr.js'
import type { Challenge } from '../challenge.ts'
import type { Limit } from '../options.ts'
import { Counter, takeAll, type Count, type Taken } from './counter.ts'
import type { LimitsSettings } from './options.ts'
import { PollGate } from './poll-gate.ts'
import { SingleUse } from './single-use.ts'

/** The user that something is counted for. */
export interface CountedUser {
  /** The hash of a login hint. */
  user: string
  /** A second factor is counted apart: its user has proven the first one. */
  factor: 1 | 2
}

/** What the protocol says about polls and calls. */
export interface Pace {
  /** What each answer `slow_down` adds to the interval. */
  slowDownSeconds: number
  /** Seconds that a call for tokens can take at the most. */
  maxRedeemTimeout: number
}

/**
 * Everything that changes while a sign-in is under way: how often something was tried, when a
 * challenge may be polled, whether it is over. It lives here and not in the session, because two
 * requests hold two copies of one session, and the later save would undo what the earlier one
 * counted.
 */
export class Limits {
  readonly pollGate: PollGate
  readonly singleUse: SingleUse
  readonly #counters: Readonly<Record<Limit, Counter>>

  constructor({ windows, limiter }: LimitsSettings, pace: Pace) {
    this.pollGate = new PollGate(limiter, pace.slowDownSeconds)
    this.singleUse = new SingleUse(limiter, pace.maxRedeemTimeout)
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

  /** One more start from an address; without an address nothing is counted. */
  takeStart(address: string | undefined): Promise<Count[]> {
    return takeAll(address === undefined ? [] : [[this.#counters.starts, addressKey(address)]])
  }

  /** One more message to a user, through this channel. */
  async takeSend(channel: string, { user, factor }: CountedUser): Promise<Count[]> {
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

  /** A sign-in clears the wrong codes of its user. */
  forgetCodes(user: string): Promise<void> {
    return this.#counters.codesPerUser.forget(user)
  }

  /** A user that has denied a push gets no other one for a while. */
  pausePushes(user: string): Promise<void> {
    return this.#counters.pushPause.add(user)
  }
}

/**
 * What an address is counted by. An IPv6 subscriber has 2^64 addresses, so those are counted by
 * their /64. IPv4-mapped IPv6 addresses count as IPv4.
 */
function addressKey(address: string): string {
  if (!ipaddr.isValid(address)) {
    return address
  }
  const parsed = ipaddr.process(address)
  return parsed.kind() === 'ipv6'
    ? `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/64`).toString()}/64`
    : parsed.toString()
}
