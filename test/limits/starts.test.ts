import { expect } from 'chai'
import type { Express } from 'express'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stopClock } from '../support/clock.ts'
import { whenOver } from '../support/resources.ts'
import {
  beginFlow,
  codeOf,
  shareStandIn,
  type Flow,
  type FlowOptions,
  type Step,
} from '../support/flow.ts'

const usernames = ['alice', 'bob', 'carol'].map((name) => `${name}@example.com`)
const others = { sends: false, pushes: false } as const

const behindProxy = (app: Express): unknown => app.set('trust proxy', 'loopback')

describe('Starts from one address', () => {
  const shared = shareStandIn()

  it('are sixty in 10 min, whoever they are for', async () => {
    const clock = stopClock()
    const { tab, calls } = await beginFlow(shared.okta, { strategy: { limits: others } })
    for (let start = 0; start < 60; start += 1) {
      const { code } = await tab.start({ username: usernames[start % 3] ?? '', channel: 'sms' })
      expect(code).to.equal('challenge_started')
    }
    clock.tick(100_000)

    const refused = await tab.start({ username: 'erin@example.com' })

    expect(refused).to.include({ status: 429, code: 'rate_limited', retryAfter: 500 })
    expect(refused.page.headers.get('retry-after')).to.equal('500')
    expect(calls.count('oob-authenticate')).to.equal(60)
    clock.tick(499_999)
    expect((await tab.start()).code).to.equal('rate_limited')
    clock.tick(1)
    expect((await tab.start()).code).to.equal('challenge_started')
  })

  /** A start for someone else each time, from this address. */
  const startFrom = async ({ tab }: Flow, address: string, index = 0): Promise<Step> => {
    const fields = { username: usernames[index] ?? '', channel: 'sms' }
    const page = await tab.browser.postJson('/login', fields, { 'x-forwarded-for': address })
    return { status: page.status, code: page.json.code, page }
  }
  const one = { limits: { starts: { points: 1, duration: 600 } } }

  it('are no resends, and no other ways', async () => {
    const clock = stopClock()
    const { tab } = await beginFlow(shared.okta, { strategy: one })
    await tab.start({ channel: 'sms' })
    clock.tick(60_000)

    expect((await tab.resend()).code).to.equal('challenge_started')
    expect((await tab.resend({ channel: 'push' })).code).to.equal('challenge_started')
    expect(await tab.start()).to.include({ code: 'rate_limited', retryAfter: 540 })
  })

  it('are given back by a sign-in, whatever came in between', async () => {
    const clock = stopClock()
    const { okta, tab } = await beginFlow(shared.okta, { strategy: one })
    await tab.start({ channel: 'sms' })
    clock.tick(30_000)
    await tab.resend({ channel: 'voice' })
    await tab.submit(codeOf(okta))

    expect((await tab.start({ username: 'bob@example.com' })).code).to.equal('challenge_started')
    expect((await tab.start({ username: 'carol@example.com' })).code).to.equal('rate_limited')
  })

  it('are given back to the address that the start was counted for', async () => {
    const flow = await beginFlow(shared.okta, { strategy: one, routes: behindProxy })
    const from = (address: string) => ({ 'x-forwarded-for': address })
    await startFrom(flow, '203.0.113.7')
    await startFrom(flow, '203.0.113.8', 1)
    const code = { code: codeOf(shared.okta, usernames[1]) }
    await flow.tab.browser.postJson('/login', code, from('203.0.113.7'))

    expect((await startFrom(flow, '203.0.113.7', 2)).code).to.equal('rate_limited')
    expect((await startFrom(flow, '203.0.113.8', 2)).code).to.equal('challenge_started')
  })

  it('are no second factors', async () => {
    const { okta, tab } = await beginFlow(shared.okta, {
      strategy: { ...one, mfa: { channels: ['sms'] } },
    })
    await tab.start({ username: 'erin@example.com', channel: 'sms' })

    const second = await tab.submit(codeOf(okta, 'erin@example.com'))

    expect(second.challenge).to.include({ factor: 2, channel: 'sms' })
  })

  it('are no starts that say nothing that Okta could be asked', async () => {
    const { tab } = await beginFlow(shared.okta, { strategy: one })
    for (const fields of [{ username: '' }, { username: 'a\nb' }, { channel: 'pigeon' }]) {
      expect((await tab.start(fields)).status).to.equal(400)
    }

    expect((await tab.start()).code).to.equal('challenge_started')
  })

  it('take nothing from the user, when they are refused', async () => {
    const clock = stopClock()
    const limits = { starts: { points: 1, duration: 10 } }
    const { tab } = await beginFlow(shared.okta, { strategy: { limits } })
    await tab.start({ username: 'bob@example.com', channel: 'sms' })
    expect((await tab.start({ channel: 'sms' })).code).to.equal('rate_limited')
    clock.tick(10_000)

    expect((await tab.start({ channel: 'sms' })).code).to.equal('challenge_started')
  })

  const codesFrom = async (options: FlowOptions, addresses: string[]): Promise<string[]> => {
    const flow = await beginFlow(shared.okta, options)
    const codes = []
    for (const [index, address] of addresses.entries()) {
      codes.push((await startFrom(flow, address, index % 3)).code)
    }
    return codes
  }

  const pairs: Record<string, { addresses: [string, string]; same: boolean }> = {
    'two of IPv4': { addresses: ['203.0.113.7', '203.0.113.8'], same: false },
    'two in one /64 of IPv6': {
      addresses: ['2001:db8:1:2::3', '2001:db8:1:2:ffff::4'],
      same: true,
    },
    'two spellings of one of IPv6': {
      addresses: ['2001:DB8:1:2::3', '2001:0db8:0001:0002:0000:0000:0000:0003'],
      same: true,
    },
    'two in neighbouring /64s': { addresses: ['2001:db8:1:2::3', '2001:db8:1:3::3'], same: false },
    'one of IPv4 and the same in IPv6': {
      addresses: ['203.0.113.7', '::ffff:203.0.113.7'],
      same: true,
    },
    'one of IPv4 and the same in IPv6, as hexadecimals': {
      addresses: ['::ffff:cb00:7107', '203.0.113.7'],
      same: true,
    },
    'two of IPv4 in IPv6': { addresses: ['::ffff:203.0.113.7', '::ffff:203.0.113.8'], same: false },
    'two links of one /64': { addresses: ['fe80::1%eth0', 'fe80::2%eth1'], same: true },
    'one with a port, and with another': {
      addresses: ['203.0.113.7:50001', '203.0.113.7:50002'],
      same: true,
    },
    'two with a port': { addresses: ['203.0.113.7:50001', '203.0.113.8:50001'], same: false },
    'one of IPv6 in brackets, and without': {
      addresses: ['[2001:db8:1:2::3]:443', '2001:db8:1:2::3'],
      same: true,
    },
    'two of IPv4 behind NAT64': {
      addresses: ['64:ff9b::203.0.113.7', '64:ff9b::203.0.113.8'],
      same: false,
    },
    'one of IPv4, and the same behind NAT64': {
      addresses: ['203.0.113.7', '64:ff9b::cb00:7107'],
      same: true,
    },
    'something else twice': { addresses: ['unknown', '_hidden'], same: true },
    'an address in octal, which is none': { addresses: ['0313.0.0161.07', 'unknown'], same: true },
  }
  for (const [what, { addresses, same }] of Object.entries(pairs)) {
    it(`behind a trusted proxy are ${same ? 'one' : 'two'}: ${what}`, async () => {
      const codes = await codesFrom({ strategy: one, routes: behindProxy }, addresses)

      const second = same ? 'rate_limited' : 'challenge_started'
      expect(codes).to.deep.equal(['challenge_started', second])
    })
  }

  it('are the proxy’s where the app trusts none, whatever a header says', async () => {
    const codes = await codesFrom({ strategy: one }, ['203.0.113.7', '203.0.113.8'])

    expect(codes).to.deep.equal(['challenge_started', 'rate_limited'])
  })

  it('are five times as many by a /48 of IPv6', async () => {
    const networks = Array.from({ length: 6 }, (_, index) => `2001:db8:1:${index}::3`)
    const limits = { ...one.limits, ...others }
    const codes = await codesFrom({ strategy: { limits }, routes: behindProxy }, [
      ...networks,
      '2001:db8:2:1::3',
    ])

    const fine = Array(5).fill('challenge_started')
    expect(codes).to.deep.equal([...fine, 'rate_limited', 'challenge_started'])
  })

  it('through a unix socket are all of one address', async () => {
    const { app } = await beginFlow(shared.okta, { strategy: one })
    const directory = await mkdtemp(join(tmpdir(), 'socket-'))
    const socketPath = join(directory, 'app')
    const server = createServer(app.app).listen(socketPath)
    await once(server, 'listening')
    whenOver(async () => {
      server.close()
      server.closeAllConnections()
      await rm(directory, { recursive: true })
    })
    const statuses = []
    for (const username of usernames) {
      const headers = { 'content-type': 'application/json' }
      const sent = request({ socketPath, path: '/start', method: 'POST', headers })
      sent.end(JSON.stringify({ username, channel: 'sms' }))
      const [answer] = (await once(sent, 'response')) as [IncomingMessage]
      answer.resume()
      statuses.push(answer.statusCode)
    }

    expect(statuses).to.deep.equal([200, 429, 429])
  })

  it('are all of one address where the request has none', async () => {
    const withoutAddress = (app: Express): unknown =>
      app.use((req, _res, next) => {
        Object.defineProperty(req, 'ip', { value: undefined })
        next()
      })
    const codes = await codesFrom({ strategy: one, routes: withoutAddress }, ['', '', ''])

    expect(codes).to.deep.equal(['challenge_started', 'rate_limited', 'rate_limited'])
  })
})
