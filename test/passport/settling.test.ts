import { expect } from 'chai'
import type { RequestHandler } from 'express'
import { inspect } from 'node:util'
import { OktaOobError, OktaOobStrategy } from 'passport-okta-oob'
import {
  alice,
  expectRefusal,
  expectStart,
  expectTokens,
  publicClient,
  refusals,
} from '../support/account.ts'
import { drive, request } from '../support/actions.ts'
import { startApp } from '../support/app.ts'
import { stopClock } from '../support/clock.ts'
import { OktaWire } from '../support/okta.ts'
import { whenOver } from '../support/resources.ts'

describe('Whatever becomes of a request', () => {
  const pushed = { username: alice }
  const texted = { username: alice, channel: 'sms' }
  const breakdown = new Error('the store is down')

  interface Row {
    /** What Okta will be asked. */
    wire?: (wire: OktaWire) => unknown
    /** Steps before it, in the same session. */
    before?: object[]
    req: object
    verify?: () => Promise<undefined>
    action: string
  }

  const rows: Record<string, Row> = {
    'a start': { wire: (wire) => expectStart(wire), req: request(pushed), action: 'fail' },
    'a push that is pending': {
      wire: (wire) => {
        expectStart(wire)
        expectRefusal(wire, { oobCode: 'ft-push' }, refusals.pending)
      },
      before: [pushed],
      req: request({}),
      action: 'fail',
    },
    'a push that is denied': {
      wire: (wire) => {
        expectStart(wire)
        expectRefusal(wire, { oobCode: 'ft-push' }, refusals.rejected)
      },
      before: [pushed],
      req: request({}),
      action: 'fail',
    },
    'a push that is approved': {
      wire: (wire) => expectTokens(expectStart(wire), { oobCode: 'ft-push' }),
      before: [pushed],
      req: request({}),
      action: 'success',
    },
    'a verify that fails': {
      wire: (wire) => expectTokens(expectStart(wire), { oobCode: 'ft-push' }),
      before: [pushed],
      req: request({}),
      verify: () => Promise.reject(breakdown),
      action: 'error',
    },
    'a wrong code': {
      wire: (wire) => {
        expectStart(wire, { channel: 'sms' })
        expectRefusal(wire, { oobCode: 'ft-sms', code: '000000' }, refusals.wrongCode)
      },
      before: [texted],
      req: request({ code: '000000' }),
      action: 'fail',
    },
    'an answer nobody can read': {
      wire: (wire) => wire.scope.get(/openid-configuration/).reply(200, '<html>'),
      req: request(pushed),
      action: 'error',
    },
    'a GET': { req: request({}, {}, { method: 'GET' }), action: 'fail' },
    'a cross-site POST': {
      req: request(pushed, {}, { headers: { origin: 'https://evil.example' } }),
      action: 'fail',
    },
    'no body': { req: request(undefined), action: 'fail' },
    'a body that is null': { req: request(null), action: 'fail' },
    'a body that is text': { req: request('username=alice'), action: 'fail' },
    'no session': { req: { ...request(pushed), session: undefined }, action: 'error' },
    'a session that is null': { req: { ...request(pushed), session: null }, action: 'error' },
    'a session that holds something else': {
      req: request({}, { 'okta-oob:example.okta.com:0oa1client': 'text' }),
      action: 'fail',
    },
    'a GET, to a challenge that another version has stored': {
      req: request({}, otherVersion(), { method: 'GET' }),
      action: 'fail',
    },
    'a poll of a challenge that another version has stored': {
      req: request({}, otherVersion()),
      action: 'fail',
    },
    'a start over a challenge that another version has stored': {
      wire: (wire) => expectStart(wire),
      req: request(pushed, otherVersion()),
      action: 'fail',
    },
    'a session that throws when it regenerates': {
      wire: (wire) => expectStart(wire),
      req: request(pushed, {
        regenerate: () => {
          throw breakdown
        },
      }),
      action: 'error',
    },
    'a session that throws when it is saved': {
      wire: (wire) => expectStart(wire),
      req: request(pushed, {
        save: () => {
          throw breakdown
        },
      }),
      action: 'error',
    },
    'a session that cannot be read': {
      req: {
        ...request(pushed),
        get session(): object {
          throw breakdown
        },
      },
      action: 'error',
    },
  }

  for (const [what, { wire, before = [], verify, action, ...row }] of Object.entries(rows)) {
    it(`exactly one action is called, and never pass: ${what}`, async () => {
      const clock = stopClock()
      if (wire) {
        const okta = new OktaWire()
        await (what === 'an answer nobody can read' ? wire(okta) : wire(okta.discovery()))
      }
      const strategy = new OktaOobStrategy(
        publicClient,
        verify ?? ((claims, done) => done(null, claims)),
      )
      const session = {}
      for (const body of before) {
        await drive(strategy, request(body, session))
        clock.tick(5000)
      }
      const actions = await drive(strategy, before.length > 0 ? { ...row.req, session } : row.req)

      expect(actions.map(([name]) => name)).to.deep.equal([action])
    })
  }

  for (const thrown of [new Error('again'), { no: 'error' }, Object.create(null), undefined]) {
    it(`an action that throws twice is a warning and no rejection: ${inspect(thrown)}`, async () => {
      const { emitWarning } = process
      const warnings: unknown[] = []
      whenOver(() => {
        process.emitWarning = emitWarning
      })
      process.emitWarning = (warning: unknown) => {
        warnings.push(warning)
      }
      const throwing = (): never => {
        throw thrown
      }
      const override = { fail: throwing, error: throwing }

      const actions = await drive(new OktaOobStrategy(publicClient), request({}), {}, override)

      expect(actions.map(([name]) => name)).to.deep.equal(['fail', 'error'])
      expect(warnings).to.have.length(1)
      // process.emitWarning throws for anything else.
      expect(warnings[0]).to.satisfy((it: unknown) => typeof it === 'string' || it instanceof Error)
    })
  }
})

