import type { Request } from 'express'
import { LRUCache } from 'lru-cache'
import { OktaOobClient } from './okta/client.ts'
import type { OktaOobClientOptions } from './okta/options.ts'

/** Finds the Okta of a request, for example by its host name. */
export type Resolve = (req: Request) => OktaOobClientOptions | Promise<OktaOobClientOptions>

/** More orgs than this share the memory of those used longest ago, which are discovered again. */
const maxClients = 100

/** The Okta clients of an app that serves several orgs: one for each issuer, client and secret. */
export class Tenants {
  readonly resolve: Resolve
  readonly clients: LRUCache<string, OktaOobClient> = new LRUCache({ max: maxClients })

  constructor(resolve: Resolve) {
    this.resolve = resolve
  }

  /** @throws {TypeError} naming the option that is wrong or missing, and what `resolve` throws */
  async clientFor(req: Request): Promise<OktaOobClient> {
    const options = await this.resolve(req)
    const client = new OktaOobClient(options)
    const key = JSON.stringify([client.issuer, client.clientId, options.clientSecret])
    const known = this.clients.get(key)
    if (known) {
      return known
    }
    this.clients.set(key, client)
    return client
  }
}
