import { RateLimiterMemory, type IRateLimiterOptions } from 'rate-limiter-flexible'

type Options = IRateLimiterOptions & { keyPrefix: string; points: number; duration: number }

const operations: ReadonlySet<string | symbol> = new Set([
  'consume',
  'penalty',
  'reward',
  'block',
  'get',
  'set',
  'delete',
])

/**
 * The store of an app's own limiters, for its `limits.limiter`: strategies that are given the same
 * one share what they count, as processes with one Redis do.
 */
export class LimiterStore {
  /** What each limiter was asked for. */
  readonly made: Options[] = []
  /** The operations so far. */
  readonly log: { keyPrefix: string; operation: string }[] = []
  /** How many more operations it answers. */
  health = Infinity
  /** Called before each operation. */
  onOperation: () => void = () => {}
  readonly #limiters = new Map<string, RateLimiterMemory>()
  readonly #make: (options: Options) => RateLimiterMemory

  constructor(make: (options: Options) => RateLimiterMemory = (o) => new RateLimiterMemory(o)) {
    this.#make = make
  }

  readonly limiter = (options: Options): RateLimiterMemory => {
    this.made.push(options)
    const { keyPrefix } = options
    const limiter = this.#limiters.get(keyPrefix) ?? this.#make(options)
    this.#limiters.set(keyPrefix, limiter)
    return new Proxy(limiter, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name)
        if (!operations.has(name) || typeof value !== 'function') {
          return value
        }
        return (...args: unknown[]): unknown => {
          this.onOperation()
          this.log.push({ keyPrefix, operation: String(name) })
          this.health -= 1
          return this.health < 0
            ? Promise.reject(new Error('the connection to the store is closed'))
            : value.apply(target, args)
        }
      },
    })
  }

  /** Forgets everything at once, as a store does that is restarted. */
  async flush(): Promise<void> {
    for (const limiter of this.#limiters.values()) {
      for (const { key } of limiter.dump().storage) {
        await limiter.delete(key)
      }
    }
  }
}
