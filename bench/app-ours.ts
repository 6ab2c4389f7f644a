import express from 'express'
import passport from 'passport'
import { OktaOobStrategy } from 'passport-okta-oob'
import { createApp } from '../example/app.ts'
import { serve, sessions } from './serve.ts'

// It sets Passport up for both.
const example = createApp({ sessionSecret: 'bench' })

// The limits count, but nobody reaches them.
const plenty = { points: 1_000_000, duration: 3600 }
const okta = new OktaOobStrategy({ limits: { starts: plenty, sends: plenty } })
const logins = express()
logins.use(express.urlencoded({ extended: false }), sessions(), passport.session())
logins.post('/start', okta.start())
logins.post('/complete', okta.complete())

await serve({ example, logins })
