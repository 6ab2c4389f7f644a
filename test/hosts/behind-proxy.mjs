// An app in a host, as `node behind-proxy.mjs <host> <what it trusts>`; prints where it listens.
import { Authenticator } from '@fastify/passport'
import cookie from '@fastify/cookie'
import middie from '@fastify/middie'
import session from '@fastify/session'
import connect from 'connect'
import express from 'express'
import fastify from 'fastify'
import Koa from 'koa'
import { KoaPassport } from 'koa-passport'
import { createServer } from 'node:http'
import { OktaOobStrategy } from 'passport-okta-oob'

const [host, trust] = process.argv.slice(2)
const okta = new OktaOobStrategy({
  issuer: 'https://example.okta.com',
  clientID: 'x',
  // The sessions here are bare objects.
  clientSideSessions: 'allow',
})
const withSession = (req, _res, next) => {
  req.session = {}
  next()
}
const end = (_req, res) => {
  res.end()
}

const expressApp = () => express().use(withSession).post('/', okta.resend(), end)

const makers = {
  express: () => {
    const app = expressApp()
    if (trust) {
      app.set('trust proxy', Number(trust) || trust)
    }
    return app
  },
  'a mounted express': () => {
    const app = express().use(expressApp())
    app.set('trust proxy', trust || false)
    return app
  },
  connect: () => {
    const setAddress = (req, _res, next) => {
      req.ip = req.headers['x-forwarded-for']
      next()
    }
    const app = connect().use(withSession)
    return (trust ? app.use(setAddress) : app).use(okta.resend()).use(end)
  },
  'koa-passport': () => {
    const passport = new KoaPassport()
    passport.use(okta)
    const app = new Koa({ proxy: Boolean(trust) })
    app.use((ctx, next) => {
      ctx.session = {}
      return next()
    })
    return app.use(passport.authenticate('okta-oob', async () => {})).callback()
  },
}

async function startFastify() {
  const app = fastify({ trustProxy: trust || false })
  if (host === '@fastify/middie') {
    await app.register(middie)
    app.use(withSession).use(okta.resend()).use(end)
  } else {
    const passport = new Authenticator()
    passport.use(okta)
    await app.register(cookie)
    await app.register(session, { secret: 'a secret of 32 characters or more' })
    await app.register(passport.initialize())
    const preValidation = passport.authenticate('okta-oob', async () => {})
    app.post('/', { preValidation }, async () => '')
  }
  return app.listen({ port: 0, host: '127.0.0.1' })
}

if (makers[host]) {
  const server = createServer(makers[host]()).listen(0, '127.0.0.1', () => {
    console.log(`http://127.0.0.1:${server.address().port}`)
  })
} else {
  console.log(await startFastify())
}
