import { expect } from 'chai'
import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import nock from 'nock'
import { OktaOobStrategy } from 'passport-okta-oob'
import { refusals } from '../support/account.ts'
import { startApp, type TestApp } from '../support/app.ts'
import { listen } from '../support/audit.ts'
import { stopClock } from '../support/clock.ts'
import { OktaWire } from '../support/okta.ts'
import { jsonHeaders, RawBrowser } from '../support/raw.ts'
import { whenOver } from '../support/resources.ts'
import { endpointOf, usualAnswer, type Endpoint } from '../support/scripted-okta.ts'
import { alice } from '../support/strangers.ts'

/** An Okta on real sockets, which tells when a call has `arrived` that it keeps, and `closed`. */
class SlowOkta extends EventEmitter {
  readonly wire: OktaWire
  readonly calls: Endpoint[] = []
  /** Which calls are kept waiting. */
  hangs: Endpoint | undefined
  /** Answers what was kept waiting. */
  answerAll: () => void = () => {}

  constructor(port: number) {
    super()
    this.wire = new OktaWire(`http://localhost:${port}`)
  }

  async answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const endpoint = endpointOf(req.url ?? '')
    const form = Object.fromEntries(new URLSearchParams(await text(req)))
    this.calls.push(endpoint)
    if (endpoint === this.hangs) {
      res.on('close', () => this.emit('closed'))
      const answered = new Promise<void>((resolve) => {
        this.answerAll = resolve
      })
      this.emit('arrived')
      await answered
    }
    const waits = endpoint === 'token' && form['binding_code'] === undefined
    const { status, ...pending } = refusals.pending
    res.writeHead(waits ? status : 200, { 'content-type': 'application/json' })
    res.end(JSON.stringify(waits ? pending : await usualAnswer(this.wire, { endpoint, form })))
  }

  static async listen(): Promise<SlowOkta> {
    // nock's replacement for the global fetch is not the one whose sockets matter.
    nock.restore()
    whenOver(() => {
      nock.activate()
    })
    const server = createServer((req, res) => void okta.answer(req, res))
    server.listen(0, 'localhost')
    await once(server, 'listening')
    whenOver(async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    })
    const okta = new SlowOkta((server.address() as AddressInfo).port)
    return okta
  }
}

interface Scene {
  okta: SlowOkta
  app: TestApp
  browser: RawBrowser
  /** The signals of the calls to Okta that were sent so far. */
  signals: (AbortSignal | null | undefined)[]
}

async function begin(): Promise<Scene> {
  const okta = await SlowOkta.listen()
  const signals: Scene['signals'] = []
  const strategy = new OktaOobStrategy({
    issuer: okta.wire.issuer,
    clientID: okta.wire.clientId,
    // What is given up here is given up by the browser, and not by the clock.
    timeout: 60,
    fetch: (url, init) => {
      signals.push(init.signal)
      return fetch(url, init)
    },
  })
  const app = await startApp(strategy)
  return { okta, app, browser: new RawBrowser(app.origin), signals }
}

const ways = {
  'passport.authenticate': { start: '/login', complete: '/login' },
  'the handlers': { start: '/start', complete: '/complete' },
}

/** Sends a request, waits until Okta has it, and hangs up. */
async function hangUp({ okta, browser }: Scene, path: string, fields: object): Promise<void> {
  const [arrived, closed] = [once(okta, 'arrived'), once(okta, 'closed')]
  const socket = await browser.open({ path, body: JSON.stringify(fields), headers: jsonHeaders })
  await arrived
  socket.destroy()
  await closed
}

const bodyOf = (answer: string): any => JSON.parse(answer.split('\r\n\r\n')[1] ?? '')
const code = '1234'

