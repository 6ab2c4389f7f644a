import { expect } from 'chai'
import type { RequestHandler } from 'express'
import { OktaOobStrategy } from 'passport-okta-oob'
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
import { TestStore } from '../support/store.ts'

const sessionKey = 'okta-oob:example.okta.com:0oa1client'
const texted = { username: alice, channel: 'sms' }

/** An app with a store to look into; `/keep` logs in with `keepSessionInfo`. */
async function appWithStore() {
  const store = new TestStore()
  const events: string[] = []
  store.onWrite = () => {
    events.push('written')
  }
  const app = await startApp(new OktaOobStrategy(publicClient), {
    store,
    routes: (server, passport) => {
      server.use((_req, res, next) => {
        const { end } = res
        // Called by the answer itself, before express-session's own `end` saves what is unsaved.
        res.end = ((...args: Parameters<typeof end>) => {
          events.push('answered')
          return end.apply(res, args)
        }) as typeof end
        next()
      })
      server.post('/cart', (req, res) => {
        Object.assign(req.session, { cart: { items: [1, 2] } })
        res.end()
      })
      server.get('/cart', (req, res) => {
        res.json((req.session as { cart?: object }).cart ?? null)
      })
      const options = { keepSessionInfo: true, challengeRedirect: '/wait' }
      const keep = passport.authenticate('okta-oob', options) as RequestHandler
      server.post('/keep', keep, (req, res) => {
        res.json({ user: req.user })
      })
    },
  })
  return { ...app, store, events, tab: app.browser() }
}

const sidOf = (cookies: Map<string, string>): string => cookies.get('connect.sid') ?? ''
const idOf = (cookies: Map<string, string>): string =>
  decodeURIComponent(sidOf(cookies)).slice(2).split('.')[0] ?? ''

describe('Without a session', () => {
  for (const body of [texted, { code: '123456' }]) {
    it(`names express-session, before Okta sends anything: ${Object.keys(body).join()}`, async () => {
      const { browser, errors } = await startApp(new OktaOobStrategy(publicClient), {
        sessions: false,
      })

      const { status, json } = await browser().post('/login', body)

      expect([status, json.code]).to.deep.equal([500, 'session_missing'])
      expect(json.message).to.include('Did you forget to use express-session middleware?')
      expect(errors).to.have.length(1)
    })
  }
})

