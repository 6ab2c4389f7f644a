import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createApp, type AppOptions } from './app.ts'
import { logAuditEvents } from './audit-log.ts'
import { startWorkers } from './cluster.ts'
import { exampleClient } from './okta/client.ts'
import { startStandIn } from './okta/stand-in.ts'

/** Without an Okta org in the environment, a stand-in takes its place. */
async function startOkta(): Promise<{ phone: string; usernames: string[] } | undefined> {
  if (process.env['OKTA_OAUTH2_ISSUER']) {
    return undefined
  }
  const standIn = await startStandIn({ port: Number(process.env['PHONE_PORT'] ?? 3001) })
  process.env['OKTA_OAUTH2_ISSUER'] = standIn.customIssuer
  process.env['OKTA_OAUTH2_CLIENT_ID'] = exampleClient.client_id
  process.env['OKTA_OAUTH2_CLIENT_SECRET'] = exampleClient.client_secret
  return {
    phone: `${standIn.issuer}/phone`,
    usernames: standIn.directory.users.map(({ username }) => username),
  }
}

/** In this process, or, with a Redis to share, in several. */
async function startApp(options: AppOptions): Promise<number> {
  if (process.env['REDIS_URL']) {
    const worker = new URL('worker.ts', import.meta.url).pathname
    return startWorkers(worker, { APP_OPTIONS: JSON.stringify(options) })
  }
  logAuditEvents()
  const server = createApp(options).listen(Number(process.env['PORT'] ?? 3000))
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const okta = await startOkta()
const sessionSecret = process.env['SESSION_SECRET'] ?? randomBytes(32).toString('hex')
const port = await startApp({ sessionSecret, ...okta })
console.log(`Sign in:         http://localhost:${port}`)
console.log(
  okta ? `Simulated phone: ${okta.phone}` : `Okta:            ${process.env['OKTA_OAUTH2_ISSUER']}`,
)
