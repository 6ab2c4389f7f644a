import express, { type Express } from 'express'
import session from 'express-session'
import passport from 'passport'
import { OktaOobStrategy, type OktaOobStrategyOptions, type RoutesOptions } from 'passport-okta-oob'
import type { Page } from 'playwright-core'
import type { StandIn, StandInOptions } from '../../example/okta/stand-in.ts'
import { Browser } from './browser.ts'
import { clientOf, standIn } from './stand-in.ts'
import { serve } from './serve.ts'

export interface PagesApp {
  origin: string
  okta: StandIn
  store: session.MemoryStore
  browser: () => Browser
}

export interface PagesAppOptions {
  okta?: StandInOptions
  routes?: RoutesOptions
  strategy?: OktaOobStrategyOptions
  /** Where the pages are; `/login` unless told otherwise. */
  mount?: string
  /** What the app uses before its session. */
  before?: (app: Express) => void
  /** What the app uses behind the pages. */
  after?: (app: Express) => void
}

export const everyWay: OktaOobStrategyOptions = {
  channels: ['push', 'sms', 'voice', 'email'],
  mfa: { channels: ['push', 'sms'], otp: true },
}

/** An app whose sign-in is `okta.routes()`, with nothing else than a session, and no limits. */
export async function startPages(options: PagesAppOptions = {}): Promise<PagesApp> {
  const { routes, strategy = everyWay, mount = '/login', before, after } = options
  const okta = await standIn(options.okta)
  const authenticator = new passport.Authenticator()
  const oob = new OktaOobStrategy({ limits: false, ...clientOf(okta.customIssuer), ...strategy })
  authenticator.use(oob)
  authenticator.serializeUser((user, done) => {
    done(null, user)
  })
  authenticator.deserializeUser((user: Express.User, done) => {
    done(null, user)
  })
  const store = new session.MemoryStore()
  const app = express()
  before?.(app)
  app.use(session({ secret: 'test', resave: false, saveUninitialized: false, store }))
  app.use(authenticator.session())
  app.get('/me', (req, res) => {
    res.json(req.user ?? null)
  })
  app.use(mount, oob.routes({ successRedirect: '/me', ...routes }))
  after?.(app)

  const { origin } = await serve(app)
  return { origin, okta, store, browser: () => new Browser(origin) }
}

/** Fills in the ready-made sign-in page, and waits for the page behind it. */
export async function startOnPage(
  page: Page,
  address: string,
  username: string,
  channel: string,
): Promise<void> {
  await page.goto(address)
  await page.locator('[name=username]').fill(username)
  await page.locator(`[name=channel][value=${channel}]`).check()
  await page.locator('main button').click()
  await page.locator('form[data-until]').waitFor()
}