describe('The challenge in the session', () => {
  it('is one value under its key, and all of it survives JSON', async () => {
    expectStart(new OktaWire().discovery(), { number: '07' })
    const session: Record<string, unknown> = {}
    await drive(new OktaOobStrategy(publicClient), request({ username: alice }, session))

    expect(Object.keys(session)).to.deep.equal([sessionKey])
    expect(session[sessionKey]).to.include({ oobCode: 'ft-push', bindingCode: '07' })
    expect(JSON.parse(JSON.stringify(session))).to.deep.equal(session)
  })

  it('is kept where sessionKey says', async () => {
    expectStart(new OktaWire().discovery())
    const session: Record<string, unknown> = {}
    const okta = new OktaOobStrategy({ ...publicClient, sessionKey: 'sign-in' })
    await drive(okta, request({ username: alice }, session))

    expect(Object.keys(session)).to.deep.equal(['sign-in'])
  })

  it('is none when its place holds what is no challenge', async () => {
    for (const value of [null, 'a challenge', {}, { expiresAt: 'soon' }]) {
      const okta = new OktaOobStrategy(publicClient)

      const [action] = await drive(okta, request({}, { [sessionKey]: value }))

      expect(action?.[0]).to.equal('fail')
      expect(action?.[1]).to.include({ code: 'no_challenge' })
    }
  })

  it('is written once, before the redirect is sent', async () => {
    expectStart(new OktaWire().discovery(), { channel: 'sms' })
    const { store, tab, events } = await appWithStore()
    store.delay = 20

    expect((await tab.post('/keep', texted)).location).to.equal('/wait')

    // express-session writes a session with a new id once more when the answer ends.
    expect(events.slice(0, 2)).to.deep.equal(['written', 'answered'])
  })

  it('is not written by polls that find it pending', async () => {
    const clock = stopClock()
    const okta = expectStart(new OktaWire().discovery())
    for (let poll = 0; poll < 3; poll += 1) {
      expectRefusal(okta, { oobCode: 'ft-push' }, refusals.pending)
    }
    const { store, tab } = await appWithStore()
    await tab.post('/login', { username: alice })
    const before = store.writes

    for (let poll = 0; poll < 3; poll += 1) {
      clock.tick(5000)
      const { json } = await tab.post('/login')
      expect(json.code).to.equal('authorization_pending')
      expect((await tab.post('/login')).json.code).to.equal('authorization_pending')
    }

    expect(store.writes).to.equal(before)
  })

  it('is not written by a wrong code', async () => {
    const okta = expectStart(new OktaWire().discovery(), { channel: 'sms' })
    expectRefusal(okta, { oobCode: 'ft-sms', code: '000000' }, refusals.wrongCode)
    const { store, tab } = await appWithStore()
    await tab.post('/login', texted)
    const before = store.writes

    expect((await tab.post('/login', { code: '000000' })).json.code).to.equal('incorrect_code')
    expect(store.writes).to.equal(before)
  })

  it('is only ever replaced as a whole, as sessions kept in a cookie need it', async () => {
    const clock = stopClock()
    const okta = expectStart(new OktaWire().discovery(), { oobCode: 'ft-one' })
    expectRefusal(okta, { oobCode: 'ft-one' }, refusals.pending)
    expectStart(okta, { oobCode: 'ft-two' })
    expectRefusal(okta, { oobCode: 'ft-two' }, refusals.rejected)
    expectStart(okta, { oobCode: 'ft-three', username: 'bob@example.com' })
    await expectTokens(okta, { oobCode: 'ft-three' })
    const strategy = new OktaOobStrategy(publicClient)
    const data: Record<string, unknown> = { cart: { items: [1] } }
    const session = wholeValuesOnly(data)
    const outcomes: unknown[] = []

    for (const body of [
      { username: alice },
      {},
      { username: alice },
      {},
      { username: 'bob@example.com' },
      {},
    ]) {
      const [action] = await drive(strategy, request(body, session))
      outcomes.push(action?.[0] === 'fail' ? (action[1] as { code: string }).code : action?.[0])
      clock.tick(5000)
    }

    expect(outcomes).to.deep.equal([
      'challenge_started',
      'authorization_pending',
      'challenge_started',
      'challenge_denied',
      'challenge_started',
      'success',
    ])
    expect(JSON.parse(JSON.stringify(data))).to.deep.equal({ cart: { items: [1] } })
  })
})

describe('The id of the session', () => {
  it("is a new one from the start on, with the app's own data", async () => {
    expectStart(new OktaWire().discovery(), { channel: 'sms' })
    const { store, tab } = await appWithStore()
    await tab.post('/cart')
    const before = sidOf(tab.cookies)

    await tab.post('/login', texted)

    expect(sidOf(tab.cookies)).not.to.equal(before)
    expect((await tab.get('/cart')).json).to.deep.equal({ items: [1, 2] })
    expect(Object.keys(await store.contents())).to.deep.equal([idOf(tab.cookies)])
  })

  it('from before the start is worth nothing, to whoever has planted it', async () => {
    expectStart(new OktaWire().discovery(), { channel: 'sms' })
    const { tab } = await appWithStore()
    await tab.post('/cart')
    const attacker = tab.copy()
    await tab.post('/login', texted)

    expect((await attacker.post('/login', { code: '123456' })).json.code).to.equal('no_challenge')
    expect((await attacker.get('/cart')).json).to.equal(null)
  })

  it('is a new one after signing in', async () => {
    const okta = expectStart(new OktaWire().discovery(), { channel: 'sms' })
    await expectTokens(okta, { oobCode: 'ft-sms', code: '123456' })
    const { tab } = await appWithStore()
    await tab.post('/login', texted)
    const before = sidOf(tab.cookies)

    await tab.post('/login', { code: '123456' })

    expect(sidOf(tab.cookies)).not.to.equal(before)
    expect((await tab.get('/me')).json.user.sub).to.equal('00u1alice')
  })
})

