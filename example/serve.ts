import type { Express } from 'express'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { AppOptions } from './app.ts'
import { exampleClient } from './okta/client.ts'
import { startStandIn } from './okta/stand-in.ts'

/**
 * Runs an app, and a stand-in for Okta when it is needed, and says where they are.
 *
 * @param run gives back the port of the app
 */
export async function serve(run: (options: AppOptions) => Promise<number>): Promise<void> {
  const okta = await startOkta()
  const port = await run({ sessionSecret: readSessionSecret(okta !== undefined), ...okta })
  console.log(`Sign in:         http://localhost:${port}`)
  console.log(
    okta
      ? `Simulated phone: ${okta.phone}`
      : `Okta:            ${process.env['OKTA_OAUTH2_ISSUER']}`,
  )
}

export async function listen(app: Express): Promise<number> {
  const server = app.listen(Number(process.env['PORT'] ?? 3000))
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** The simulation may forget who has signed in when it stops; an app with a real Okta may not. */
function readSessionSecret(isSimulated: boolean): string {
  const secret = process.env['SESSION_SECRET'] || (isSimulated && randomBytes(32).toString('hex'))
  if (!secret) {
    throw new Error(
      'Set SESSION_SECRET to a long random text, such as `openssl rand -hex 32` prints',
    )
  }
  return secret
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
