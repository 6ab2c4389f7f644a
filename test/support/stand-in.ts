import type { OktaOobClientOptions } from 'passport-okta-oob'
import { exampleClient } from '../../example/okta/client.ts'
import { startStandIn, type StandIn, type StandInOptions } from '../../example/okta/stand-in.ts'
import type { Message } from '../../example/okta/transaction.ts'
import { whenOver } from './resources.ts'

/** The example's stand-in for Okta, over real HTTP, for one test. */
export async function standIn(options: StandInOptions = {}): Promise<StandIn> {
  const okta = await startStandIn(options)
  whenOver(() => okta.close())
  return okta
}

/** The options that make a client, or a strategy, the stand-in's example client. */
export function clientOf(issuer: string): OktaOobClientOptions {
  return {
    issuer,
    clientID: exampleClient.client_id,
    clientSecret: exampleClient.client_secret,
  }
}

/** The newest message on a user's phone. */
export function newest(okta: StandIn, username = 'alice@example.com'): Message {
  const [message] = okta.directory.messages(username)
  if (!message) {
    throw new Error(`nothing has arrived for ${username}`)
  }
  return message
}
