import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { startStandIn, type StandIn, type StandInOptions } from '../../example/okta/stand-in.ts'
import { Hold } from './okta-calls.ts'

/** The stand-in for Okta, with someone at its door who counts the calls, whoever makes them. */
export class CountedOkta {
  readonly standIn: StandIn
  /** Every call so far, by the last part of its path. */
  sent: string[] = []
  /** How many polls and codes have been under way at the same time, at the most. */
  mostAtOnce = 0
  /** Milliseconds that a poll or code takes longer than the stand-in does. */
  delay = 0
  #underWay = 0
  #hold: Hold | undefined
  #tooFast = false

  constructor(standIn: StandIn) {
    this.standIn = standIn
    const { server } = standIn
    const [answer] = server.listeners('request') as [RequestListener]
    server.removeAllListeners('request')
    server.on('request', (req: IncomingMessage, res: ServerResponse) => {
      const endpoint = req.url?.split('/').at(-1) ?? ''
      this.sent.push(endpoint)
      if (endpoint === 'token') {
        void this.#token(res).then(() => res.writableEnded || answer(req, res))
      } else {
        answer(req, res)
      }
    })
  }

  get tokenCalls(): number {
    return this.sent.filter((endpoint) => endpoint === 'token').length
  }

  reset(): void {
    this.sent = []
    this.mostAtOnce = 0
    this.delay = 0
  }

  /** Keeps the next poll or code waiting at the door. */
  hold(): Hold {
    this.#hold = new Hold()
    return this.#hold
  }

  /** Answers the next poll as one too many. */
  slowDown(): void {
    this.#tooFast = true
  }

  async #token(res: ServerResponse): Promise<void> {
    this.#underWay += 1
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#underWay)
    res.once('close', () => {
      this.#underWay -= 1
    })
    const hold = this.#hold
    this.#hold = undefined
    await Promise.all([sleep(this.delay), hold?.pass()])
    if (this.#tooFast) {
      this.#tooFast = false
      res.writeHead(400, { 'content-type': 'application/json' })
      res.end(JSON.stringify({ error: 'slow_down', error_description: 'Polling too fast.' }))
    }
  }
}

export async function startCountedOkta(options: StandInOptions): Promise<CountedOkta> {
  return new CountedOkta(await startStandIn(options))
}
