import { expect } from 'chai'
import { decodeJwt, generateKeyPair } from 'jose'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PrivateKeyJwt } from 'openid-client'
import {
  OktaOobClient,
  OktaOobError,
  type Challenge,
  type OktaOobClientOptions,
} from 'passport-okta-oob'
import { recordingFetch } from '../support/recording-fetch.ts'
import { whenOver } from '../support/resources.ts'

/** An Okta that breaks the connection of the calls it is told to, before any answer. */
async function breakingOkta(breaks: number, options: OktaOobClientOptions = {}) {
  const calls: string[] = []
  const { fetch, requests } = recordingFetch()
  let left = breaks
  const server: Server = createServer((req, res) => {
    const { port } = server.address() as AddressInfo
    const issuer = `http://localhost:${port}`
    if (req.url === '/.well-known/openid-configuration') {
      const endpoints = { token_endpoint: `${issuer}/v1/token`, jwks_uri: `${issuer}/v1/keys` }
      res.end(JSON.stringify({ issuer, ...endpoints }))
      return
    }
    if (req.url === '/v1/keys') {
      res.end(JSON.stringify({ keys: [] }))
      return
    }
    calls.push(req.url ?? '')
    if (left > 0) {
      left -= 1
      req.socket.destroy()
      return
    }
    res.writeHead(400, { 'content-type': 'application/json' })
    res.end(JSON.stringify({ error: 'authorization_pending' }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  whenOver(() => {
    server.close()
    server.closeAllConnections()
  })
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`
  const client = new OktaOobClient({ issuer, clientID: 'app', fetch, ...options })
  const challenge: Challenge = {
    id: 'keep-alive',
    oobCode: 'ft-keep-alive',
    channel: 'push',
    bindingMethod: 'none',
    expiresAt: Date.now() + 300_000,
    interval: 5,
    loginHint: 'alice@example.com',
    issuer,
    clientId: 'app',
    scope: 'openid profile',
  }
  return { client, challenge, calls, requests }
}

describe('A connection that breaks before any answer', () => {
  it('costs a poll nothing: it is sent once more', async () => {
    const { client, challenge, calls } = await breakingOkta(1)

    expect(await client.complete(challenge)).to.deep.equal({ status: 'pending' })
    expect(calls).to.have.length(2)
  })

  for (const dpop of [false, true]) {
    it(`has the poll sent again with another assertion${dpop ? ' and another proof' : ''}`, async () => {
      const { privateKey } = await generateKeyPair('RS256')
      const { client, challenge, requests } = await breakingOkta(1, {
        clientAuthentication: PrivateKeyJwt(privateKey),
        dpop,
      })

      expect(await client.complete(challenge)).to.deep.equal({ status: 'pending' })

      const assertions = requests('/token').map(({ form }) => form['client_assertion'] ?? '')
      const proofs = requests('/token').flatMap(({ headers }) => headers.get('dpop') ?? [])
      expect(assertions).to.have.length(2)
      expect(proofs).to.have.length(dpop ? 2 : 0)
      const ids = [...assertions, ...proofs].map((jwt) => decodeJwt(jwt).jti)
      expect(new Set(ids).size).to.equal(ids.length)
    })
  }

  it('fails the poll, for now, when it breaks again', async () => {
    const { client, challenge, calls } = await breakingOkta(2)

    const error = await client.complete(challenge).catch((failure: unknown) => failure)

    expect(error)
      .to.be.instanceOf(OktaOobError)
      .and.include({ code: 'upstream_unavailable', retryable: true })
    expect(calls).to.have.length(2)
  })

  it('never has a start sent twice, for a second text or push would go out', async () => {
    const { client, calls } = await breakingOkta(1)

    const error = await client
      .start({ loginHint: 'alice@example.com', channel: 'sms' })
      .catch((failure: unknown) => failure)

    expect(error).to.be.instanceOf(OktaOobError).and.include({ code: 'upstream_unavailable' })
    expect(calls).to.have.length(1)
  })

  it('never has a code sent twice, for each is an attempt', async () => {
    const { client, challenge, calls } = await breakingOkta(1)

    const error = await client
      .complete({ ...challenge, bindingMethod: 'prompt' }, { code: '123456' })
      .catch((failure: unknown) => failure)

    expect(error).to.include({ code: 'upstream_unavailable', retryable: true })
    expect(calls).to.have.length(1)
  })
})

describe('A fetch of the app’s that fails without an error to look at', () => {
  for (const nothing of [undefined, null, 'down']) {
    it(`is Okta out of reach: rejected with ${String(nothing)}`, async () => {
      const client = new OktaOobClient({
        issuer: 'https://example.okta.com',
        clientID: 'app',
        fetch: () => Promise.reject(nothing),
      })

      const error = await client
        .start({ loginHint: 'alice@example.com', channel: 'sms' })
        .catch((failure: unknown) => failure)

      expect(error)
        .to.be.instanceOf(OktaOobError)
        .and.include({ code: 'upstream_unavailable', retryable: true })
    })
  }
})
