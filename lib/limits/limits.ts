import ipaddr from 'ipaddr.js'
import type { Challenge } from '../challenge.ts'
import type { Limit } from '../options.ts'
import { Claims } from './claims.ts'
import {
  deviceKeyOf,
  keyOf,
  keysOf,
  sharesOf,
  userKeyOf,
  type CountedUser,
} from './counted-user.ts'
import { Counter, takeAll, type Count, type Taken } from './counter.ts'
import type { Window } from './limiter.ts'
import { channelWindow, type LimitsSettings } from './options.ts'
import { PollGate } from './poll-gate.ts'
import { SingleUse } from './single-use.ts'

/** A message that was let through, or what has refused it. */
export interface CountedSend {
  refusal?: Count
  /** Seconds until the next one may follow. */
  wait: number
  /** Okta has refused to send it: no budget was used, and no user of another spelling is meant. */
  notSent: () => Promise<void>
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
  /** The windows of `sends` that are as short as Okta's own pause, which is by channel. */
  readonly #channelSends: Counter

  constructor({ windows, limiter }: LimitsSettings, pace: Pace) {
    this.pollGate = new PollGate(limiter, pace.slowDownSeconds)
    this.singleUse = new SingleUse(limiter, pace.maxRedeemTimeout)
    this.claims = new Claims(limiter)
    const counter = (limit: Limit, times = 1, list = windows[limit]): Counter => {
      const counted = list.map(({ points: once, duration }) => {
        const points = once * times
        const keyPrefix = `okta-oob:${limit}:${points}/${duration}`
        return { points, duration, limiter: limiter({ points, duration, keyPrefix }) }
      })
      return new Counter(limit, counted)
    }
    const names = Object.keys(windows) as Limit[]
    this.#channelSends = counter('sends', 1, windows.sends.filter(isByChannel))
    const list = (limit: Limit): readonly Window[] =>
      windows[limit].filter((window) => limit !== 'sends' || !isByChannel(window))
    this.#counters = Object.fromEntries(
      names.map((limit) => [limit, counter(limit, 1, list(limit))]),
    ) as Record<Limit, Counter>
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
  async takeSend(channel: string, counted: CountedUser): Promise<CountedSend> {
    const { pushPause } = this.#counters
    const [own = counted, ...open] = sharesOf(counted)
    const pause = channel === 'push' ? await pushPause.waitFor(deviceKeyOf(own)) : 0
    if (pause > 0) {
      const wait = Math.max(pause, await longestWait(this.#sendsOf(channel, own)))
      return { refusal: { limit: 'pushPause', refused: true, left: 0, wait }, wait, notSent }
    }
    const send = await this.#takeSend(channel, own)
    const [other] = open
    // A device whose own counters are used up has those that strangers share, too.
    return send.refusal && other ? this.#takeSend(channel, other) : send
  }

  async #takeSend(channel: string, counted: CountedUser): Promise<CountedSend> {
    const { spelling, factor } = counted
    const counts = await takeAll(this.#sendsOf(channel, counted))
    const refusal = counts.find(({ refused }) => refused)
    const ownKey = spelling === undefined ? userKeyOf(counted) : keyOf(spelling, factor)
    return {
      ...(refusal && { refusal }),
      wait: Math.max(0, ...counts.map(({ wait }) => wait)),
      notSent: async () => {
        const others = counts.filter(
          ({ limit, key }) => limit === 'budget' || !key.startsWith(ownKey),
        )
        await Promise.all(others.map(({ giveBack }) => giveBack()))
      },
    }
  }

  /**
   * Whether this user, at this address, may still try a code; a channel that takes one is of no use
   * otherwise. Counts nothing.
   */
  async lookAtCodes(counted: CountedUser, address: string | undefined): Promise<Count> {
    const { codesPerUser } = this.#counters
    const [own, shared] = await Promise.all([
      shortest(
        sharesOf(counted).map((each) =>
          longestWait(keysOf(each).map((key) => [codesPerUser, key])),
        ),
      ),
      longestWait(this.#byAddress('failures', address)),
    ])
    const wait = Math.max(own, shared)
    const limit = own >= shared ? 'codesPerUser' : 'failures'
    return { limit, refused: wait > 0, left: 0, wait }
  }

  /** Seconds until a message may go out through this channel; counts nothing. */
  async waitForSend(channel: string, counted: CountedUser): Promise<number> {
    const { pushPause } = this.#counters
    const shares = sharesOf(counted)
    const [own = counted] = shares
    const [pause, wait] = await Promise.all([
      channel === 'push' ? pushPause.waitFor(deviceKeyOf(own)) : 0,
      shortest(shares.map((each) => longestWait(this.#sendsOf(channel, each)))),
    ])
    return Math.max(pause, wait)
  }

  /** One more code for a challenge, from an address. */
  async takeCode(
    { id, decoy }: Challenge,
    counted: CountedUser,
    address: string | undefined,
  ): Promise<Taken[]> {
    const { codesPerChallenge, codesPerUser } = this.#counters
    const { spelling, factor } = counted
    const take = (key: string): Promise<Taken[]> =>
      takeAll([
        ...this.#byAddress('failures', address),
        [codesPerChallenge, id],
        [codesPerUser, key],
      ])
    if (decoy && spelling !== undefined) {
      // No code of a spelling that Okta does not know can be the user's.
      return take(keyOf(spelling, factor))
    }
    const [own = counted, ...open] = sharesOf(counted)
    const counts = await take(userKeyOf(own))
    const isUsedUp = counts.some(({ refused, limit }) => refused && limit === 'codesPerUser')
    const [other] = open
    return isUsedUp && other ? take(userKeyOf(other)) : counts
  }

  async hasCodesLeft({ id }: Challenge): Promise<boolean> {
    return (await this.#counters.codesPerChallenge.waitFor(id)) === 0
  }

  /** A sign-in clears the wrong codes of its user; those of a device do not clear a stranger's. */
  async forgetCodes(counted: CountedUser): Promise<void> {
    const { codesPerUser } = this.#counters
    const [own = counted] = sharesOf(counted)
    const factors = counted.factor === 1 ? ([1] as const) : ([1, 2] as const)
    await Promise.all(factors.map((factor) => codesPerUser.forget(userKeyOf({ ...own, factor }))))
  }

  /** A user that has denied a push gets no other one for a while. */
  pausePushes(counted: CountedUser): Promise<void> {
    const [own = counted] = sharesOf(counted)
    return this.#counters.pushPause.add(deviceKeyOf(own))
  }

  /** What a message through this channel is counted by. */
  #sendsOf(channel: string, counted: CountedUser): (readonly [Counter, string])[] {
    const { pushes, sends, budget } = this.#counters
    const keys = keysOf(counted)
    switch (channel) {
      case 'otp':
        return [] // nothing is sent: the user's app makes the code
      case 'push':
        return keys.map((key) => [pushes, key])
      default:
        return [
          [budget, 'all'],
          ...keys.flatMap((key) => [
            [sends, key] as const,
            [this.#channelSends, `${key}:${channel}`] as const,
          ]),
        ]
    }
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

async function notSent(): Promise<void> {
  // Nothing has been counted.
}

function isByChannel({ duration }: Window): boolean {
  return duration <= channelWindow
}

async function shortest(waits: readonly Promise<number>[]): Promise<number> {
  return Math.min(...(await Promise.all(waits)))
}

async function longestWait(claims: readonly (readonly [Counter, string])[]): Promise<number> {
  return Math.max(0, ...(await Promise.all(claims.map(([counter, key]) => counter.waitFor(key)))))
}
