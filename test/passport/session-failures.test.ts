import { expect } from 'chai'
import type { RequestHandler } from 'express'
import { inspect } from 'node:util'
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
import {
  beginFlow,
  codeOf,
  shareStandIn,
  wrongCodeOf,
  type Flow,
  type Step,
} from '../support/flow.ts'
import { OktaWire } from '../support/okta.ts'
import { TestStore } from '../support/store.ts'

/** As a Redis client's: with the command that has failed. */
const broken = Object.assign(new Error('the store is down'), {
  code: 'ECONNRESET',
  command: { name: 'set', args: ['sess:1', '{"oobCode":"ft-push"}'] },
})

interface Moment {
  breaks: 'set' | 'destroy'
  /** Whether a challenge waits before it breaks. */
  waiting: boolean
  wire: (okta: OktaWire) => unknown
  body: Record<string, string>
  /** How long after the start, in seconds. */
  after?: number
}

const pushed = { username: alice }

const moments: Record<string, Moment> = {
  'a start, for its new id': { breaks: 'destroy', waiting: false, wire: () => {}, body: pushed },
  'a start, for its challenge': { breaks: 'set', waiting: false, wire: () => {}, body: pushed },
  'an approval': {
    breaks: 'set',
    waiting: true,
    wire: (okta) => expectTokens(okta, { oobCode: 'ft-push' }),
    body: {},
  },
  'a denial': {
    breaks: 'set',
    waiting: true,
    wire: (okta) => expectRefusal(okta, { oobCode: 'ft-push' }, refusals.rejected),
    body: {},
  },
  'an expiry': { breaks: 'set', waiting: true, wire: () => {}, body: {}, after: 300 },
}

describe('A session that cannot be saved', () => {
  for (const [moment, { breaks, waiting, wire, body, after = 5 }] of Object.entries(moments)) {
    it(`is session_failed, with the cause, and signs nobody in: at ${moment}`, async () => {
      const clock = stopClock()
      const okta = expectStart(new OktaWire().discovery())
      await wire(okta)
      const store = new TestStore()
      const { browser, errors } = await startApp(new OktaOobStrategy(publicClient), { store })
      const tab = browser()
      if (waiting) {
        await tab.post('/login', pushed)
        clock.tick(after * 1000)
      }
      store.broken = { [breaks]: broken }

      const { status, json } = await tab.post('/login', body)

      expect([status, json.code]).to.deep.equal([500, 'session_failed'])
      expect(errors).to.have.length(1)
      expect(errors[0]).to.have.property('cause').that.includes({
        message: 'the store is down',
        code: 'ECONNRESET',
      })
      expect(inspect(errors[0], { depth: 9 })).to.not.include('ft-push')
      store.broken = {}
      expect((await tab.get('/me')).json.user).to.equal(null)
    })
  }

  it('has used up the challenge, whatever copy of it the store still has', async () => {
    const clock = stopClock()
    const okta = expectStart(new OktaWire().discovery())
    await expectTokens(okta, { oobCode: 'ft-push' })
    const store = new TestStore()
    const { browser } = await startApp(new OktaOobStrategy(publicClient), { store })
    const tab = browser()
    await tab.post('/login', pushed)
    clock.tick(5000)
    store.broken = { set: broken }
    await tab.post('/login')
    store.broken = {}
    clock.tick(5000)

    expect((await tab.post('/login')).json.code).to.equal('no_challenge')
  })

  it('is not asked for by a start that fails, which leaves what was there', async () => {
    const okta = expectStart(new OktaWire().discovery(), { channel: 'sms' })
    okta.post(
      'oob-authenticate',
      { client_id: '0oa1client', login_hint: 'bob@example.com', channel_hint: 'sms' },
      503,
      '',
    )
    await expectTokens(okta, { oobCode: 'ft-sms', code: '123456' })
    const store = new TestStore()
    const { browser } = await startApp(new OktaOobStrategy(publicClient), { store })
    const tab = browser()
    await tab.post('/login', { username: alice, channel: 'sms' })
    const { writes } = store

    const failed = await tab.post('/login', { username: 'bob@example.com', channel: 'sms' })

    expect(failed.json.code).to.equal('upstream_unavailable')
    expect(store.writes).to.equal(writes)
    expect((await tab.post('/login', { code: '123456' })).json.user.sub).to.equal('00u1alice')
  })
})

