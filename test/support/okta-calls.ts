type Fetch = (url: string, init: RequestInit) => Promise<Response>
export type Endpoint = 'oob-authenticate' | 'challenge' | 'token'

/** A point that one passer-by reaches, and leaves when the test says so. */
export class Hold {
  readonly arrived: Promise<void>
  readonly release: () => void
  readonly pass: () => Promise<void>

  constructor() {
    let arrive = (): void => {}
    let release = (): void => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    this.arrived = new Promise((resolve) => {
      arrive = resolve
    })
    this.release = release
    this.pass = () => {
      arrive()
      return released
    }
  }
}

/** A `fetch` option that counts the calls to Okta, and keeps single answers back on request. */
export class OktaCalls {
  /** Every call so far, by the last part of its path. */
  readonly sent: string[] = []
  /** How many calls have been under way at the same time, at the most. */
  mostAtOnce = 0
  readonly fetch: Fetch
  readonly #holds = new Map<string, Hold>()
  #underWay = 0

  constructor(send: Fetch = (url, init) => fetch(url, init)) {
    this.fetch = async (url, init) => {
      const endpoint = new URL(url).pathname.split('/').at(-1) ?? ''
      const hold = this.#holds.get(endpoint)
      this.#holds.delete(endpoint)
      this.sent.push(endpoint)
      this.#underWay += 1
      this.mostAtOnce = Math.max(this.mostAtOnce, this.#underWay)
      try {
        const answer = await send(url, init)
        await hold?.pass()
        return answer
      } finally {
        this.#underWay -= 1
      }
    }
  }

  count(endpoint: Endpoint): number {
    return this.sent.filter((sent) => sent === endpoint).length
  }

  /** Keeps Okta's answer to the next call of this endpoint from the app. */
  hold(endpoint: Endpoint): Hold {
    const hold = new Hold()
    this.#holds.set(endpoint, hold)
    return hold
  }
}
