// An app in a process of its own: a browser has started, and comes back without a cookie.
import express from 'express'
import session from 'express-session'
import { once } from 'node:events'
import { OktaOobStrategy } from 'passport-okta-oob'

const okta = new OktaOobStrategy({ issuer: 'https://example.okta.com', clientID: 'x' })
const app = express()
app.use(session({ secret: 'test', resave: false, saveUninitialized: false }))
app.use('/login', okta.routes())
const server = app.listen(0, 'localhost')
await once(server, 'listening')
const origin = `http://localhost:${server.address().port}`
const headers = { referer: `${origin}/login`, ...JSON.parse(process.argv[2] ?? '{}') }
for (let times = 1; times <= 2; times += 1) {
  const answer = await fetch(`${origin}/login/challenge`, { headers })
  console.log(/<title>([^<]*)/.exec(await answer.text())?.[1])
}
console.log('done')
server.closeAllConnections()
server.close()