for (const [door, { start, complete }] of Object.entries(ways)) {
  describe(`A browser that goes away, through ${door}`, () => {
    it('ends a start at Okta, and leaves the challenge from before as it was', async () => {
      const scene = await begin()
      const { okta, browser } = scene
      await browser.postJson(start, { username: alice, channel: 'sms' })
      okta.hangs = 'start'
      await hangUp(scene, start, { username: 'bob@example.com', channel: 'sms' })

      const { challenge } = bodyOf(await browser.getJson('/challenge'))
      expect(challenge).to.include({ channel: 'sms' })
      expect(await browser.postJson(complete, { code })).to.match(/^HTTP\/1.1 200 /)
    })

    it('ends the sending of a code, which has been tried, and leaves the challenge', async () => {
      const scene = await begin()
      const { okta, browser } = scene
      await browser.postJson(start, { username: alice, channel: 'sms' })
      okta.hangs = 'token'
      const reported = listen()
      await hangUp(scene, complete, { code: '0000' })
      okta.hangs = undefined

      expect(await browser.postJson(complete, { code })).to.match(/^HTTP\/1.1 200 /)
      expect(reported.map(({ event, message }) => [event, message['code']])).to.deep.equal([
        ['failure', 'upstream_unavailable'],
        ['success', undefined],
      ])
    })

    it('ends a poll, and the next one goes through after the interval', async () => {
      const clock = stopClock()
      const scene = await begin()
      const { okta, browser } = scene
      await browser.postJson(start, { username: alice })
      clock.tick(5000)
      okta.hangs = 'token'
      await hangUp(scene, complete, {})
      okta.hangs = undefined
      const polls = () => okta.calls.filter((endpoint) => endpoint === 'token').length
      expect(polls()).to.equal(1)

      clock.tick(4000)
      expect(bodyOf(await browser.postJson(complete))).to.include({ retryAfter: 1 })
      expect(polls()).to.equal(1)
      clock.tick(1000)
      expect(bodyOf(await browser.postJson(complete))).to.include({ retryAfter: 5 })
      expect(polls()).to.equal(2)
    })

    it('ends nothing once it has its answer', async () => {
      const { okta, browser, signals, app } = await begin()
      const headers = { ...jsonHeaders, connection: 'keep-alive' }
      const body = JSON.stringify({ username: alice, channel: 'sms' })
      const socket = await browser.open({ path: start, body, headers })
      await once(socket, 'data')
      socket.destroy()
      // The app has seen the connection close when it answers the next request.
      await app.browser().get('/me')

      expect(okta.calls).to.include('start')
      expect(signals.filter((signal) => signal?.aborted)).to.deep.equal([])
    })
  })
}

describe('A browser that goes away', () => {
  it('before it is known which Okta to ask, has nothing sent', async () => {
    const okta = await SlowOkta.listen()
    const closed = new EventEmitter()
    const strategy = new OktaOobStrategy({
      resolve: async ({ res }) => {
        closed.emit('resolving')
        await once(res as ServerResponse, 'close')
        return { issuer: okta.wire.issuer, clientID: okta.wire.clientId }
      },
    })
    const app = await startApp(strategy)
    const reported = listen()
    const resolving = once(closed, 'resolving')
    const body = JSON.stringify({ username: alice, channel: 'sms' })
    const socket = await new RawBrowser(app.origin).open({
      path: '/start',
      body,
      headers: jsonHeaders,
    })
    await resolving
    socket.destroy()
    while (!reported.some(({ event }) => event === 'failure')) {
      await app.browser().get('/me')
    }

    expect(okta.calls).to.not.include('start')
    expect(reported.map(({ event }) => event)).to.deep.equal(['start', 'failure'])
  })

  it('does not get around the limit of codes', async () => {
    const scene = await begin()
    const { okta, browser } = scene
    await browser.postJson('/start', { username: alice, channel: 'sms' })
    okta.hangs = 'token'
    for (let tries = 0; tries < 4; tries += 1) {
      await hangUp(scene, '/complete', { code: '0000' })
    }
    okta.hangs = undefined

    expect(bodyOf(await browser.postJson('/complete', { code })).error.code).to.equal(
      'no_challenge',
    )
  })

  it('does not keep others from the metadata that it was the first to need', async () => {
    const { okta, app, browser } = await begin()
    okta.hangs = 'discovery'
    const arrived = once(okta, 'arrived')
    const fields = { username: alice, channel: 'push' }
    const body = JSON.stringify(fields)
    const socket = await browser.open({ path: '/start', body, headers: jsonHeaders })
    await arrived
    const other = app.browser().postJson('/start', fields)
    socket.destroy()
    // The app has seen the connection close when it answers the next request.
    await app.browser().get('/me')
    okta.answerAll()

    expect((await other).status).to.equal(200)
    expect(okta.calls).to.deep.equal(['discovery', 'start'])
  })
})
