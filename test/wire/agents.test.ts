import { expect } from 'chai'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { OktaOobClient, OktaOobError, type OktaOobClientOptions } from 'passport-okta-oob/client'
import { privateAuthority, type Authority } from '../support/certificates.ts'
import { startOktaServer, type OktaServer } from '../support/okta-server.ts'
import { whenOver } from '../support/resources.ts'

const start = { loginHint: 'alice@example.com', channel: 'sms' }

/** A proxy that speaks CONNECT, as companies have them, and what it was asked for. */
async function startProxy(): Promise<{ url: string; targets: string[] }> {
  const targets: string[] = []
  const tunnels: net.Socket[] = []
  const proxy = http.createServer()
  proxy.on('connect', ({ url = '' }, socket: net.Socket) => {
    targets.push(url)
    const { hostname, port } = new URL(`http://${url}`)
    const tunnel = net.connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      tunnel.pipe(socket).pipe(tunnel)
    })
    tunnels.push(tunnel, socket)
    for (const end of [tunnel, socket]) {
      end.on('error', () => {
        tunnel.destroy()
        socket.destroy()
      })
    }
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  whenOver(() => {
    proxy.close()
    for (const tunnel of tunnels) {
      tunnel.destroy()
    }
  })
  return { url: `http://localhost:${(proxy.address() as AddressInfo).port}`, targets }
}

function clientOf(okta: OktaServer, options: OktaOobClientOptions = {}): OktaOobClient {
  return new OktaOobClient({ issuer: okta.issuer, clientID: 'app', ...options }, {})
}

async function signIn(client: OktaOobClient): Promise<unknown> {
  const challenge = await client.start(start)
  const result = await client.complete(challenge, { code: '123456' })
  return result.status === 'complete' && result.claims.sub
}

async function failedStart(client: OktaOobClient): Promise<OktaOobError> {
  const error = await client.start(start).catch((reason: unknown) => reason)
  expect(error).to.be.instanceOf(OktaOobError)
  return error as OktaOobError
}

describe('An agent of the app’s', () => {
  let authority: Authority

  before(async () => {
    authority = await privateAuthority()
  })

  it('that knows a private CA lets the user in', async () => {
    const okta = await startOktaServer(await authority.forServer())
    const agent = new https.Agent({ ca: authority.cert, keepAlive: true })
    whenOver(() => agent.destroy())

    expect(await signIn(clientOf(okta, { agent }))).to.equal('00u1alice')
    expect(okta.sockets).to.have.length(1)
  })

  it('is needed there: without it Okta is out of reach, and the cause says why', async () => {
    const okta = await startOktaServer(await authority.forServer())

    const error = await failedStart(clientOf(okta))

    expect(error).to.include({ code: 'upstream_unavailable', retryable: true })
    expect(error.cause).to.have.property('code', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE')
    expect(okta.calls).to.deep.equal([])
  })

  it('that shows a certificate is known to an Okta behind mutual TLS', async () => {
    const tls = { ca: authority.cert, requestCert: true, rejectUnauthorized: true }
    const okta = await startOktaServer({ ...(await authority.forServer()), ...tls })
    const agent = new https.Agent({ ca: authority.cert, ...(await authority.forClient('our-app')) })
    whenOver(() => agent.destroy())
    const names = new Set<unknown>()
    okta.intercept = (_call, req) => {
      names.add((req.socket as TLSSocket).getPeerCertificate().subject.CN)
    }

    expect(await signIn(clientOf(okta, { agent }))).to.equal('00u1alice')
    expect([...names]).to.deep.equal(['our-app'])
  })

  it('without that certificate reaches nobody there', async () => {
    const tls = { ca: authority.cert, requestCert: true, rejectUnauthorized: true }
    const okta = await startOktaServer({ ...(await authority.forServer()), ...tls })
    const agent = new https.Agent({ ca: authority.cert })

    const error = await failedStart(clientOf(okta, { agent }))

    expect(error).to.include({ code: 'upstream_unavailable' })
    expect(okta.calls).to.deep.equal([])
  })

  it('leads through a proxy, which sees the host of Okta and nothing else', async () => {
    const okta = await startOktaServer(await authority.forServer())
    const proxy = await startProxy()
    const agent = new HttpsProxyAgent(proxy.url, { keepAlive: true })
    // Its own options are for the connection to the proxy; these are for the one to Okta.
    Object.assign(agent.options, { ca: authority.cert })
    whenOver(() => agent.destroy())

    expect(await signIn(clientOf(okta, { agent }))).to.equal('00u1alice')
    expect(proxy.targets).to.deep.equal([new URL(okta.issuer).host])
  })

  it('whose proxy is down: Okta is out of reach', async () => {
    const okta = await startOktaServer(await authority.forServer())
    const agent = new HttpsProxyAgent('http://localhost:1')

    const error = await failedStart(clientOf(okta, { agent }))

    expect(error).to.include({ code: 'upstream_unavailable', retryable: true })
    expect(error.cause).to.have.property('code', 'ECONNREFUSED')
  })

  it('for plain http goes with an issuer on this machine', async () => {
    const okta = await startOktaServer()
    const agent = new http.Agent({ keepAlive: true })
    whenOver(() => agent.destroy())

    expect(await signIn(clientOf(okta, { agent }))).to.equal('00u1alice')
    expect(Object.keys(agent.freeSockets)).to.have.length(1)
  })

  const wrong: Record<string, [object, string]> = {
    'a proxy’s address': [
      { agent: 'http://proxy.example.com' },
      'option "agent" must be an https.Agent',
    ],
    'the options of one': [{ agent: { ca: 'pem' } }, 'option "agent" must be an https.Agent'],
    'one beside fetch': [
      { agent: new https.Agent(), fetch },
      'option "agent" cannot go with fetch',
    ],
  }
  for (const [name, [options, message]] of Object.entries(wrong)) {
    it(`cannot be ${name}`, () => {
      const issuer = 'https://example.okta.com'
      expect(() => new OktaOobClient({ issuer, clientID: 'app', ...options })).to.throw(
        TypeError,
        message,
      )
    })
  }
})
