import type { Express } from 'express'
import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { AppOptions } from './app.ts'
import { exampleClient } from './okta/client.ts'
import { startStandIn } from './okta/stand-in.ts'

/** Starts an app, and a stand-in for Okta when it is needed, and says where they are. */
export async function serve(createApp: (options: AppOptions) => Express): Promise<void> {
  const port = Number(process.env['PORT'] ?? 3000)
  const sessionSecret = process.env['SESSION_SECRET'] ?? randomBytes(32).toString('hex')
  const okta = await startOkta()
  const server = createApp({ sessionSecret, ...okta }).listen(port, () => {
    console.log(`Sign in:         http://localhost:${(server.address() as AddressInfo).port}`)
    console.log(
      okta
        ? `Simulated phone: ${okta.phone}`
        : `Okta:            ${process.env['OKTA_OAUTH2_ISSUER']}`,
    )
  })
}

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
