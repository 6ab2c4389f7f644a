// Everything that counts: counters, the poll gate, single use.
export type { Count } from './counter.ts'
export { Limits } from './limits.ts'
export { readLimits } from './options.ts'
export type {
  LimiterOptions,
  LimitsOptions,
  LimitsSettings,
  MakeLimiter,
  Window,
} from './options.ts'