describe('Nothing of the challenge is left', () => {
  for (const path of ['/login', '/keep']) {
    it(`after signing in, by ${path === '/keep' ? 'keepSessionInfo' : 'default'}`, async () => {
      const okta = expectStart(new OktaWire().discovery(), { channel: 'sms' })
      await expectTokens(okta, { oobCode: 'ft-sms', code: '123456' })
      const { store, tab } = await appWithStore()
      await tab.post('/cart')
      await tab.post(path, texted)
      expect(JSON.stringify(await store.contents())).to.include('ft-sms')

      expect((await tab.post(path, { code: '123456' })).json.user.sub).to.equal('00u1alice')

      const sessions = Object.values<object>(await store.contents())
      expect(JSON.stringify(sessions)).to.not.include('ft-sms')
      const live = JSON.stringify(sessions.filter((each) => !('okta-oob-left' in each)))
      expect(live).to.include('00u1alice').and.not.include('okta-oob')
      expect((await tab.get('/cart')).json).to.deep.equal(
        path === '/keep' ? { items: [1, 2] } : null,
      )
    })
  }

  it('when verify is called', async () => {
    const okta = expectStart(new OktaWire().discovery())
    await expectTokens(okta, { oobCode: 'ft-push' })
    const session: Record<string, unknown> = {}
    const seen: string[] = []
    const strategy = new OktaOobStrategy(publicClient, (_claims, done) => {
      seen.push(JSON.stringify(session))
      done(null, false)
    })
    const clock = stopClock()
    await drive(strategy, request({ username: alice }, session))
    clock.tick(5000)
    await drive(strategy, request({}, session))

    expect(seen).to.deep.equal(['{}'])
  })

  it('after a denial', async () => {
    const clock = stopClock()
    const okta = expectStart(new OktaWire().discovery())
    expectRefusal(okta, { oobCode: 'ft-push' }, refusals.rejected)
    const { store, tab } = await appWithStore()
    await tab.post('/login', { username: alice })
    clock.tick(5000)

    const { status, json } = await tab.post('/login')

    expect([status, json.code]).to.deep.equal([401, 'challenge_denied'])
    expect(json).not.to.have.property('challenge')
    expect(JSON.stringify(await store.contents())).not.to.include('okta-oob')
    expect((await tab.post('/login')).json.code).to.equal('no_challenge')
  })

  it('after its time, without another request to Okta', async () => {
    const clock = stopClock()
    expectStart(new OktaWire().discovery(), { channel: 'sms' })
    const { store, tab } = await appWithStore()
    await tab.post('/login', texted)
    clock.tick(300_000)

    const { status, json } = await tab.post('/login', { code: '123456' })

    expect([status, json.code]).to.deep.equal([401, 'challenge_expired'])
    expect(json).not.to.have.property('challenge')
    expect(JSON.stringify(await store.contents())).not.to.include('okta-oob')
    expect((await tab.post('/login')).json.code).to.equal('no_challenge')
  })
})

/** A session that notices assignments to it, and breaks at anything that would go unnoticed. */
function wholeValuesOnly(data: Record<string, unknown>): object {
  return new Proxy(data, {
    get: (target, key) => deepFreeze(structuredClone(target[String(key)])),
    deleteProperty: () => {
      throw new Error('a delete would be lost')
    },
  })
}

function deepFreeze(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFreeze)
  }
  return Object.freeze(value)
}
