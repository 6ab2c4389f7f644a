import type { RateLimiterAbstract } from 'rate-limiter-flexible'
import { OktaOobError } from '../errors.ts'
import { MemoryLimiter } from './memory.ts'

/** Seconds that a store may take for one answer. */
const patience = 5

/** Seconds to stay away from a store that does not answer. */
const backoff = 5

/**
 * An answer of the limiter's store. Without one nothing may go on: who could take the store down
 * could take the limits away.
 *
 * @throws {OktaOobError} `limiter_unavailable`
 */
export function ask<T>(
  limiter: RateLimiterAbstract,
  question: (limiter: RateLimiterAbstract) => Promise<T>,
): Promise<T> {
  // Memory is always there: a timer would take longer than the look at it.
  return limiter instanceof MemoryLimiter ? question(limiter) : inTime(() => question(limiter))
}

/** A store that never answers is down as well: a client of Redis waits as long as its connection. */
async function inTime<T>(question: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`The limiter has not answered in ${patience} seconds.`))
    }, patience * 1000)
  })
  try {
    return await Promise.race([question(), late])
  } catch (cause) {
    throw new OktaOobError('limiter_unavailable', { cause, retryAfter: backoff })
  } finally {
    clearTimeout(timer)
  }
}

/** What a limiter says of a key. */
export interface Standing {
  /** Those of this window; 0 where the limiter has refused without counting this one. */
  consumed: number
  /** Seconds until the window is over. */
  wait: number
}

/** What a limiter says to one more. */
export interface Consumed extends Standing {
  refused: boolean
}

export async function consume(limiter: RateLimiterAbstract, key: string): Promise<Consumed> {
  return ask(limiter, (it) =>
    it.consume(key).then(
      (answer) => ({ refused: false, ...standing(answer) }),
      (refusal: unknown) => {
        if (isAnswer(refusal)) {
          return { refused: true, ...standing(refusal) }
        }
        throw refusal
      },
    ),
  )
}

/**
 * Counts one more, in a window of so many seconds where it is the first. Other than
 * {@link consume} it never blocks a key: `inMemoryBlockOnConsumed` would keep it blocked when it
 * has been set anew.
 */
export async function add(
  limiter: RateLimiterAbstract,
  key: string,
  customDuration: number,
): Promise<Standing> {
  return standing(await ask(limiter, (it) => it.penalty(key, 1, { customDuration })))
}

/** What is counted for a key, without counting one more; nothing where its window is over. */
export async function look(
  limiter: RateLimiterAbstract,
  key: string,
): Promise<Standing | undefined> {
  const answer = await ask(limiter, (it) => it.get(key))
  // A store in memory keeps what has expired until its timer has fired.
  return answer && answer.msBeforeNext > 0 ? standing(answer) : undefined
}

interface Answer {
  /** Absent, or 0, where `inMemoryBlockOnConsumed` has spared the store the question. */
  consumedPoints?: number
  msBeforeNext: number
}

function standing({ consumedPoints = 0, msBeforeNext }: Answer): Standing {
  return { consumed: consumedPoints, wait: msBeforeNext / 1000 }
}

/** Not by its class: a limiter of the app's may be made by another copy of the library. */
function isAnswer(value: unknown): value is Answer {
  return typeof (value as { msBeforeNext?: unknown } | undefined)?.msBeforeNext === 'number'
}
