// Everything that counts: counters, the poll gate, single use.
export type { Count } from './counter.ts'
export type { LimiterOptions, MakeLimiter, Window } from './limiter.ts'
export { Limits } from './limits.ts'
export type { CountedSend, CountedUser } from './limits.ts'
export { readLimits } from './options.ts'
export type { LimitsOptions, LimitsSettings } from './options.ts'
export { claimSeconds } from './claims.ts'
export { inTime } from './in-time.ts'
