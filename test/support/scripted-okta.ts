import { OktaWire, publicJwk } from './okta.ts'

export type Endpoint = 'discovery' | 'keys' | 'start' | 'token' | 'userinfo'

export interface Sent {
  endpoint: Endpoint
  form: Record<string, string>
}

export function endpointOf(url: string): Endpoint {
  const name = new URL(url, 'http://localhost').pathname.split('/').at(-1)
  const endpoints: Record<string, Endpoint> = {
    'openid-configuration': 'discovery',
    keys: 'keys',
    token: 'token',
    userinfo: 'userinfo',
  }
  return endpoints[name ?? ''] ?? 'start'
}

/** What an Okta without faults answers: a challenge to every start, tokens to every `/token`. */
export async function usualAnswer(wire: OktaWire, { endpoint, form }: Sent): Promise<object> {
  switch (endpoint) {
    case 'discovery':
      return wire.metadata()
    case 'keys':
      return { keys: [publicJwk] }
    case 'start': {
      const common = { oob_code: 'ft-oob-code', expires_in: 300, channel: form['channel_hint'] }
      return form['channel_hint'] === 'push'
        ? { ...common, interval: 5, binding_method: 'transfer', binding_code: '95' }
        : { ...common, binding_method: 'prompt' }
    }
    case 'token':
      return wire.tokens()
    case 'userinfo':
      return { sub: wire.claims()['sub'] }
  }
}

/** Okta inside the test, behind the strategy's `fetch` option, which keeps what was sent to it. */
export class ScriptedOkta {
  readonly wire: OktaWire = new OktaWire()
  /** The posted forms; discovery and keys are left out. */
  readonly sent: Sent[] = []
  /** Takes the place of an endpoint's usual answer, where it returns one. */
  answers: Partial<Record<Endpoint, (form: Sent['form']) => Response | undefined>> = {}

  /** What makes a strategy its client. */
  get options(): {
    issuer: string
    clientID: string
    fetch: (url: string, init: RequestInit) => Promise<Response>
  } {
    const { issuer, clientId } = this.wire
    return { issuer, clientID: clientId, fetch: (url, init) => this.#answer(url, init) }
  }

  async #answer(url: string, init: RequestInit): Promise<Response> {
    const endpoint = endpointOf(url)
    const body = init.body instanceof URLSearchParams ? init.body.toString() : ''
    const sent = { endpoint, form: Object.fromEntries(new URLSearchParams(body)) }
    if (init.method === 'POST') {
      this.sent.push(sent)
    }
    return this.answers[endpoint]?.(sent.form) ?? Response.json(await usualAnswer(this.wire, sent))
  }
}
