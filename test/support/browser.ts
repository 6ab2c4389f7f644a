/** An answer with its body read. */
export interface Page {
  status: number
  headers: Headers
  location: string | null
  text: string
  /** The body as JSON, of no type in particular. */
  json: any
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** What a browser does for a sign-in: cookies, forms, no redirects on its own. */
export class Browser {
  readonly origin: string
  cookies: Map<string, string> = new Map()
  /** Whether the first answer to each post gets lost, cookies and all, and it is sent again. */
  losesAnswers = false
  readonly #fetch: Fetch
  readonly #leaving = new AbortController()

  constructor(origin: string, send: Fetch = (url, init) => fetch(url, init)) {
    this.origin = origin
    this.#fetch = send
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Page> {
    return this.send(path, { headers })
  }

  /** Posts a form, as a page does. */
  post(
    path: string,
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<Page> {
    return this.send(path, { method: 'POST', body: new URLSearchParams(fields), headers })
  }

  /** Posts JSON, as a script does. */
  postJson(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Page> {
    return this.send(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    })
  }

  /** Another tab: the same cookies from here on, each with its own answers. */
  copy(): Browser {
    const other = new Browser(this.origin, this.#fetch)
    other.cookies = new Map(this.cookies)
    return other
  }

  /** Closes its connections, in the middle of a request. */
  hangUp(): void {
    this.#leaving.abort()
  }

  async send(path: string, init: RequestInit): Promise<Page> {
    if (this.losesAnswers && init.method === 'POST') {
      await this.copy().send(path, init)
    }
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...(init.headers as Record<string, string>), ...(cookie && { cookie }) }
    const { signal } = this.#leaving
    const sent = { signal, ...init, headers, redirect: 'manual' as const }
    const answer = await this.#fetch(this.origin + path, sent)
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const [name = '', ...value] = pair.split('=')
      this.cookies.set(name, value.join('='))
    }
    const text = await answer.text()
    return {
      status: answer.status,
      headers: answer.headers,
      location: answer.headers.get('location'),
      text,
      json: parse(text),
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
