import { LRUCache } from 'lru-cache'
import { Audit } from '../audit.ts'
import { asError } from '../errors.ts'
import { OktaOobClient, type OktaOobClientOptions } from '../okta/index.ts'
import { check, isText } from '../options.ts'
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

  /** @throws {TypeError} naming what is wrong with the options, and what `resolve` throws */
  async clientFor(req: HostRequest): Promise<OktaOobClient> {
    const options: unknown = await this.#resolve(req)
    const kind = options === null ? 'null' : typeof options
    const isObject = typeof options === 'object' && options !== null
    check(isObject, 'resolve', `returned ${kind}, and must return client options`)
    const given: OktaOobClientOptions = options
    // The environment, which the client's own messages point to, is not read here.
    check(isText(given.issuer), 'resolve', 'returned options without "issuer"')
    const hasId = isText(given.clientID) || isText(given.clientId)
    check(hasId, 'resolve', 'returned options without "clientID"')
    try {
      return this.#clientWith(given)
    } catch (cause) {
      const reason = asError(cause).message.replace('passport-okta-oob: ', '')
      const message = `passport-okta-oob: option "resolve" returned wrong options: ${reason}`
      throw new TypeError(message, { cause })
    }
  }

  #clientWith(options: OktaOobClientOptions): OktaOobClient {
    const key = JSON.stringify({ ...options, ...notInJson })
    const known = this.#clients.get(key)
    if (known && compared.every((name) => known.options[name] === options[name])) {
      return known.client
    }
    // The secret in the environment is that of the environment's client only.
    const client = makeClient(options, {})
    this.#clients.set(key, { options, client })
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
