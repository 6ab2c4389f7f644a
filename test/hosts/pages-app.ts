import session from 'express-session'
import type { IncomingMessage } from 'node:http'
import passport from 'passport'
import { OktaOobStrategy, type OktaOobStrategyOptions } from 'passport-okta-oob'
import type { StandIn } from '../../example/okta/stand-in.ts'
import { Browser } from '../support/browser.ts'
import { everyWay } from '../support/pages.ts'
import { clientOf } from '../support/stand-in.ts'
import { FormBrowser } from './form-browser.ts'
import type { Host, Middleware } from './servers.ts'

/** An app in a host, as one browser sees it. */
export interface HostedApp {
  /** Where the sign-in is. */
  login: string
  browser: Browser
  forms: FormBrowser
  /** The username that is signed in. */
  user: () => Promise<string | undefined>
}

/** Serves `okta.routes()` below `/login` in a host whose session is express-session. */
export async function startPagesOn(
  { base, start }: Host,
  okta: StandIn,
  options: OktaOobStrategyOptions = {},
): Promise<HostedApp> {
  const oob = new OktaOobStrategy({
    limits: false,
    ...clientOf(okta.customIssuer),
    ...everyWay,
    ...options,
  })
  const pages = oob.routes({ successRedirect: `${base}/me` }) as Middleware
  const origin = await start({
    middleware: [...sessions(oob), ['/me', showUser], ['/login', pages]],
    echo: '/login/help',
  })
  return seenBy(new Browser(origin), base)
}

/** express-session and `passport.session()`, which adds `req.logIn`. */
export function sessions(oob: OktaOobStrategy): [string, Middleware][] {
  const authenticator = new passport.Authenticator()
  authenticator.use(oob)
  authenticator.serializeUser((user, done) => {
    done(null, user)
  })
  authenticator.deserializeUser((user: Express.User, done) => {
    done(null, user)
  })
  const store = session({ secret: 'test', resave: false, saveUninitialized: false })
  return [
    ['/', store as Middleware],
    ['/', authenticator.session() as Middleware],
  ]
}

/** Answers with the user of the session, or `null`. */
export const showUser: Middleware = (req, res) => {
  const { user = null } = req as IncomingMessage & { user?: Express.User }
  res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(user))
}

export function seenBy(browser: Browser, base: string): HostedApp {
  return {
    login: `${base}/login`,
    browser,
    forms: new FormBrowser(browser),
    user: async () => {
      const { json } = await browser.get(`${base}/me`)
      return (json as { preferred_username: string } | null)?.preferred_username
    },
  }
}
