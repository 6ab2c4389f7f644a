import { setTimeout as sleep } from 'node:timers/promises'
import { oneLike } from '../random.ts'

/** Enough to follow Okta through the day, few enough to forget an outage soon. */
const remembered = 50

/** Milliseconds, for a process that has not called Okta yet. */
const unmeasured = [300]

/**
 * How long Okta takes for each kind of answer, so that an answer of our own can take as long.
 * Otherwise the clock would tell which usernames exist.
 */
export class ResponseTimes {
  /** The newest durations of each kind, in milliseconds. */
  readonly #durations = new Map<string, number[]>()

  /** @param since of `performance.now()`, which a corrected clock does not move */
  record(kind: string, since: number): void {
    const durations = this.#durations.get(kind) ?? []
    this.#durations.set(kind, [...durations, performance.now() - since].slice(-remembered))
  }

  /**
   * Resolves when an answer of Okta's could have come: of the first of these kinds that has been
   * measured.
   */
  async delayLike(kinds: readonly string[], since: number): Promise<void> {
    const durations = kinds.map((kind) => this.#durations.get(kind)).find(Boolean) ?? unmeasured
    const left = oneLike(durations) - (performance.now() - since)
    if (left > 0) {
      await sleep(left)
    }
  }
}
