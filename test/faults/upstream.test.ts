import { expect } from 'chai'
import { OktaOobError, OktaOobStrategy } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import { stopClock } from '../support/clock.ts'
import { startFaultServer, type Fault } from '../support/fault-server.ts'
import type { Endpoint } from '../support/scripted-okta.ts'

type Call = 'discovery' | 'start' | 'poll' | 'code' | 'keys'

interface Outcome {
  status: number
  code: string
  /** Whether the challenge that waited for this call still waits after it. */
  usable: boolean
}

const outcome = (status: number, code: string, usable: boolean): Outcome => ({
  status,
  code,
  usable,
})

/** Another try may go well: a poll just goes on, and only spent tokens end the challenge. */
const passing = (status: number, code: string): Record<Call, Outcome> => ({
  discovery: outcome(status, code, false),
  start: outcome(status, code, true),
  poll: outcome(401, 'authorization_pending', true),
  code: outcome(status, code, true),
  keys: outcome(status, code, false),
})

/** Okta did answer, and not as Okta does. A failed start leaves an earlier challenge alone. */
const wrong: Record<Call, Outcome> = {
  discovery: outcome(502, 'protocol_error', false),
  start: outcome(502, 'protocol_error', true),
  poll: outcome(502, 'protocol_error', false),
  code: outcome(502, 'protocol_error', false),
  keys: outcome(502, 'protocol_error', false),
}
const notOkta = outcome(500, 'configuration_error', false)
const noProof = outcome(502, 'id_token_invalid', false)

const unavailable = passing(503, 'upstream_unavailable')
const late = passing(504, 'upstream_timeout')

const table: Record<Exclude<Fault, 'wrong content type'>, Record<Call, Outcome>> = {
  refused: unavailable,
  'reset before headers': unavailable,
  'reset in mid-body': unavailable,
  hang: late,
  trickle: late,
  '500 with HTML': unavailable,
  '502 with HTML': unavailable,
  '503 with HTML': unavailable,
  redirect: wrong,
  'half JSON': { ...wrong, discovery: notOkta, keys: noProof },
  '200 with HTML': { ...wrong, discovery: notOkta, keys: noProof },
  '10 MB': wrong,
}

const endpoints: Record<Call, Endpoint> = {
  discovery: 'discovery',
  start: 'start',
  poll: 'token',
  code: 'token',
  keys: 'keys',
}

for (const [fault, outcomes] of Object.entries(table) as [Fault, Record<Call, Outcome>][]) {
  describe(`Okta fails by: ${fault}`, () => {
    for (const [call, { status, code, usable }] of Object.entries(outcomes) as [Call, Outcome][]) {
      const fate = usable ? 'the challenge stays usable' : 'no challenge is left'
      it(`at ${call}: ${code}, ${fate}, and the next attempt succeeds`, async () => {
        const clock = stopClock()
        const okta = await startFaultServer()
        const slow = fault === 'hang' || fault === 'trickle'
        const strategy = new OktaOobStrategy({
          issuer: okta.issuer,
          clientID: '0oa1client',
          fetch: okta.fetch,
          timeout: slow ? 0.3 : 5,
        })
        const { browser, errors } = await startApp(strategy)
        const alice = browser()
        const push = call === 'poll' || call === 'keys'
        const channel = push ? 'push' : 'sms'
        const start = () => alice.postJson('/login', { username: 'alice@example.com', channel })
        const complete = () => alice.postJson('/login', push ? {} : { code: '123456' })
        const starting = call === 'discovery' || call === 'start'
        if (call !== 'discovery') {
          await start()
        }
        // Another text may be asked for, and a poll may be sent.
        clock.tick(60_000)

        okta.faults[endpoints[call]] = fault
        const began = performance.now()
        const failed = await (starting ? start() : complete())
        const took = performance.now() - began
        okta.faults = {}

        expect([failed.status, failed.json.code]).to.deep.equal([status, code])
        expect(took).to.be.lessThan(2000)
        expect(okta.followed).to.equal(0)
        expect(errors).to.have.lengthOf(status < 500 ? 0 : 1)
        if (code === 'upstream_unavailable') {
          expect((errors[0] as OktaOobError).retryAfter).to.be.at.least(1)
        }
        const waiting = await alice.get('/challenge')
        expect(waiting.status).to.equal(usable ? 200 : 403)
        clock.tick(60_000)
        if (starting || !usable) {
          const started = await start()
          expect(started.json.code).to.equal('challenge_started')
          clock.tick(60_000)
        }
        const done = await complete()
        expect(done.json.user?.sub).to.equal('00u1alice')
      }).timeout(5000)
    }
  })
}

describe('An answer of Okta with JSON under another content type', () => {
  for (const endpoint of ['discovery', 'start', 'token', 'keys'] as const) {
    it(`is read as JSON all the same, at ${endpoint}`, async () => {
      const okta = await startFaultServer()
      const { issuer, fetch } = okta
      const strategy = new OktaOobStrategy({ issuer, fetch, clientID: '0oa1client' })
      const { browser } = await startApp(strategy)
      const alice = browser()
      okta.faults[endpoint] = 'wrong content type'

      await alice.postJson('/login', { username: 'alice@example.com', channel: 'sms' })
      const done = await alice.postJson('/login', { code: '123456' })

      expect(done.json.user.sub).to.equal('00u1alice')
    })
  }
})

describe('A start that fails', () => {
  it('leaves the challenge that waits for its user as it was', async () => {
    const clock = stopClock()
    const okta = await startFaultServer()
    const { issuer, fetch } = okta
    const { browser } = await startApp(
      new OktaOobStrategy({ issuer, fetch, clientID: '0oa1client' }),
    )
    const alice = browser()
    const username = 'alice@example.com'
    await alice.postJson('/login', { username, channel: 'sms' })
    const before = await alice.get('/challenge')
    clock.tick(60_000)

    okta.faults.start = '503 with HTML'
    await alice.postJson('/login', { username, channel: 'sms' })

    const after = await alice.get('/challenge')
    expect(after.json).to.deep.equal(before.json)
    const done = await alice.postJson('/login', { code: '123456' })
    expect(done.json.user.sub).to.equal('00u1alice')
  })
})
