import express, { type ErrorRequestHandler, type Express } from 'express'
import session, { MemoryStore, type Store } from 'express-session'
import type { Server } from 'node:http'
import passport from 'passport'
import { OktaOobError, type OktaOobStrategy } from 'passport-okta-oob'
import { Browser } from './browser.ts'
import { serve } from './serve.ts'

export type TestPassport = InstanceType<typeof passport.Authenticator>

export interface TestApp {
  app: Express
  /** A Passport of its own, so that tests do not share strategies. */
  passport: TestPassport
  store: Store
  server: Server
  origin: string
  /** What reached the error handler. */
  errors: unknown[]
  browser(): Browser
}

export interface TestAppOptions {
  store?: Store
  /** `false` leaves express-session out; a session of another kind takes its place. */
  sessions?: boolean | express.RequestHandler
  /** Adds routes of the test's own, before the usual ones. */
  routes?: (app: Express, passport: TestPassport) => void
}

/**
 * An Express app with both doors of the strategy: `/login` (`passport.authenticate`, the step from
 * the body) and the handlers at `/start`, `/complete`, `/challenge`, `/resend` and `/cancel`.
 * `/me` tells who is signed in; errors are answered as `{ code, message }`.
 */
export async function startApp(
  okta: OktaOobStrategy,
  options: TestAppOptions = {},
): Promise<TestApp> {
  const { store = new MemoryStore(), sessions = true, routes } = options
  const authenticator = new passport.Authenticator()
  authenticator.use(okta)
  authenticator.serializeUser((user, done) => {
    done(null, user)
  })
  authenticator.deserializeUser((user: Express.User, done) => {
    done(null, user)
  })

  const app = express()
  const errors: unknown[] = []
  app.use(express.urlencoded({ extended: true }), express.json({ strict: false }))
  if (sessions) {
    const stored = session({ secret: 'test', resave: false, saveUninitialized: false, store })
    app.use(sessions === true ? stored : sessions)
    app.use(authenticator.session())
  }
  routes?.(app, authenticator)

  app.all('/login', (req, res, next) => {
    const done = (
      error: unknown,
      user: Express.User | false | null,
      info: object,
      status: number,
    ): void => {
      // The app may have answered otherwise meanwhile.
      const answer = (act: () => unknown): void => {
        if (!res.headersSent) {
          act()
        }
      }
      if (error) {
        answer(() => next(error))
      } else if (user) {
        req.logIn(user, (failure) => {
          answer(() => (failure ? next(failure) : res.json({ user, info })))
        })
      } else {
        answer(() => res.status(status).json(info))
      }
    }
    const handler = authenticator.authenticate('okta-oob', done) as express.RequestHandler
    return handler(req, res, next)
  })
  const redirects = {
    successRedirect: '/welcome',
    challengeRedirect: '/challenge-page',
    failureRedirect: '/login-page',
  }
  app.post('/start', okta.start(redirects))
  app.post('/complete', okta.complete(redirects))
  app.get('/challenge', okta.challenge(), (req, res) => {
    res.json({ page: req.oktaOob })
  })
  app.post('/resend', okta.resend(redirects))
  app.post('/cancel', okta.cancel({ successRedirect: '/login-page' }))
  app.get('/me', (req, res) => {
    res.json({ user: req.user ?? null })
  })
  const report: ErrorRequestHandler = (error, _req, res, _next) => {
    errors.push(error)
    const { code, message } = error as OktaOobError
    res.status(error instanceof OktaOobError ? error.status : 500).json({ code, message })
  }
  app.use(report)

  const { server, origin } = await serve(app)
  const browser = (): Browser => new Browser(origin)
  return { app, passport: authenticator, store, server, origin, errors, browser }
}
