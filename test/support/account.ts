import type { OktaWire } from './okta.ts'
import { refusals, type Refusal } from '../../example/okta/texts.ts'

export { refusals }

/** A public client of the org authorization server, as `new OktaWire()` expects it. */
export const publicClient = { issuer: 'https://example.okta.com', clientID: '0oa1client' } as const

export const alice = 'alice@example.com'

interface StartExpected {
  username?: string
  channel?: 'push' | 'sms' | 'voice'
  oobCode?: string
  /** The number of a number challenge. */
  number?: string
  /** Further fields of the form. */
  fields?: Record<string, string>
}

interface TokenExpected {
  oobCode: string
  code?: string
  fields?: Record<string, string>
}

/** Expects a start and answers it with a challenge. */
export function expectStart(okta: OktaWire, expected: StartExpected = {}): OktaWire {
  const { username = alice, channel = 'push', oobCode = `ft-${channel}`, number, fields } = expected
  const push = number === undefined ? 'none' : 'transfer'
  return okta.post(
    'oob-authenticate',
    { client_id: okta.clientId, login_hint: username, channel_hint: channel, ...fields },
    200,
    {
      oob_code: oobCode,
      expires_in: 300,
      channel,
      binding_method: channel === 'push' ? push : 'prompt',
      ...(channel === 'push' && { interval: 5 }),
      ...(number !== undefined && { binding_code: number }),
    },
  )
}

/** Expects a request for the tokens of a challenge, and refuses it. */
export function expectRefusal(
  okta: OktaWire,
  expected: TokenExpected,
  { status, ...body }: Refusal,
): OktaWire {
  return okta.post('token', tokenForm(okta, expected), status, body)
}

/** Expects a request for the tokens of a challenge, and issues them. */
export async function expectTokens(
  okta: OktaWire,
  expected: TokenExpected,
  idToken?: string,
): Promise<OktaWire> {
  return okta.post('token', tokenForm(okta, expected), 200, await okta.tokens(idToken))
}

export function tokenForm(
  okta: OktaWire,
  { oobCode, code, fields }: TokenExpected,
): Record<string, string> {
  return {
    client_id: okta.clientId,
    grant_type: 'urn:okta:params:oauth:grant-type:oob',
    scope: 'openid profile',
    oob_code: oobCode,
    ...(code !== undefined && { binding_code: code }),
    ...fields,
  }
}
