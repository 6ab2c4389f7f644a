/** The limits that the README promises: so many in so many seconds, counted from the first one. */
const promised: Record<string, [points: number, seconds: number][]> = {
  starts: [[60, 600]],
  channelSends: [[1, 30]],
  sends: [
    [3, 600],
    [5, 3600],
  ],
  pushes: [
    [3, 600],
    [10, 86_400],
  ],
  pushPause: [[1, 60]],
  codesPerUser: [
    [10, 3600],
    [100, 1_728_000],
  ],
}

interface Window {
  points: number
  seconds: number
  count: number
  until: number
}

/** Counts by limit and user. */
export class Windows {
  readonly #windows = new Map<string, Window[]>()

  /** Counts one more, unless that is one too many for any of the windows. */
  take(limit: string, user = ''): boolean {
    const full = this.isFull(limit, user)
    for (const window of full ? [] : this.#of(limit, user)) {
      window.until = window.count === 0 ? Date.now() + window.seconds * 1000 : window.until
      window.count += 1
    }
    return !full
  }

  isFull(limit: string, user: string): boolean {
    return this.#of(limit, user).some(({ points, count }) => count >= points)
  }

  forget(limit: string, user: string): void {
    this.#windows.delete(`${limit} ${user}`)
  }

  #of(limit: string, user: string): Window[] {
    const kept = this.#windows.get(`${limit} ${user}`) ?? []
    const windows = (promised[limit] ?? []).map(([points, seconds], index) => {
      const window = kept[index]
      return window && Date.now() < window.until ? window : { points, seconds, count: 0, until: 0 }
    })
    this.#windows.set(`${limit} ${user}`, windows)
    return windows
  }
}
