import { expect } from 'chai'
import type { RequestHandler } from 'express'
import { OktaOobStrategy } from 'passport-okta-oob'
import { alice, expectStart, expectTokens, publicClient } from '../support/account.ts'
import { startApp, type TestPassport } from '../support/app.ts'
import { OktaWire } from '../support/okta.ts'

/** Answers the outcome of a registered strategy, as `/login` does. */
function login(passport: TestPassport, name: string): RequestHandler {
  return (req, res, next) => {
    const handler = passport.authenticate(name, (...[error, user, info]: unknown[]) => {
      res.status(error ? 500 : 200).json(user ? { user } : info)
    }) as RequestHandler
    return handler(req, res, next)
  }
}

/** One app with two strategies, at `/first` and `/second`. */
async function twoStrategies(first: OktaOobStrategy, second: OktaOobStrategy) {
  const { browser } = await startApp(first, {
    routes: (app, passport) => {
      passport.use('first', first)
      passport.use('second', second)
      app.post('/first', login(passport, 'first'))
      app.post('/second', login(passport, 'second'))
    },
  })
  return browser()
}

describe('Registering the strategy', () => {
  it('has the name okta-oob', () => {
    expect(new OktaOobStrategy(publicClient).name).to.equal('okta-oob')
  })

  it('works under another name, and keeps its own', async () => {
    const wire = new OktaWire().discovery()
    expectStart(wire, { channel: 'sms' })
    await expectTokens(wire, { oobCode: 'ft-sms', code: '123456' })
    const okta = new OktaOobStrategy(publicClient)
    const { browser } = await startApp(okta, {
      routes: (app, passport) => {
        passport.use('staff', okta)
        app.post('/staff', login(passport, 'staff'))
      },
    })
    const tab = browser()

    await tab.postJson('/staff', { username: alice, channel: 'sms' })
    const { json } = await tab.postJson('/staff', { code: '123456' })

    expect(json.user.sub).to.equal('00u1alice')
    expect(okta.name).to.equal('okta-oob')
  })

  const pairs = {
    'two clients of one issuer': [
      { issuer: 'https://example.okta.com', clientID: '0oa1client' },
      { issuer: 'https://example.okta.com', clientID: '0oa2client' },
    ],
    'one client id at two issuers': [
      { issuer: 'https://example.okta.com', clientID: '0oa1client' },
      { issuer: 'https://example.okta.com/oauth2/default', clientID: '0oa1client' },
    ],
    'one client with a sessionKey each': [
      { issuer: 'https://example.okta.com', clientID: '0oa1client', sessionKey: 'staff' },
      { issuer: 'https://example.okta.com', clientID: '0oa1client', sessionKey: 'guests' },
    ],
  } as const

  for (const [what, [one, two]] of Object.entries(pairs)) {
    it(`keeps the challenges of ${what} apart`, async () => {
      const wireOne = new OktaWire(one.issuer, one.clientID).discovery()
      const wireTwo = new OktaWire(two.issuer, two.clientID).discovery()
      expectStart(wireOne, { channel: 'sms', oobCode: 'ft-one' })
      expectStart(wireTwo, { channel: 'voice', oobCode: 'ft-two' })
      const tab = await twoStrategies(new OktaOobStrategy(one), new OktaOobStrategy(two))

      await tab.postJson('/first', { username: alice, channel: 'sms' })
      const foreign = await tab.postJson('/second', { code: '111111' })
      expect(foreign.json.code).to.equal('no_challenge')
      expect(foreign.json).not.to.have.property('challenge')

      await tab.postJson('/second', { username: alice, channel: 'voice' })
      await expectTokens(wireOne, { oobCode: 'ft-one', code: '111111' })
      await expectTokens(wireTwo, { oobCode: 'ft-two', code: '222222' })
      expect((await tab.postJson('/first', { code: '111111' })).json.user.aud).to.equal(
        one.clientID,
      )
      expect((await tab.postJson('/second', { code: '222222' })).json.user.iss).to.equal(two.issuer)
    })
  }

  it('refuses, and leaves, what another client has put under its sessionKey', async () => {
    const sessionKey = 'shared-by-mistake'
    const wire = expectStart(new OktaWire().discovery(), { channel: 'sms' })
    await expectTokens(wire, { oobCode: 'ft-sms', code: '111111' })
    const tab = await twoStrategies(
      new OktaOobStrategy({ ...publicClient, sessionKey }),
      new OktaOobStrategy({ ...publicClient, clientID: '0oa2client', sessionKey }),
    )
    await tab.postJson('/first', { username: alice, channel: 'sms' })

    const { json } = await tab.postJson('/second', { code: '111111' })

    expect(json).to.have.all.keys('code', 'message').and.include({ code: 'no_challenge' })
    expect((await tab.postJson('/first', { code: '111111' })).json).to.have.property('user')
  })
})
