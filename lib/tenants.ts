import type { Request } from 'express'
import { LRUCache } from 'lru-cache'
import { OktaOobClient } from './okta/client.ts'
import type { OktaOobClientOptions } from './okta/options.ts'

/** Finds the Okta of a request, for example by its host name. */
export type Resolve = (req: Request) => OktaOobClientOptions | Promise<OktaOobClientOptions>

/** Beyond this many, the client that was used longest ago is dropped. */
const maxClients = 100

/** What a key cannot be made of: these must be the very same ones for a client to be used again. */
const compared = ['clientAuthentication', 'dpop', 'fetch'] as const

interface Known {
  options: OktaOobClientOptions
  client: OktaOobClient
}

/** The Okta clients of an app that serves several orgs: one for each set of options. */
export class Tenants {
  readonly resolve: Resolve
  readonly clients: LRUCache<string, Known> = new LRUCache({ max: maxClients })

  constructor(resolve: Resolve) {
    this.resolve = resolve
  }

  /** @throws {TypeError} naming the option that is wrong or missing, and what `resolve` throws */
  async clientFor(req: Request): Promise<OktaOobClient> {
    const options = await this.resolve(req)
    const key = JSON.stringify(options)
    const known = this.clients.get(key)
    if (known && compared.every((name) => known.options[name] === options[name])) {
      return known.client
    }
    // The environment's secret belongs to the environment's client, and to no one else's.
    const client = new OktaOobClient(options, {})
    this.clients.set(key, { options, client })
    return client
  }
}
