import { expect } from 'chai'
import type { RequestHandler } from 'express'
import { OktaOobStrategy, type OktaOobAuthenticateOptions } from 'passport-okta-oob'
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
import { OktaWire } from '../support/okta.ts'
import { newest, standIn } from '../support/stand-in.ts'
import { exampleClient } from '../../example/okta/client.ts'

const bob = 'bob@example.com'

describe('One instance handed to passport.authenticate itself', () => {
  /** Alice and Bob have a text each; their answers are held until both have come by. */
  async function twoTabs() {
    const okta = await standIn()
    const bothAreOut = gather(2)
    const strategy = new OktaOobStrategy({
      issuer: okta.issuer,
      clientID: exampleClient.client_id,
      clientSecret: exampleClient.client_secret,
      fetch: async (url, init) => {
        const answer = await fetch(url, init)
        if (url.endsWith('/token')) {
          await bothAreOut()
        }
        return answer
      },
    })
    const { browser } = await startApp(strategy, {
      routes: (app, passport) => {
        const handler = passport.authenticate(strategy, { session: false }) as RequestHandler
        app.post('/instance', handler, (req, res) => {
          res.json({ user: req.user })
        })
      },
    })
    const [first, second] = [browser(), browser()]
    await first.postJson('/login', { username: alice, channel: 'sms' })
    await second.postJson('/login', { username: bob, channel: 'sms' })
    return { okta, first, second }
  }

  it('gives each of two concurrent requests the answer for its own user', async () => {
    const { okta, first, second } = await twoTabs()

    const answers = await Promise.all([
      first.postJson('/instance', { code: newest(okta, alice).code }),
      second.postJson('/instance', { code: newest(okta, bob).code }),
    ])

    expect(answers.map(({ json }) => json.user.preferred_username)).to.deep.equal([alice, bob])
  })

  it('gives the user to the one and the refusal to the other', async () => {
    const { okta, first, second } = await twoTabs()
    const wrong = newest(okta, bob).code === '000000' ? '000001' : '000000'

    const [good, bad] = await Promise.all([
      first.postJson('/instance', { code: newest(okta, alice).code }),
      second.postJson('/instance', { code: wrong }),
    ])

    expect(good.json.user.preferred_username).to.equal(alice)
    expect(bad.status).to.equal(401)
    expect(bad.text).to.equal('Unauthorized')
  })
})

describe('The options of passport.authenticate', () => {
  it('may be undefined, as other hosts leave them', async () => {
    expectStart(new OktaWire().discovery())
    const actions = await drive(
      new OktaOobStrategy(publicClient),
      request({ username: alice }),
      undefined,
    )

    expect(actions).to.have.length(1)
    expect(actions[0]).to.have.property('0', 'fail')
  })

  it('may be frozen and shared by routes and requests, and stay as they are', async () => {
    const wire = new OktaWire().discovery()
    expectStart(wire, { channel: 'sms' })
    expectRefusal(wire, { oobCode: 'ft-sms', code: '000000' }, refusals.wrongCode)
    await expectTokens(wire, { oobCode: 'ft-sms', code: '123456' })
    const options: OktaOobAuthenticateOptions & { session: boolean } = Object.freeze({
      challengeRedirect: '/code',
      session: false,
    })
    const { browser } = await startApp(new OktaOobStrategy(publicClient), {
      routes: (app, passport) => {
        const handler = passport.authenticate('okta-oob', options) as RequestHandler
        app.post(['/one', '/two'], handler, (req, res) => {
          res.json(req.user)
        })
      },
    })
    const tab = browser()

    expect((await tab.post('/one', { username: alice, channel: 'sms' })).location).to.equal('/code')
    expect((await tab.post('/two', { code: '000000' })).status).to.equal(401)
    expect((await tab.post('/two', { code: '123456' })).json.sub).to.equal('00u1alice')
    expect(options).to.deep.equal({ challengeRedirect: '/code', session: false })
  })
})

