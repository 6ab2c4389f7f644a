import express, { type Express } from 'express'
import session, { type Store } from 'express-session'
import { fileURLToPath } from 'node:url'
import passport from 'passport'
import { html, OktaOobStrategy, type Frame, type Html, type LimitsOptions } from 'passport-okta-oob'
import { home } from './home.ts'

export interface AppOptions {
  sessionSecret: string
  /** Where the simulated phone is, and who has one, when Okta is the stand-in. */
  phone?: string
  usernames?: string[]
  /** Where sessions are kept; in memory without one, for one process. */
  store?: Store
  limits?: LimitsOptions
}

/** A small app with a ready-made sign-in. The strategy takes its settings from the environment. */
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
  app.use('/assets', express.static(fileURLToPath(new URL('public', import.meta.url))))
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

  // The whole sign-in. An app with a real Okta needs no layout.
  app.use('/login', okta.routes({ successRedirect: '/', layout: phone ? withPhone : undefined }))

  app.use(home())
  return app

  function withPhone(content: Html, { page, view }: Frame): Html {
    return page(
      html`${content}
        <footer class="okta-oob okta-oob-quiet">
          <p>
            This example talks to a stand-in for Okta.
            <a href="${phone}" target="phone">Open the simulated phone</a>
          </p>
          ${view.screen === 'signIn' && html`<p>Its users: ${usernames.join(', ')}</p>`}
        </footer>`,
    )
  }
}
