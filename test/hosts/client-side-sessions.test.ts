import formbody from '@fastify/formbody'
import { Authenticator } from '@fastify/passport'
import secureSession from '@fastify/secure-session'
import { expect } from 'chai'
import type { Express as App, NextFunction, Request, RequestHandler, Response } from 'express'
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { ServerResponse } from 'node:http'
import { OktaOobStrategy } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import { Browser } from '../support/browser.ts'
import { stopClock } from '../support/clock.ts'
import { approve, beginFlow, codeOf, shareStandIn, type Flow } from '../support/flow.ts'
import { whenOver } from '../support/resources.ts'
import { clientOf } from '../support/stand-in.ts'
import { passportHosts } from './passport-hosts.ts'

const alice = 'alice@example.com'
const bob = 'bob@example.com'

type Middleware = (req: Request, res: Response, next: NextFunction) => void

/** The data of a session in a cookie of its own, which goes out with the answer's head. */
function inCookie(make: (data: Record<string, unknown>) => object): Middleware {
  return (req, res, next) => {
    const sent = /(?:^|; )data=([^;]*)/.exec(req.headers.cookie ?? '')?.[1] ?? '{}'
    let session = make(JSON.parse(decodeURIComponent(sent)) as Record<string, unknown>)
    Object.defineProperty(req, 'session', {
      configurable: true,
      get: () => session,
      // As with cookie-session: what is assigned becomes a session.
      set: (data: Record<string, unknown>) => {
        session = make(data)
      },
    })
    const { writeHead } = res
    res.writeHead = function (this: Response, ...args: unknown[]) {
      const data = encodeURIComponent(JSON.stringify(session))
      this.appendHeader('set-cookie', `data=${data}; Path=/; HttpOnly`)
      return writeHead.apply(this, args as Parameters<Response['writeHead']>)
    } as Response['writeHead']
    next()
  }
}

/** Like cookie-session's: data, and a getter; neither `save` nor `regenerate`. */
class CookieSession {
  constructor(data: object) {
    Object.assign(this, data)
  }

  get isPopulated(): boolean {
    return Object.keys(this).length > 0
  }
}

/** Like cookie-session's, with what many give it for Passport. */
class ShimmedSession extends CookieSession {
  constructor(data: object) {
    super(data)
    const value = (callback: () => void): void => callback()
    Object.defineProperties(this, { regenerate: { value }, save: { value } })
  }
}

/** Of promises: `save` and `destroy` take no callbacks. */
class PromiseSession {
  constructor(data: object) {
    Object.assign(this, data)
  }

  async save(): Promise<void> {}

  async destroy(): Promise<void> {}
}

/** Like koa-session's: both methods, and no key of a store. */
class KoaSession extends ShimmedSession {
  get externalKey(): undefined {
    return undefined
  }
}

/** Like iron-session's: its methods cannot be replaced. */
function ironSession(data: object): object {
  const value = async (): Promise<void> => {}
  const methods = { save: { value }, destroy: { value }, updateConfig: { value } }
  return Object.defineProperties({ ...data }, methods)
}

/** A session that renews by a promise, whose store is the app's own affair. */
class RenewingSession extends PromiseSession {
  async regenerate(): Promise<void> {
    for (const name of Object.keys(this)) {
      Reflect.deleteProperty(this, name)
    }
  }
}

