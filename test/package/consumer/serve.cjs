const express = require('express')
const session = require('express-session')
const passport = require('passport')

/** A small app that signs people in, with its settings from the environment. */
exports.serve = (OktaOobStrategy) => {
  passport.use(new OktaOobStrategy())
  passport.serializeUser((user, done) => done(null, user))
  passport.deserializeUser((user, done) => done(null, user))
  const app = express()
  app.use(express.urlencoded({ extended: false }))
  app.use(session({ secret: 'test', resave: false, saveUninitialized: false }))
  app.use(passport.session())
  app.post('/login', passport.authenticate('okta-oob', { challengeRedirect: '/code' }))
  app.post('/login', (req, res) => res.json(req.user))
  const server = app.listen(0, () => console.log(`http://localhost:${server.address().port}`))
}
