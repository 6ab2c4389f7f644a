import { Agent, request } from 'node:http'

/** One connection that stays open, and so reaches the same process of a cluster each time. */
export class Connection {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })

  /** What `fetch` does, as far as tests of the example need it. */
  fetch = async (url: string, { method = 'GET', headers, body }: RequestInit): Promise<Response> =>
    new Promise((resolve, reject) => {
      const form = body instanceof URLSearchParams
      const sent = request(
        url,
        {
          agent: this.#agent,
          method,
          headers: {
            ...(headers as Record<string, string>),
            ...(form && { 'content-type': 'application/x-www-form-urlencoded' }),
          },
        },
        (answer) => {
          answer.toArray().then((chunks: Buffer[]) => {
            const received = new Headers()
            for (let index = 0; index < answer.rawHeaders.length; index += 2) {
              const [name = '', value = ''] = answer.rawHeaders.slice(index, index + 2)
              received.append(name, value)
            }
            const status = answer.statusCode ?? 0
            resolve(new Response(Buffer.concat(chunks), { status, headers: received }))
          }, reject)
        },
      )
      sent.on('error', reject)
      sent.end(form ? body.toString() : undefined)
    })

  close(): void {
    this.#agent.destroy()
  }
}
