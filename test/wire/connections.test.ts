import { expect } from 'chai'
import { decodeJwt, generateKeyPair } from 'jose'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { PrivateKeyJwt } from 'openid-client'
import { OktaOobClient, OktaOobError, type OktaOobClientOptions } from 'passport-okta-oob'
import { eventually } from '../support/handles.ts'
import { startOktaServer, type OktaServer } from '../support/okta-server.ts'

const start = { loginHint: 'alice@example.com', channel: 'sms' }
const pending = { status: 'pending' }
const transports: Record<string, OktaOobClientOptions> = {
  'by node:http': {},
  'by a fetch of the app’s': { fetch: (url, init) => fetch(url, init) },
}

function clientOf(okta: OktaServer, options: OktaOobClientOptions = {}): OktaOobClient {
  return new OktaOobClient({ issuer: okta.issuer, clientID: 'app', ...options }, {})
}

/** A connection that no other test has used. */
function newAgent(): Agent {
  return new Agent({ keepAlive: true, timeout: 60_000 })
}

async function failure(call: Promise<unknown>): Promise<OktaOobError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).to.be.instanceOf(OktaOobError)
  return error as OktaOobError
}

describe('Connections to Okta', () => {
  // Sockets go by a clock of Node's own that no test can move.
  it('a push that is polled for half a minute every 5 seconds takes one', async () => {
    const okta = await startOktaServer()
    const client = clientOf(okta)
    for (let polls = 0; polls < 7; polls += 1) {
      await sleep(polls === 0 ? 0 : 5000)
      expect(await client.complete(okta.challenge())).to.deep.equal(pending)
    }
    expect(okta.to('token')).to.have.length(7)
    expect(okta.sockets).to.have.length(1)
  }).timeout(60_000)

  it('are used again by whoever signs in next', async () => {
    const okta = await startOktaServer()
    for (const client of [clientOf(okta), clientOf(okta)]) {
      const challenge = await client.start(start)
      const result = await client.complete(challenge, { code: '123456' })
      expect(result.status).to.equal('complete')
    }
    expect(okta.sockets).to.have.length(1)
  })

  it('are as many as calls are under way, and no more for the next ones', async () => {
    const okta = await startOktaServer()
    const client = clientOf(okta)
    await client.start(start)
    const together = () => Promise.all(Array.from({ length: 8 }, () => client.start(start)))
    await together()
    const opened = okta.sockets.length
    await together()
    expect(opened).to.be.within(2, 8)
    expect(okta.sockets).to.have.length(opened)
  })

  it('are not used again once Okta has closed them', async () => {
    const okta = await startOktaServer()
    const agent = newAgent()
    const client = clientOf(okta, { agent })
    await client.start(start)
    okta.sockets[0]?.destroy()
    await eventually(() => {
      expect(agent.freeSockets).to.deep.equal({})
    })

    await client.start(start)

    expect(okta.to('start').map(({ connection }) => connection)).to.deep.equal([0, 1])
  })

  it('are given up when Okta’s Keep-Alive header says so', async () => {
    const okta = await startOktaServer()
    okta.intercept = (_call, _req, res) => {
      res.setHeader('keep-alive', 'timeout=1')
      res.setHeader('connection', 'keep-alive')
    }
    const client = clientOf(okta)
    await client.start(start)
    const last = okta.sockets.at(-1)
    if (last?.closed === false) {
      await once(last, 'close')
    }

    await client.start(start)
    expect(okta.to('start')).to.have.length(2)
  })

  it('do not keep a program alive that has nothing else to do', async () => {
    const okta = await startOktaServer()
    const program = `
      import { OktaOobClient } from 'passport-okta-oob/client'
      const client = new OktaOobClient({ issuer: '${okta.issuer}', clientID: 'app' })
      const { channel } = await client.start({ loginHint: 'alice@example.com', channel: 'sms' })
      console.log(channel)`

    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', program],
      { cwd: new URL('../..', import.meta.url), timeout: 25_000 },
    )

    expect(stdout).to.equal('sms\n')
  })
})

for (const [transport, options] of Object.entries(transports)) {
  describe(`A connection that breaks before any answer, ${transport}`, () => {
    /** Breaks the connection of so many calls to an endpoint, each a used one. */
    async function breaking(breaks: number, endpoint: 'token' | 'start', more = {}) {
      const okta = await startOktaServer()
      const client = clientOf(okta, { ...options, ...more })
      await client.start(start)
      okta.calls.splice(0)
      let left = breaks
      okta.intercept = (call, req) => {
        if (call.endpoint !== endpoint || left === 0) {
          return false
        }
        left -= 1
        req.socket.destroy()
        return true
      }
      return { okta, client }
    }

    it('costs a poll nothing: it is sent once more', async () => {
      const { okta, client } = await breaking(1, 'token')

      expect(await client.complete(okta.challenge())).to.deep.equal(pending)
      expect(okta.to('token')).to.have.length(2)
    })

    for (const dpop of [false, true]) {
      it(`has the poll sent again with another assertion${dpop ? ' and another proof' : ''}`, async () => {
        const { privateKey } = await generateKeyPair('RS256')
        const clientAuthentication = PrivateKeyJwt(privateKey)
        const { okta, client } = await breaking(1, 'token', { clientAuthentication, dpop })

        expect(await client.complete(okta.challenge())).to.deep.equal(pending)

        const assertions = okta.to('token').map(({ form }) => form['client_assertion'] ?? '')
        const proofs = okta.to('token').flatMap(({ headers }) => headers['dpop'] ?? [])
        expect(assertions).to.have.length(2)
        expect(proofs).to.have.length(dpop ? 2 : 0)
        const ids = [...assertions, ...proofs].map((jwt) => decodeJwt(jwt).jti)
        expect(new Set(ids).size).to.equal(ids.length)
      })
    }

    it('fails the poll, for now, when it breaks again', async () => {
      const { okta, client } = await breaking(2, 'token')

      const error = await failure(client.complete(okta.challenge()))

      expect(error).to.include({ code: 'upstream_unavailable', retryable: true })
      expect(okta.to('token')).to.have.length(2)
    })

    it('never has a start sent twice, for a second text or push would go out', async () => {
      const { okta, client } = await breaking(1, 'start')

      const error = await failure(client.start(start))

      expect(error).to.include({ code: 'upstream_unavailable' })
      expect(okta.to('start')).to.have.length(1)
    })

    it('never has a code sent twice, for each is an attempt', async () => {
      const { okta, client } = await breaking(1, 'token')

      const error = await failure(client.complete(okta.challenge('sms'), { code: '123456' }))

      expect(error).to.include({ code: 'upstream_unavailable', retryable: true })
      expect(okta.to('token')).to.have.length(1)
    })
  })
}

describe('A fetch of the app’s that fails without an error to look at', () => {
  for (const nothing of [undefined, null, 'down']) {
    it(`is Okta out of reach: rejected with ${String(nothing)}`, async () => {
      const client = new OktaOobClient({
        issuer: 'https://example.okta.com',
        clientID: 'app',
        fetch: () => Promise.reject(nothing),
      })

      const error = await failure(client.start(start))

      expect(error).to.include({ code: 'upstream_unavailable', retryable: true })
    })
  }
})
