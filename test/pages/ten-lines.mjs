import express from 'express'
import session from 'express-session'
import passport from 'passport'
import { OktaOobStrategy } from 'passport-okta-oob'
const okta = new OktaOobStrategy()
passport.use(okta).serializeUser((user, done) => done(null, user))
passport.deserializeUser((user, done) => done(null, user))
const sessions = session({ secret: 'change me', resave: false, saveUninitialized: false })
const app = express().use(sessions, passport.session()).use('/login', okta.routes())
app.get('/', (req, res) => res.json(req.user ?? null)).listen(process.env.PORT)