describe('A session whose store fails', () => {
  const shared = shareStandIn()
  const begin = async (fields = { channel: 'sms' }): Promise<Flow & { store: TestStore }> => {
    const store = new TestStore()
    const flow = await beginFlow(shared.okta, {
      app: { store },
      strategy: { limits: { sends: false } },
    })
    await flow.tab.start(fields)
    return { ...flow, store }
  }

  /** Nobody is signed in, what has failed cannot be gone on with, and a new sign-in can. */
  const expectEnd = async ({ store, tab, okta, calls }: Awaited<ReturnType<typeof begin>>) => {
    store.broken = {}
    store.onWrite = () => {}
    const asked = calls.count('token')
    expect(await tab.user()).to.equal(undefined)
    expect(await tab.challenge()).to.equal(undefined)
    expect((await tab.submit(codeOf(okta))).code).to.equal('no_challenge')
    expect(calls.count('token')).to.equal(asked)
    await tab.start({ channel: 'sms' })
    expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
    expect(await tab.user()).to.equal('alice@example.com')
  }

  for (const breaks of ['set', 'destroy'] as const) {
    const steps: Record<string, (flow: Flow) => Promise<Step>> = {
      'a resend': ({ tab }) => tab.resend(),
      'a start in the place of another': ({ tab }) => tab.start({ channel: 'voice' }),
    }
    for (const [what, step] of Object.entries(steps)) {
      it(`at ${what} keeps neither challenge: ${breaks}`, async () => {
        const flow = await begin()
        flow.store.broken = { [breaks]: broken }

        const { page, code } = await step(flow)

        expect([page.status, code]).to.deep.equal([500, 'session_failed'])
        await expectEnd(flow)
      })
    }
  }

  it('at a cancel has cancelled all the same', async () => {
    const flow = await begin()
    flow.store.broken = { set: broken }

    expect((await flow.tab.cancel()).code).to.equal('session_failed')

    await expectEnd(flow)
  })

  it('at the last wrong code has used it up', async () => {
    const flow = await begin()
    for (let count = 1; count <= 3; count += 1) {
      await flow.tab.submit(wrongCodeOf(flow.okta))
    }
    flow.store.broken = { set: broken }

    expect((await flow.tab.submit(wrongCodeOf(flow.okta))).code).to.equal('session_failed')

    await expectEnd(flow)
  })

  const logins: Record<string, (store: TestStore) => void> = {
    'new id': (store) => {
      store.broken = { destroy: broken }
    },
    user: (store) => {
      store.onWrite = () => {
        store.broken = { set: broken }
      }
    },
  }
  for (const [what, breakIt] of Object.entries(logins)) {
    it(`at the login, for its ${what}, signs nobody in`, async () => {
      const flow = await begin()
      breakIt(flow.store)

      const { page } = await flow.tab.submit(codeOf(flow.okta))

      expect(page.status).to.equal(500)
      expect(flow.app.errors).to.deep.equal([broken])
      await expectEnd(flow)
    })
  }

  it('at the login, for a moment only, does not sign in with the answer', async () => {
    const flow = await begin()
    const set = flow.store.set.bind(flow.store)
    let writes = 0
    flow.store.set = (id, session, done) => {
      writes += 1
      // The first one clears the challenge.
      if (writes === 2) {
        done?.(broken)
      } else {
        set(id, session, done)
      }
    }

    expect((await flow.tab.submit(codeOf(flow.okta))).page.status).to.equal(500)

    await expectEnd(flow)
  })

  it('at reading asks nothing of Okta, and goes on when it is back', async () => {
    const { tab, okta, app, store, calls } = await begin()
    store.broken = { get: broken }

    expect((await tab.submit(codeOf(okta))).page.status).to.equal(500)
    expect(app.errors).to.deep.equal([broken])
    expect(calls.count('token')).to.equal(0)
    store.broken = {}

    expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
  })

  it('by forgetting everything ends the challenge', async () => {
    const flow = await begin()
    await new Promise((resolve) => {
      flow.store.clear(resolve)
    })

    await expectEnd(flow)
  })

  it('by forgetting it while a code is out, as a store of files tells it, fails nothing', async () => {
    const { tab, okta, store, calls } = await begin()
    const get = store.get.bind(store)
    store.get = (id, callback) => {
      get(id, (error, found) => {
        callback(
          found ? error : Object.assign(new Error('no such file'), { code: 'ENOENT' }),
          found,
        )
      })
    }
    const held = calls.hold('token')
    const submitted = tab.submit(codeOf(okta))
    await held.arrived
    await new Promise((resolve) => {
      store.clear(resolve)
    })
    held.release()

    expect((await submitted).code).to.equal('complete')
    expect(await tab.user()).to.equal('alice@example.com')
  })

  it('at keeping it alive does not matter to a poll', async () => {
    const { tab, store } = await begin({ channel: 'push' })
    store.broken = { touch: broken }

    expect((await tab.poll()).code).to.equal('authorization_pending')
    store.broken = {}
    expect(await tab.challenge()).to.include({ channel: 'push' })
  })
})

describe('A session without regenerate and save, as cookie sessions are', () => {
  it('signs in', async () => {
    const okta = expectStart(new OktaWire().discovery(), { channel: 'sms' })
    await expectTokens(okta, { oobCode: 'ft-sms', code: '123456' })
    let cookie = '{"cart":[1]}'
    const strategy = new OktaOobStrategy({ ...publicClient, clientSideSessions: 'allow' })
    const { browser } = await startApp(strategy, {
      sessions: false,
      routes: (app, passport) => {
        app.use((req, res, next) => {
          const session: unknown = JSON.parse(cookie)
          Object.assign(req, { session })
          res.on('finish', () => {
            cookie = JSON.stringify(session)
          })
          next()
        })
        const options = { session: false, challengeRedirect: '/code' }
        app.post(
          '/bare',
          passport.authenticate('okta-oob', options) as RequestHandler,
          (req, res) => {
            res.json(req.user)
          },
        )
      },
    })
    const tab = browser()

    expect((await tab.post('/bare', { username: alice, channel: 'sms' })).status).to.equal(303)
    expect(cookie).to.include('ft-sms')
    expect((await tab.post('/bare', { code: '123456' })).json.sub).to.equal('00u1alice')
    expect(cookie).to.equal('{"cart":[1]}')
  })
})

describe('A session whose new id arrives with an error', () => {
  it('is session_failed, once, and keeps no challenge', async () => {
    expectStart(new OktaWire().discovery())
    const session: Record<string, unknown> = {
      regenerate: (callback: (error?: unknown) => void) => {
        callback(broken)
        callback()
      },
    }

    const actions = await drive(new OktaOobStrategy(publicClient), request(pushed, session))

    expect(actions).to.have.length(1)
    expect(actions[0]?.[0]).to.equal('error')
    expect(actions[0]?.[1]).to.include({ code: 'session_failed' })
    expect(actions[0]?.[1]).to.have.property('cause').that.includes({ message: broken.message })
    expect(Object.keys(session)).to.deep.equal(['regenerate'])
  })
})
