import { LRUCache } from 'lru-cache'
import { Audit } from '../audit.ts'
import { OktaOobClient, type OktaOobClientOptions } from '../okta/index.ts'
import { check } from '../options.ts'
import type { HostRequest } from './host-port.ts'

/** Finds the Okta of a request, for example by its host name. */
export type Resolve = (req: HostRequest) => OktaOobClientOptions | Promise<OktaOobClientOptions>

/** Beyond this many, the client that was used longest ago is dropped. */
const maxClients = 100

/** Options that JSON does not hold: they must be identical for a client to be used again. */
const compared = ['clientAuthentication', 'dpop', 'agent', 'fetch', 'onFallback'] as const
const notInJson = Object.fromEntries(compared.map((name) => [name, undefined]))

interface Known {
  options: OktaOobClientOptions
  client: OktaOobClient
}

/** The Okta clients of an app that serves several orgs: one for each set of options. */
export class Tenants {
  readonly #resolve: Resolve
  readonly #clients = new LRUCache<string, Known>({ max: maxClients })

  constructor(resolve: Resolve) {
    this.#resolve = resolve
  }

  /** @throws {TypeError} naming the option that is wrong or missing, and what `resolve` throws */
  async clientFor(req: HostRequest): Promise<OktaOobClient> {
    const options: unknown = await this.#resolve(req)
    check(typeof options === 'object' && options !== null, 'resolve', 'must return client options')
    const key = JSON.stringify({ ...options, ...notInJson })
    const known = this.#clients.get(key)
    const given: OktaOobClientOptions = options
    if (known && compared.every((name) => known.options[name] === given[name])) {
      return known.client
    }
    // The secret in the environment is that of the environment's client only.
    const client = makeClient(given, {})
    this.#clients.set(key, { options: given, client })
    return client
  }
}

/** A client whose move to another endpoint is an audit event. */
export function makeClient(
  options: OktaOobClientOptions,
  environment?: Record<string, string | undefined>,
): OktaOobClient {
  const onFallback: OktaOobClientOptions['onFallback'] = (fallback) => {
    const { issuer, clientId } = client
    new Audit(() => ({ issuer, clientId })).report('fallback', undefined, () => fallback)
    options.onFallback?.(fallback)
  }
  const client = new OktaOobClient({ ...options, onFallback }, environment)
  return client
}