describe('A verify that ends the session', () => {
  for (const error of [new OktaOobError('access_denied'), new Error('gone')]) {
    it(`ends in one action, too: ${error.message}`, async () => {
      const clock = stopClock()
      await expectTokens(expectStart(new OktaWire().discovery()), { oobCode: 'ft-push' })
      const okta = new OktaOobStrategy(
        { ...publicClient, passReqToCallback: true },
        async (req) => {
          Object.assign(req, { session: undefined })
          throw error
        },
      )
      const session = {}
      await drive(okta, request({ username: alice }, session))
      clock.tick(5000)

      const actions = await drive(okta, request({}, session))

      expect(actions).to.have.length(1)
      expect(actions[0]?.[0]).to.be.oneOf(['fail', 'error'])
    })
  }
})

describe('Without a user', () => {
  it('the handler behind passport.authenticate never runs', async () => {
    const clock = stopClock()
    const wire = new OktaWire().discovery()
    expectStart(wire)
    expectRefusal(wire, { oobCode: 'ft-push' }, refusals.pending)
    expectRefusal(wire, { oobCode: 'ft-push' }, refusals.rejected)
    let reached = 0
    const { browser } = await startApp(new OktaOobStrategy(publicClient), {
      routes: (app, passport) => {
        const handler = passport.authenticate('okta-oob') as RequestHandler
        const count: RequestHandler = (_req, res) => {
          reached += 1
          res.end()
        }
        app.all('/guarded', handler, count)
      },
    })
    const tab = browser()

    const statuses = [
      await tab.get('/guarded'),
      await tab.post('/guarded'),
      await tab.post('/guarded', { username: '' }),
      await tab.post('/guarded', { username: alice }),
    ].map(({ status }) => status)
    clock.tick(5000)
    statuses.push((await tab.post('/guarded')).status)
    clock.tick(5000)
    statuses.push((await tab.post('/guarded')).status)

    expect(statuses).to.deep.equal([400, 403, 400, 401, 401, 401])
    expect(reached).to.equal(0)
  })
})

/** What a session holds of which only the client is known. */
function otherVersion(): object {
  return {
    'okta-oob:example.okta.com:0oa1client': {
      issuer: publicClient.issuer,
      clientId: publicClient.clientID,
      expires: '2027-01-01',
    },
  }
}
