import express, { type Express } from 'express'
import session, { type Store } from 'express-session'
import passport from 'passport'
import { OktaOobStrategy, type LimitsOptions } from 'passport-okta-oob'
import { challengePage, homePage, signInPage } from './pages.ts'

export interface AppOptions {
  sessionSecret: string
  /** Where the simulated phone is, and who has one, when Okta is the stand-in. */
  phone?: string
  usernames?: string[]
  /** Where sessions are kept; in memory without one, for one process. */
  store?: Store
  limits?: LimitsOptions
}

/** A small app with a sign-in of its own. The strategy takes its settings from the environment. */
export function createApp(options: AppOptions): Express {
  const { sessionSecret, phone, usernames = [], store, limits = {} } = options
  const mfa = { channels: ['push', 'sms', 'voice'], otp: true }
  const okta = new OktaOobStrategy({ mfa, limits })
  passport.use(okta)
  passport.serializeUser((user, done) => {
    done(null, user)
  })
  passport.deserializeUser((user: Express.User, done) => {
    done(null, user)
  })

  const app = express()
  app.use('/assets', express.static(new URL('public', import.meta.url).pathname))
  app.use(express.urlencoded({ extended: false }))
  app.use(
    session({
      ...(store && { store }),
      secret: sessionSecret,
      resave: false,
      saveUninitialized: false,
      cookie: { sameSite: 'lax', secure: process.env['NODE_ENV'] === 'production' },
    }),
  )
  app.use(passport.session())

  app.get('/', (req, res) => {
    if (req.user) {
      res.send(homePage({ ...req.user }))
    } else {
      res.redirect('/login')
    }
  })

  app.get('/login', (req, res) => {
    res.send(signInPage({ error: errorOf(req), phone, usernames }))
  })
  app.post(
    '/login',
    okta.start({ challengeRedirect: '/login/challenge', failureRedirect: '/login' }),
  )

  app.get('/login/challenge', okta.challenge(), (req, res) => {
    if (req.oktaOob?.status === 'challenge') {
      res.send(challengePage(req.oktaOob.challenge, { error: errorOf(req), phone }))
    } else {
      res.redirect('/login?error=no_challenge')
    }
  })
  app.post(
    '/login/complete',
    okta.complete({
      successRedirect: '/',
      challengeRedirect: '/login/challenge',
      failureRedirect: '/login',
    }),
  )
  app.post(
    '/login/resend',
    okta.resend({ challengeRedirect: '/login/challenge', failureRedirect: '/login' }),
  )
  app.post('/login/cancel', okta.cancel({ successRedirect: '/login' }))

  app.post('/logout', (req, res, next) => {
    req.logout((error) => {
      if (error) {
        next(error)
      } else {
        res.redirect(303, '/login')
      }
    })
  })
  return app
}

function errorOf(req: express.Request): string | undefined {
  const { error } = req.query
  return typeof error === 'string' ? error : undefined
}