/** Fastify with @fastify/secure-session, whose answers are given as Fastify gives its own. */
async function startSecureSession(okta: OktaOobStrategy): Promise<string> {
  const passport = new Authenticator()
  passport.registerUserSerializer(async (user) => user)
  passport.registerUserDeserializer(async (user: Express.User) => user)
  const app = fastify()
  await app.register(formbody)
  await app.register(secureSession, { key: Buffer.alloc(32, 1) })
  await app.register(passport.initialize())
  await app.register(passport.secureSession())
  const answerBy =
    (handler: RequestHandler, mount: string) =>
    async (request: FastifyRequest, reply: FastifyReply) => {
      const res = new ServerResponse(request.raw)
      const answered = new Promise<unknown>((resolve, reject) => {
        res.end = ((body?: unknown) => resolve(body)) as typeof res.end
        const url = request.url.slice(mount.length) || '/'
        const req = Object.assign(Object.create(request.raw) as Request, {
          url,
          originalUrl: request.url,
          session: request.session,
          body: request.body,
          user: request.user,
          logIn: request.logIn.bind(request),
        })
        void handler(req, res as never, reject)
      })
      const body = await answered
      return reply.code(res.statusCode).headers(res.getHeaders()).send(body)
    }
  app.post('/start', answerBy(okta.start(), ''))
  app.post('/complete', answerBy(okta.complete(), ''))
  const pages = okta.routes({ successRedirect: '/me' })
  app.all('/pages', answerBy(pages, '/pages'))
  app.all('/pages/*', answerBy(pages, '/pages'))
  app.get('/me', async ({ user }) => ({ user: user ?? null }))
  whenOver(() => app.close())
  return (await app.listen({ host: '127.0.0.1', port: 0 })).replace('127.0.0.1', 'localhost')
}

const kinds = {
  'cookie-session': inCookie((data) => new CookieSession(data)),
  'cookie-session, with the methods for Passport': inCookie((data) => new ShimmedSession(data)),
  'a session without an id': inCookie((data) => new PromiseSession(data)),
  'iron-session': inCookie(ironSession),
  'koa-session without a store': inCookie((data) => new KoaSession(data)),
}

const begin = (
  okta: Flow['okta'],
  middleware: Middleware,
  clientSideSessions?: 'refuse' | 'allow',
): Promise<Flow> =>
  beginFlow(okta, {
    strategy: { ...(clientSideSessions && { clientSideSessions }) },
    app: { sessions: middleware },
    routes: (app: App, strategy) => {
      app.use('/pages', strategy.routes({ successRedirect: '/me' }))
    },
  })

