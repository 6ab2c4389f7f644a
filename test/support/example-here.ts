import { createApp, type AppOptions } from '../../example/app.ts'
import type { StandIn, StandInOptions } from '../../example/okta/stand-in.ts'
import { Browser } from './browser.ts'
import { clientOf, standIn } from './stand-in.ts'
import { serve } from './serve.ts'

export interface ExampleHere {
  /** Where to sign in. */
  origin: string
  /** The simulated phone. */
  phone: string
  okta: StandIn
  browser: () => Browser
}

/** The example in the test's own process, where its clock and its Okta do as the test says. */
export async function startExampleHere(
  options: Partial<AppOptions> = {},
  { pace }: StandInOptions = {},
): Promise<ExampleHere> {
  const okta = await standIn(pace ? { pace } : {})
  const { issuer, clientID, clientSecret } = clientOf(okta.customIssuer)
  process.env['OKTA_OAUTH2_ISSUER'] = issuer
  process.env['OKTA_OAUTH2_CLIENT_ID'] = clientID
  process.env['OKTA_OAUTH2_CLIENT_SECRET'] = clientSecret
  const phone = `${okta.issuer}/phone`
  const usernames = okta.directory.users.map(({ username }) => username)
  const app = createApp({ sessionSecret: 'test', phone, usernames, ...options })
  const { origin } = await serve(app)
  return { origin, phone, okta, browser: () => new Browser(origin) }
}
