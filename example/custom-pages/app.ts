import express, { type Express } from 'express'
import session from 'express-session'
import { fileURLToPath } from 'node:url'
import passport from 'passport'
import { OktaOobStrategy } from 'passport-okta-oob'
import type { AppOptions } from '../app.ts'
import { home } from '../home.ts'
import { challengePage, signInPage } from './pages.ts'

/** A small app with sign-in pages of its own, on the strategy's handlers. */
export function createApp({ sessionSecret, phone, usernames = [] }: AppOptions): Express {
  const okta = new OktaOobStrategy({ mfa: { channels: ['push', 'sms', 'voice'], otp: true } })
  passport.use(okta)
  passport.serializeUser((user, done) => {
    done(null, user)
  })
  passport.deserializeUser((user: Express.User, done) => {
    done(null, user)
  })

  const app = express()
  for (const directory of ['../public', 'public']) {
    app.use('/assets', express.static(fileURLToPath(new URL(directory, import.meta.url))))
  }
  // The package's module for browsers, which our script imports.
  const browser = fileURLToPath(new URL('.', import.meta.resolve('passport-okta-oob/browser')))
  app.use('/assets/okta-oob', express.static(browser))
  app.use(express.urlencoded({ extended: false }))
  app.use(
    session({
      secret: sessionSecret,
      resave: false,
      saveUninitialized: false,
      cookie: { sameSite: 'lax', secure: process.env['NODE_ENV'] === 'production' },
    }),
  )
  app.use(passport.session())

  app.use(home())

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

  return app
}

function errorOf(req: express.Request): string | undefined {
  const { error } = req.query
  return typeof error === 'string' ? error : undefined
}
