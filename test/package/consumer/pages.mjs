// An app with the ready-made sign-in, with its settings from the environment.
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import { OktaOobStrategy } from 'passport-okta-oob'

const okta = new OktaOobStrategy()
passport.use(okta)
passport.serializeUser((user, done) => done(null, user))
passport.deserializeUser((user, done) => done(null, user))
const app = express()
app.use(session({ secret: 'test', resave: false, saveUninitialized: false }))
app.use(passport.session())
app.use('/login', okta.routes({ successRedirect: '/me' }))
app.get('/me', (req, res) => res.json(req.user ?? null))
const server = app.listen(0, () => console.log(`http://localhost:${server.address().port}`))