describe("An app's callback that throws", () => {
  /** A route whose callback throws whatever it is told first. */
  async function appThatThrows(thrown: unknown, okta = new OktaOobStrategy(publicClient)) {
    const calls: unknown[][] = []
    const app = await startApp(okta, {
      routes: (server, passport) => {
        server.post('/throws', (req, res, next) => {
          const handler = passport.authenticate('okta-oob', (...args: unknown[]) => {
            calls.push(args)
            if (calls.length === 1) {
              throw thrown
            }
            next(args[0])
          }) as RequestHandler
          return handler(req, res, next)
        })
      },
    })
    return { ...app, calls }
  }
  const exception = new Error('thrown by the callback')

  it('gets the user once, then its own exception once, and the request ends', async () => {
    const wire = new OktaWire().discovery()
    expectStart(wire, { channel: 'sms' })
    await expectTokens(wire, { oobCode: 'ft-sms', code: '123456' })
    const { browser, calls } = await appThatThrows(exception)
    const tab = browser()
    await tab.postJson('/login', { username: alice, channel: 'sms' })

    const { status } = await tab.postJson('/throws', { code: '123456' })

    expect(status).to.equal(500)
    expect(calls).to.have.length(2)
    expect(calls[0]?.[1]).to.have.property('sub', '00u1alice')
    expect(calls[1]).to.deep.equal([exception])
  })

  it('gets the refusal once, then its own exception once, and the request ends', async () => {
    const { browser, calls, errors } = await appThatThrows(exception)

    const { status } = await browser().postJson('/throws', { code: '123456' })

    expect(status).to.equal(500)
    expect(calls.map(([error, user]) => [error, user])).to.deep.equal([
      [null, false],
      [exception, undefined],
    ])
    expect(errors).to.deep.equal([exception])
  })

  it('gets the fault once, then its own exception once, and the request ends', async () => {
    const okta = new OktaOobStrategy({ ...publicClient, fetch: async () => new Response('') })
    const { browser, calls } = await appThatThrows(exception, okta)

    const { status } = await browser().postJson('/throws', { username: alice })

    expect(status).to.equal(500)
    expect(calls).to.have.length(2)
    expect(calls[0]?.[0]).to.have.property('code', 'configuration_error')
    expect(calls[1]).to.deep.equal([exception])
  })

  it('gets an error even when it has thrown nothing', async () => {
    const { browser, calls } = await appThatThrows(undefined)

    expect((await browser().postJson('/throws', { code: '123456' })).status).to.equal(500)
    expect(calls[1]?.[0]).to.be.instanceOf(Error)
  })
})

describe('A login that fails late', () => {
  it('reaches the error handler when the session cannot be regenerated', async () => {
    const wire = new OktaWire().discovery()
    expectStart(wire, { channel: 'sms' })
    await expectTokens(wire, { oobCode: 'ft-sms', code: '123456' })
    let renewals = 0
    const session = {
      regenerate: (callback: () => void) => {
        renewals += 1
        if (renewals > 1) {
          throw new TypeError('regenerate is not possible')
        }
        callback()
      },
      save: (callback: () => void) => {
        callback()
      },
    }
    const { browser, errors } = await startApp(new OktaOobStrategy(publicClient), {
      sessions: false,
      routes: (app, passport) => {
        app.use((req, _res, next) => {
          Object.assign(req, { session })
          next()
        })
        app.post('/bare', passport.authenticate('okta-oob') as RequestHandler, (_req, res) => {
          res.send('reached')
        })
      },
    })
    const tab = browser()
    await tab.post('/bare', { username: alice, channel: 'sms' })

    const answer = await tab.post('/bare', { code: '123456' })

    expect(answer.status).to.equal(500)
    expect(errors).to.have.length(1)
    expect(errors[0])
      .to.be.instanceOf(TypeError)
      .with.property('message')
      .that.matches(/regenerate/)
  })
})

/** A meeting point: lets everyone go when `count` have come. */
function gather(count: number): () => Promise<void> {
  let open: () => void
  let come = 0
  const everyone = new Promise<void>((resolve) => {
    open = resolve
  })
  return () => {
    come += 1
    if (come === count) {
      open()
    }
    return everyone
  }
}
