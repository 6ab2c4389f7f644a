import { once } from 'node:events'
import http, { Agent, type IncomingMessage } from 'node:http'

/** One connection that stays open, and so reaches the same process of a cluster each time. */
export class Connection {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })

  /** What `fetch` does, as far as tests of the example need it. */
  readonly fetch = async (
    url: string,
    { method = 'GET', headers, body }: RequestInit,
  ): Promise<Response> => {
    const form = body instanceof URLSearchParams && {
      'content-type': 'application/x-www-form-urlencoded',
    }
    const sent = http.request(url, {
      agent: this.#agent,
      method,
      headers: { ...(headers as Record<string, string>), ...form },
    })
    sent.end(form ? String(body) : undefined)
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    const received = new Headers()
    for (const [name, values = []] of Object.entries(answer.headersDistinct)) {
      for (const value of values) {
        received.append(name, value)
      }
    }
    const chunks = (await answer.toArray()) as Buffer[]
    return new Response(Buffer.concat(chunks), {
      status: answer.statusCode ?? 0,
      headers: received,
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
