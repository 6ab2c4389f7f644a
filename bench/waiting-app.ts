import express from 'express'
import session from 'express-session'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { OktaOobStrategy } from 'passport-okta-oob'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { answerAll } from './worker.ts'

// An app in which people begin to sign in, and an Okta that answers at once, in its process: what
// is measured here is what a challenge leaves behind.

const issuer = 'https://example.okta.com'
let oobCodes = 0

async function okta(url: string, { body }: RequestInit): Promise<Response> {
  if (!url.endsWith('oob-authenticate')) {
    return Response.json({
      issuer,
      token_endpoint: `${issuer}/oauth2/v1/token`,
      jwks_uri: `${issuer}/oauth2/v1/keys`,
    })
  }
  oobCodes += 1
  const channel = new URLSearchParams(body as URLSearchParams).get('channel_hint')
  const oob_code = `ft${String(oobCodes).padStart(32, '0')}`
  const common = { oob_code, expires_in: 300, channel }
  return Response.json(
    channel === 'push'
      ? { ...common, interval: 5, binding_method: 'transfer', binding_code: '95' }
      : { ...common, binding_method: 'prompt' },
  )
}

const settings = {
  issuer,
  clientID: 'example-app',
  clientSecret: 'example-secret',
  fetch: okta,
}
const strategy = new OktaOobStrategy(settings)

/** Of a strategy whose limiters can be looked into, as the package's own cannot. */
const limiters: RateLimiterMemory[] = []
const watched = new OktaOobStrategy({
  ...settings,
  limits: {
    limiter: (options) => {
      const limiter = new RateLimiterMemory(options)
      limiters.push(limiter)
      return limiter
    },
  },
})

const app = express()
// Each visitor has an address, which is counted.
app.set('trust proxy', true)
app.use(express.urlencoded({ extended: false }))
app.use(session({ secret: 'bench', resave: false, saveUninitialized: false }))
app.post('/ours', strategy.start())
app.post('/watched', watched.start())
app.post('/bare', (req, res) => {
  Object.assign(req.session, { waiting: true })
  res.json({ status: 'challenge' })
})
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')

answerAll({
  origin: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  heap: async () => {
    server.closeIdleConnections()
    for (let pass = 0; pass < 4; pass += 1) {
      global.gc?.()
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    }
    return process.memoryUsage().heapUsed
  },
  keys: () => limiters.reduce((keys, limiter) => keys + limiter.dump().storage.length, 0),
  handles: () => process.getActiveResourcesInfo(),
})
