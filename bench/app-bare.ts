import express, { type RequestHandler } from 'express'
import passport from 'passport'
import { callByFetch, callByNode, type Call } from './bare-calls.ts'
import { bareLogin } from './bare-login.ts'
import { serve, sessions } from './serve.ts'

declare module 'express-session' {
  interface SessionData {
    challenge?: object
  }
}

/** As much as a challenge of ours. */
const challenge = {
  id: 'nZ1q3vT5x7B9d1F3h5J7l9N1p3R',
  oobCode: 'ftpvP1LB26vCARL7EWM55cUhPA2vdQmHFpQ',
  channel: 'push',
  bindingMethod: 'none',
  expiresAt: 1_800_000_000_000,
  interval: 5,
  loginHint: 'bob@example.com',
  issuer: 'http://localhost:3001',
  clientId: 'example-app',
  scope: 'openid profile',
}
const { channel, bindingMethod, interval } = challenge
const expiresAt = new Date(challenge.expiresAt).toISOString()
const pending = {
  status: 'pending',
  challenge: { channel, bindingMethod, expiresAt, interval },
  retryAfter: 5,
}

/** A route that has a session and says some JSON, behind what else the app has. */
function status(...middleware: RequestHandler[]): express.Express {
  const app = express()
  app.use(...middleware)
  app.post('/start', (req, res) => {
    req.session.challenge = challenge
    res.json({})
  })
  app.post('/status', (req, res) => {
    res.json(req.session.challenge ? pending : {})
  })
  return app
}

passport.serializeUser((user, done) => {
  done(null, user)
})
const parser = express.urlencoded({ extended: false })
const issuer = process.env['OKTA_OAUTH2_ISSUER'] ?? ''

/** A text login behind the same middleware as ours. */
function logins(call: Call): express.Express {
  const app = express()
  app.use(parser, sessions(), passport.session(), bareLogin(issuer, call))
  return app
}

await serve({
  status: status(sessions()),
  statusOfHost: status(parser, sessions(), passport.session()),
  loginsByFetch: logins(callByFetch),
  loginsByNode: logins(callByNode(issuer)),
})
