import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import { check, type Limit } from '../options.ts'
import { limitersOfProcess, MemoryLimiter, type MakeLimiter, type Window } from './limiter.ts'

type Row = Window | readonly Window[] | false | undefined

/** How often something may happen. Each is a window, a list of windows, or `false` for no limit. */
export interface LimitsOptions {
  /** Wrong codes, after which the challenge is over. Default: 4, one less than Okta's own. */
  codesPerChallenge?: Row
  /** Wrong codes of a user, whatever the challenge, channel or session. Default: 10 an
   * hour, 100 in 20 days; second factors apart. */
  codesPerUser?: Row
  /**
   * Texts, calls and mails to a user. Default: 1 in 30 s, 3 in 10 min, 5 an hour. Windows of 30 s
   * and less are counted by channel, as Okta's own pause is; longer ones over all channels.
   */
  sends?: Row
  /** Pushes to a user. Default: 3 in 10 min, 10 a day. */
  pushes?: Row
  /** Denied pushes, after which a user gets none. Default: 1, for 60 s. */
  pushPause?: Row
  /**
   * Starts from an address (`req.ip`; IPv6 by its /64, and five times as many by its /48), without
   * those that ended in a sign-in. Default: 60 in 10 min.
   */
  starts?: Row
  /** Wrong codes from an address, counted in the same way. Default: 100 an hour. */
  failures?: Row
  /** Texts, calls and mails of the whole app. Default: no limit. */
  budget?: Row
  /**
   * Makes the limiters, the poll gate's among them. Default: `RateLimiterMemory`, for one process.
   * For several, any limiter of rate-limiter-flexible with a store that they share.
   */
  limiter?: MakeLimiter | undefined
}

export interface LimitsSettings {
  windows: Readonly<Record<Limit, readonly Window[]>>
  limiter: MakeLimiter
}

/** Seconds: windows of `sends` that are no longer than this are counted by channel. */
export const channelWindow = 30

/** Seconds. */
const day = 86_400

const defaults: Record<Limit, readonly Window[]> = {
  codesPerChallenge: [{ points: 4, duration: 600 }],
  // NIST SP 800-63B-4 §3.2.2: no more than 100 that fail in a row.
  codesPerUser: [
    { points: 10, duration: 3600 },
    { points: 100, duration: 20 * day },
  ],
  sends: [
    { points: 1, duration: 30 },
    { points: 3, duration: 600 },
    { points: 5, duration: 3600 },
  ],
  pushes: [
    { points: 3, duration: 600 },
    { points: 10, duration: day },
  ],
  pushPause: [{ points: 1, duration: 60 }],
  starts: [{ points: 60, duration: 600 }],
  failures: [{ points: 100, duration: 3600 }],
  budget: [],
}

/** As in a store that is shared: limiters of one name are one, whichever strategies they are of. */
const inMemory: MakeLimiter = (options) => {
  const made = limitersOfProcess()
  const name = JSON.stringify([options.keyPrefix, options.points, options.duration])
  const limiter = made.get(name) ?? new MemoryLimiter(options)
  made.set(name, limiter)
  return limiter
}

const limits = Object.keys(defaults) as Limit[]

/** @throws {TypeError} naming what is wrong */
export function readLimits(options: LimitsOptions | false = {}): LimitsSettings {
  check(
    options === false || (typeof options === 'object' && options !== null),
    'limits',
    'must be an object or false',
  )
  const { limiter = inMemory, ...rows }: LimitsOptions = options || {}
  check(typeof limiter === 'function', 'limits', 'limiter must be a function that makes a limiter')
  for (const name of Object.keys(rows)) {
    check(limits.includes(name as Limit), 'limits', `has no "${name}"`)
  }
  const windows = limits.map((limit) => [
    limit,
    options === false ? [] : readRow(limit, rows[limit]),
  ])
  return {
    windows: Object.fromEntries(windows) as LimitsSettings['windows'],
    limiter: (wanted) => {
      const made: RateLimiterAbstract | undefined = limiter(wanted)
      check(typeof made?.consume === 'function', 'limits', 'limiter must return a limiter')
      return made
    },
  }
}

function readRow(limit: Limit, row: Row): readonly Window[] {
  if (row === undefined) {
    return defaults[limit]
  }
  const windows = row === false ? [] : [row].flat()
  check(
    windows.every((window) => isCount(window?.points) && isCount(window?.duration)),
    'limits',
    `${limit} must be { points, duration } in whole numbers, a list of those, or false`,
  )
  return windows
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0
}
