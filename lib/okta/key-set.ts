import * as oauth from 'oauth4webapi'
import { attempt, OktaOobError } from '../errors.ts'
import { fetchDocument } from './documents.ts'
import type { ClientSettings } from './options.ts'
import { isObject } from './transport.ts'

/** Milliseconds for which a key set is used; Okta rotates keys a few times a year. */
const maxAge = 300_000

/** Further fetches for tokens that the keys in hand do not verify: so many in so many milliseconds. */
const refetches = { most: 5, in: 60_000 }

/** The keys that an authorization server signs ID tokens with. */
export class KeySet {
  readonly #settings: ClientSettings
  readonly #url: string
  #fetched: { jwks: oauth.JWKS; at: number } | undefined
  #fetching: Promise<void> | undefined
  #refetchedAt: number[] = []

  constructor(settings: ClientSettings, url: string) {
    this.#settings = settings
    this.#url = url
  }

  /**
   * Has keys in hand: asked before a code is spent, so that no fault of theirs costs a sign-in.
   *
   * @throws {OktaOobError} where there are none to be had; nothing is lost then
   */
  async ready(): Promise<void> {
    if (!this.#fetched || Date.now() - this.#fetched.at >= maxAge) {
      await this.#fetch()
    }
  }

  /**
   * Verifies the signature of the ID token in a token response that oauth4webapi has processed. Keys
   * that do not verify it may have been rotated: they are fetched again at once, but not more
   * often than five times a minute, whatever tokens come.
   *
   * @throws what keeps the signature from being verified
   */
  async verify(metadata: oauth.AuthorizationServer, response: Response): Promise<void> {
    try {
      await this.#verifyOnce(metadata, response)
    } catch (error) {
      const now = Date.now()
      this.#refetchedAt = this.#refetchedAt.filter((at) => now - at < refetches.in)
      if (this.#refetchedAt.length >= refetches.most) {
        throw error
      }
      this.#refetchedAt.push(now)
      await this.#fetch()
      await this.#verifyOnce(metadata, response)
    }
  }

  async #verifyOnce(metadata: oauth.AuthorizationServer, response: Response): Promise<void> {
    const jwks = this.#fetched?.jwks ?? { keys: [] }
    // A fresh object and a fresh time: oauth4webapi then takes these keys and fetches none itself.
    const uat = Math.floor(Date.now() / 1000)
    const options = { [oauth.jwksCache]: { jwks, uat } }
    await oauth.validateApplicationLevelSignature({ ...metadata }, response, options)
  }

  /** One fetch for everyone who waits for one. */
  #fetch(): Promise<void> {
    this.#fetching ??= this.#fetchOnce().finally(() => {
      this.#fetching = undefined
    })
    return this.#fetching
  }

  async #fetchOnce(): Promise<void> {
    const document = await attempt(fetchDocument(this.#settings, this.#url))
    if (document instanceof OktaOobError && document.code !== 'protocol_error') {
      throw document
    }
    const keys = document instanceof OktaOobError ? undefined : document.json?.['keys']
    if (!Array.isArray(keys) || !keys.every(isObject)) {
      const message = 'Okta gave an answer that is not a set of keys.'
      // Nothing is spent yet, and a proxy's page may be gone with the next try.
      throw new OktaOobError('protocol_error', { message, retryable: true, cause: document })
    }
    this.#fetched = { jwks: { keys: keys }, at: Date.now() }
  }
}
