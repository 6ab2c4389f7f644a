import { attempt, OktaOobError } from '../errors.ts'
import type { OktaOobClient } from '../okta/client.ts'

/**
 * What keeps Okta's metadata from being read, if something does. To be asked before a call is
 * timed: what the first one takes longer than others must not become the pace of decoys.
 */
export async function discoveryFault(okta: OktaOobClient): Promise<OktaOobError | undefined> {
  const found = await attempt(okta.configuration())
  return found instanceof OktaOobError ? found : undefined
}
