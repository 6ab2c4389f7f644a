import cookie from '@fastify/cookie'
import formbody from '@fastify/formbody'
import { Authenticator } from '@fastify/passport'
import secureSession from '@fastify/secure-session'
import session from '@fastify/session'
import fastify, { type FastifyPluginAsync, type FastifyRequest } from 'fastify'
import Koa from 'koa'
import koa2 from 'koa2'
import bodyParser from 'koa-bodyparser'
import koaPassport from 'koa-passport'
import koaSession from 'koa-session'
import type { OktaOobAuthenticateOptions, OktaOobStrategy } from 'passport-okta-oob'
import { serve } from '../support/serve.ts'
import { whenOver } from '../support/resources.ts'
import { Silence, type StoreMethod } from '../support/silence.ts'

export interface PassportApp {
  okta: OktaOobStrategy
  /** `false` leaves the host's session out. */
  sessions?: boolean
  /** Keeps the session's store from answering. */
  silence?: Silence
}

/**
 * Serves `passport.authenticate` for one test, and answers the origin: `/login` has a callback that
 * answers JSON, `/form` has redirects and leaves errors to the host, and `/me` tells the user.
 * `/cart` keeps something of the app's own in the session.
 */
export type StartPassport = (app: PassportApp) => Promise<string>

type Options = OktaOobAuthenticateOptions & { successRedirect: string; failureRedirect: string }
const redirects: Options = {
  challengeRedirect: '/challenge-page',
  successRedirect: '/welcome',
  failureRedirect: '/login-page',
}

type Refused = Error & { status?: number; code?: string }

/** What `/login` answers: the error, the user, or what the strategy says instead of a user. */
function answerOf(error: Refused | null, user: unknown, info: unknown, status = 401) {
  if (error) {
    return { status: error.status ?? 500, body: { code: error.code, message: error.message } }
  }
  return user ? { status: 200, body: { user, info } } : { status, body: info }
}

function startKoa(make: () => Koa): StartPassport {
  return async ({ okta, sessions = true, silence = new Silence() }) => {
    const passport = new koaPassport.KoaPassport()
    passport.use(okta)
    passport.serializeUser((user, done) => {
      done(null, user)
    })
    passport.deserializeUser((user: Express.User, done) => {
      done(null, user)
    })
    const app = make()
    app.silent = true
    app.keys = ['test']
    if (sessions) {
      // As JSON, or requests would share what is in it.
      const kept = new Map<string, string>()
      const ask = <T>(method: StoreMethod, act: () => T): Promise<T> =>
        new Promise((resolve) => {
          silence.answer(method, () => resolve(act()))
        })
      const store = {
        get: (id: string) => ask('get', () => JSON.parse(kept.get(id) ?? 'null')),
        set: (id: string, data: object) =>
          ask('set', () => void kept.set(id, JSON.stringify(data))),
        destroy: (id: string) => ask('destroy', () => void kept.delete(id)),
      }
      app.use(koaSession({ key: 'sid', store, rolling: true }, app))
    }
    app.use(bodyParser())
    app.use(passport.initialize())
    if (sessions) {
      app.use(passport.session())
    }
    app.use(async (ctx, next) => {
      switch (ctx.path) {
        case '/login': {
          // koa-passport keeps the promise of a request on its callback, so each has its own.
          const callback = async (...args: Parameters<typeof answerOf>): Promise<void> => {
            if (args[1]) {
              await ctx.login(args[1])
            }
            Object.assign(ctx, answerOf(...args))
          }
          await passport.authenticate('okta-oob', callback)(ctx, next)
          break
        }
        case '/form':
          await passport.authenticate('okta-oob', redirects)(ctx, next)
          break
        case '/logout':
          await ctx.logout()
          ctx.body = {}
          break
        case '/empty':
          ctx['session']['cart'] = null
          ctx.body = {}
          break
        case '/me':
          ctx.body = { user: ctx.state['user'] ?? null }
          break
        case '/cart':
          if (ctx.method === 'POST') {
            ctx['session']['cart'] = 'full'
          }
          ctx.body = { cart: ctx['session']['cart'] ?? null }
      }
    })
    return (await serve(app.callback())).origin
  }
}

