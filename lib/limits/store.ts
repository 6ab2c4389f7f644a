import type { RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible'
import { OktaOobError } from '../errors.ts'

/** Seconds that a store may take for one answer. */
const patience = 5

/** Seconds to stay away from a store that does not answer. */
const backoff = 5

/**
 * An answer of the limiter's store. Without one nothing may go on: who could take the store down
 * could take the limits away. A store that never answers is down as well; clients of Redis wait for
 * as long as the connection stands.
 *
 * @throws {OktaOobError} `limiter_unavailable`
 */
export async function ask<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    const error = new Error(`The limiter has not answered in ${patience} seconds.`)
    timer = setTimeout(() => reject(error), patience * 1000)
  })
  try {
    return await Promise.race([answer, late])
  } catch (cause) {
    throw new OktaOobError('limiter_unavailable', { cause, retryAfter: backoff })
  } finally {
    clearTimeout(timer)
  }
}

/** What a limiter says to one more. */
export interface Consumption {
  refused: boolean
  /** How many there are with this one; 0 when a limiter has refused it without counting it. */
  consumed: number
  /** Seconds. */
  wait: number
}

/** What `consume` says; it rejects with its answer when that is no. */
export async function consume(
  limiter: RateLimiterAbstract,
  key: string,
  customDuration?: number,
): Promise<Consumption> {
  const options = customDuration === undefined ? {} : { customDuration }
  const answer = limiter.consume(key, 1, options).then(
    (yes) => ({ ...read(yes), refused: false }),
    (no: unknown) => {
      if (isAnswer(no)) {
        return { ...read(no), refused: true }
      }
      throw no
    },
  )
  return ask(answer)
}

function read({ consumedPoints, msBeforeNext }: Answer): Omit<Consumption, 'refused'> {
  return { consumed: consumedPoints, wait: msBeforeNext / 1000 }
}

type Answer = Pick<RateLimiterRes, 'consumedPoints' | 'msBeforeNext'>

/** Not by its class: a limiter of the app's may be made by another copy of the library. */
function isAnswer(value: unknown): value is Answer {
  return typeof (value as { msBeforeNext?: unknown } | undefined)?.msBeforeNext === 'number'
}