describe('A session that the browser keeps', () => {
  const shared = shareStandIn()

  for (const [kind, middleware] of Object.entries(kinds)) {
    it(`is refused before anything is sent, with what to do: ${kind}`, async () => {
      const { app, tab, calls } = await begin(shared.okta, middleware)

      for (const path of ['/login', '/start', '/complete', '/resend', '/pages']) {
        const { status } = await tab.browser.postJson(path, { username: alice, channel: 'sms' })
        expect(status, path).to.equal(500)
      }

      expect(calls.sent).to.deep.equal([])
      for (const error of app.errors as Error[]) {
        expect(error).to.include({ code: 'configuration_error' })
        expect(error.message)
          .to.include(kind.split(',')[0])
          .and.include("clientSideSessions: 'allow'")
      }
      expect(app.errors).to.have.length(5)
    })

    it(`signs in where it is allowed, by a text through the handlers: ${kind}`, async () => {
      const { okta, tab } = await begin(shared.okta, middleware, 'allow')
      await tab.start({ channel: 'sms' })

      expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
      expect(await tab.user()).to.equal(alice)
      expect(decodeURIComponent(tab.browser.cookies.get('data') ?? '')).to.not.include('oobCode')
    })

    it(`signs in where it is allowed, by a push through the pages: ${kind}`, async () => {
      const clock = stopClock()
      const { okta, tab } = await begin(shared.okta, middleware, 'allow')
      const { browser } = tab
      await browser.post('/pages', { username: bob, channel: 'push' })
      approve(okta, undefined)
      clock.tick(5000)

      const { location } = await browser.post('/pages/complete')

      expect(location).to.equal('/me')
      expect(await tab.user()).to.equal(bob)
    })

    it(`signs in where it is allowed, through passport.authenticate: ${kind}`, async () => {
      const { okta, tab } = await begin(shared.okta, middleware, 'allow')
      await tab.browser.postJson('/login', { username: alice, channel: 'sms' })

      const { json } = await tab.browser.postJson('/login', { code: codeOf(okta) })

      expect(json.user.preferred_username).to.equal(alice)
      expect(await tab.user()).to.equal(alice)
    })
  }

  it('is none of those that renew themselves: they have a store of their own', async () => {
    const renewing = inCookie((data) => new RenewingSession(data))
    const { okta, tab } = await begin(shared.okta, renewing)
    await tab.start({ channel: 'sms' })

    expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
    expect(await tab.user()).to.equal(alice)
  })

  it('is that of @fastify/secure-session, too', async () => {
    const name = Object.keys(passportHosts).find((each) => each.includes('secure-session')) ?? ''
    const okta = new OktaOobStrategy(clientOf(shared.okta.issuer))
    const browser = new Browser((await passportHosts[name]?.({ okta })) ?? '')

    const { status, json } = await browser.postJson('/login', { username: alice, channel: 'sms' })

    expect([status, json.code]).to.deep.equal([500, 'configuration_error'])
    expect(json.message).to.include('@fastify/secure-session')
  })

  it('signs in where it is allowed, on @fastify/secure-session, through the handlers and the pages', async () => {
    const { okta } = shared
    const strategy = new OktaOobStrategy({
      ...clientOf(okta.issuer),
      clientSideSessions: 'allow',
      limits: false,
    })
    const browser = new Browser(await startSecureSession(strategy))

    await browser.postJson('/start', { username: alice, channel: 'sms' })
    const { json } = await browser.postJson('/complete', { code: codeOf(okta) })
    expect(json.status).to.equal('complete')
    expect((await browser.get('/me')).json.user.preferred_username).to.equal(alice)

    const other = new Browser(browser.origin)
    const started = await other.post('/pages', { username: alice, channel: 'sms' })
    expect(started.location).to.match(/challenge$/)
    expect((await other.get('/pages/challenge')).text).to.include('Check your phone')
    const done = await other.post('/pages/complete', { code: codeOf(okta) })
    expect(done.location).to.equal('/me')
    expect((await other.get('/me')).json.user.preferred_username).to.equal(alice)
  })

  it('has options of two values', () => {
    for (const clientSideSessions of ['yes', true, null]) {
      const options = { ...clientOf(shared.okta.issuer), clientSideSessions } as never
      expect(() => new OktaOobStrategy(options)).to.throw(TypeError, '"clientSideSessions"')
    }
  })
})

describe('keepSessionInfo', () => {
  const shared = shareStandIn()

  for (const keepSessionInfo of [true, false, undefined]) {
    const what = keepSessionInfo ? 'stays' : 'is gone'
    it(`${String(keepSessionInfo)}: what the app has in the session ${what}, in complete() and routes()`, async () => {
      const { okta, tab } = await beginFlow(shared.okta, {
        strategy: { limits: false },
        routes: (app, strategy) => {
          app.post('/cart', (req, res) => {
            Object.assign(req.session, { cart: ['tea'] })
            res.json({})
          })
          app.get('/cart', (req, res) => {
            res.json((req.session as { cart?: unknown }).cart ?? null)
          })
          app.post('/kept/complete', strategy.complete({ keepSessionInfo }))
          app.use('/kept', strategy.routes({ keepSessionInfo }))
        },
      })
      const { browser } = tab
      for (const path of ['/kept/complete', '/kept/complete']) {
        await browser.post('/cart')
        await browser.post('/kept', { username: alice, channel: 'sms' })
        await browser.postJson(path, { code: codeOf(okta) })

        expect(await tab.user()).to.equal(alice)
        expect((await browser.get('/cart')).json).to.deep.equal(keepSessionInfo ? ['tea'] : null)
      }
    })
  }

  it('is true or false', async () => {
    const okta = new OktaOobStrategy(clientOf(shared.okta.issuer))
    await startApp(okta)
    const wrong = { keepSessionInfo: 'yes' } as never
    expect(() => okta.complete(wrong)).to.throw(TypeError, '"keepSessionInfo"')
    expect(() => okta.routes(wrong)).to.throw(TypeError, '"keepSessionInfo"')
    expect(() => okta.start(wrong)).to.throw(TypeError, '"keepSessionInfo"')
  })
})
