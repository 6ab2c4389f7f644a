import ipaddr from 'ipaddr.js'
import type { Challenge } from '../challenge.ts'
import type { Limit } from '../options.ts'
import { Claims } from './claims.ts'
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
  readonly claims: Claims
  readonly #counters: Readonly<Record<Limit, Counter>>
  /** Those of an IPv6 /48, which may do what five addresses may. */
  readonly #wideCounters: Readonly<Record<'starts' | 'failures', Counter>>

  constructor({ windows, limiter }: LimitsSettings, pace: Pace) {
    this.pollGate = new PollGate(limiter, pace.slowDownSeconds)
    this.singleUse = new SingleUse(limiter, pace.maxRedeemTimeout)
    this.claims = new Claims(limiter)
    const counter = (limit: Limit, times = 1): Counter => {
      const counted = windows[limit].map(({ points: once, duration }) => {
        const points = once * times
        const keyPrefix = `okta-oob:${limit}:${points}/${duration}`
        return { points, duration, limiter: limiter({ points, duration, keyPrefix }) }
      })
      return new Counter(limit, counted)
    }
    const names = Object.keys(windows) as Limit[]
    this.#counters = Object.fromEntries(names.map((limit) => [limit, counter(limit)])) as Record<
      Limit,
      Counter
    >
    this.#wideCounters = { starts: counter('starts', 5), failures: counter('failures', 5) }
  }

  /** One more start from an address. */
  takeStart(address: string | undefined): Promise<Taken[]> {
    return takeAll(this.#byAddress('starts', address))
  }

  /** A sign-in gives back the start that it began with, by the same address. */
  async giveBackStart(address: string | undefined): Promise<void> {
    const counted = this.#byAddress('starts', address)
    await Promise.all(counted.map(([counter, key]) => counter.giveBack(key)))
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

  /** One more code for a challenge of a user, from an address. */
  takeCode({ id }: Challenge, user: string, address: string | undefined): Promise<Taken[]> {
    const { codesPerChallenge, codesPerUser } = this.#counters
    return takeAll([
      ...this.#byAddress('failures', address),
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

  /**
   * What an address is counted by. An IPv6 subscriber has 2^64 addresses, and many have 2^16 times
   * as many, so those are counted by their /64 and by their /48. No address is one address, which
   * all share: a connection that was reset and a unix socket have none.
   */
  #byAddress(limit: 'starts' | 'failures', address = 'none'): (readonly [Counter, string])[] {
    const counter = this.#counters[limit]
    if (!ipaddr.IPv6.isValid(address)) {
      return [[counter, address]]
    }
    const network = (bits: number): string =>
      `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/${bits}`).toString()}/${bits}`
    return [
      [counter, network(64)],
      [this.#wideCounters[limit], network(48)],
    ]
  }
}