/** As JSON, or requests would share what is in it. */
function jsonStore(silence: Silence) {
  const kept = new Map<string, string>()
  type Callback = (error?: unknown, data?: any) => void
  return {
    get: (id: string, done: Callback) => {
      silence.answer('get', () => done(null, JSON.parse(kept.get(id) ?? 'null')))
    },
    set: (id: string, data: object, done: Callback) => {
      silence.answer('set', () => {
        kept.set(id, JSON.stringify(data))
        done()
      })
    },
    destroy: (id: string, done: Callback) => {
      silence.answer('destroy', () => {
        kept.delete(id)
        done()
      })
    },
  }
}

type SessionPlugin = (silence: Silence) => FastifyPluginAsync

const storedSession: SessionPlugin = (silence) =>
  forAll(async (app) => {
    await app.register(cookie)
    await app.register(session, {
      secret: 'a secret of 32 characters or more',
      cookieName: 'sid',
      cookie: { secure: false },
      saveUninitialized: false,
      store: jsonStore(silence),
    })
  })
const sessionInCookie: SessionPlugin = () =>
  forAll(async (app) => {
    await app.register(secureSession, { key: Buffer.alloc(32, 1), cookieName: 'sid' })
  })

/** What these register is for the whole app, as Fastify's own plugins are. */
function forAll(plugin: FastifyPluginAsync): FastifyPluginAsync {
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true })
}

/** A session of either kind. */
type AnySession = Record<string, unknown>

function startFastify(sessionPlugin: SessionPlugin): StartPassport {
  return async ({ okta, sessions = true, silence = new Silence() }) => {
    const passport = new Authenticator()
    passport.use(okta)
    passport.registerUserSerializer(async (user) => user)
    passport.registerUserDeserializer(async (user) => user)
    const app = fastify()
    await app.register(formbody)
    if (sessions) {
      await app.register(sessionPlugin(silence))
      await app.register(passport.secureSession())
    } else {
      // What the flash messages of @fastify/passport look for.
      app.decorateRequest('session')
    }
    await app.register(passport.initialize())
    const login = passport.authenticate('okta-oob', async (request, reply, ...args) => {
      const [error, user, info, status] = args
      if (user) {
        await request.logIn(user)
      }
      const answer = answerOf(error, user, info, status)
      await reply.code(answer.status).send(answer.body)
    })
    app.post('/login', { preValidation: login }, async () => 'not reached')
    const form = passport.authenticate('okta-oob', redirects)
    app.post('/form', { preValidation: form }, async () => 'not reached')
    app.get('/me', async ({ user }) => ({ user: user ?? null }))
    const sessionOf = (req: FastifyRequest): AnySession => req.session
    app.post('/cart', async (req) => {
      sessionOf(req)['cart'] = 'full'
      return { cart: 'full' }
    })
    app.post('/empty', async (req) => {
      sessionOf(req)['cart'] = null
      return {}
    })
    app.post('/logout', async (req) => {
      await req.logout()
      return {}
    })
    app.get('/cart', async (req) => ({ cart: sessionOf(req)['cart'] ?? null }))
    whenOver(() => app.close())
    return (await app.listen({ host: '127.0.0.1', port: 0 })).replace('127.0.0.1', 'localhost')
  }
}

export const passportHosts: Record<string, StartPassport> = {
  'koa-passport on Koa 2, with koa-session': startKoa(() => new koa2()),
  'koa-passport on Koa 3, with koa-session': startKoa(() => new Koa()),
  '@fastify/passport, with @fastify/session': startFastify(storedSession),
  '@fastify/passport, with @fastify/secure-session': startFastify(sessionInCookie),
}
