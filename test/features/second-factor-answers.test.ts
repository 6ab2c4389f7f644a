import { expect } from 'chai'
import { OktaOobClient, OktaOobError } from 'passport-okta-oob'

const issuer = 'https://example.okta.com'
const mfaToken = 'mfa-token-1'

type Answer = [status: number, body: unknown]

/** A client whose call to `/challenge` gets this answer. */
function clientWith([status, body]: Answer): OktaOobClient {
  return new OktaOobClient({
    issuer,
    clientID: 'app',
    fetch: async (url) => {
      if (url.endsWith('openid-configuration')) {
        const token_endpoint = `${issuer}/oauth2/v1/token`
        return Response.json({ issuer, token_endpoint, jwks_uri: `${issuer}/oauth2/v1/keys` })
      }
      return Response.json(body, { status })
    },
  })
}

async function refusal(answer: Answer, channel = 'push'): Promise<OktaOobError> {
  const request = { mfaToken, channel, loginHint: 'alice@example.com' }
  const error = await clientWith(answer)
    .challenge(request)
    .catch((failure: unknown) => failure)
  expect(error).to.be.instanceOf(OktaOobError)
  return error as OktaOobError
}

const oauth = (error: string, text = 'Some text.') => ({ error, error_description: text })
const okta = (errorCode: string) => ({ errorCode, errorSummary: 'Some text.', errorCauses: [] })

const meanings: [title: string, answer: Answer, code: string][] = [
  ['a 429 of OAuth shape', [429, oauth('invalid_grant')], 'rate_limited'],
  ['a 429 of Okta shape', [429, okta('E0000047')], 'rate_limited'],
  [
    'an mfa_token that is over',
    [403, oauth('access_denied', "'x' has expired.")],
    'challenge_expired',
  ],
  ['a factor the user does not have', [403, oauth('access_denied')], 'access_denied'],
  ['a factor that is not possible, at 400', [400, oauth('access_denied')], 'access_denied'],
  ['a grant that is refused', [400, oauth('invalid_grant')], 'access_denied'],
  ['a challenge_type it does not know', [400, oauth('invalid_request')], 'configuration_error'],
  ['a client that may not', [400, oauth('unauthorized_client')], 'configuration_error'],
  ['a client it does not know', [401, oauth('invalid_client')], 'configuration_error'],
  [
    'a client it does not know, in Okta shape',
    [400, okta('invalid_client')],
    'configuration_error',
  ],
  ['no such endpoint', [404, okta('E0000022')], 'configuration_error'],
  ['no such method', [405, okta('E0000022')], 'configuration_error'],
  ['a moment of weakness', [400, oauth('temporarily_unavailable')], 'upstream_unavailable'],
  ['a fault of OAuth shape', [500, oauth('server_error')], 'upstream_unavailable'],
  ['a fault of Okta shape', [503, okta('E0000010')], 'upstream_unavailable'],
  ['a redirect', [302, {}], 'protocol_error'],
  ['an error it has never given', [400, oauth('brand_new_error')], 'protocol_error'],
  ['a list', [200, ['oob_code']], 'protocol_error'],
  ['no oob_code', [200, { binding_method: 'none' }], 'protocol_error'],
  [
    'a number challenge without number',
    [200, { oob_code: 'ft', binding_method: 'transfer' }],
    'protocol_error',
  ],
]

describe('What Okta answers to the challenge of a second factor', () => {
  for (const [title, answer, code] of meanings) {
    it(`${title}: ${code}`, async () => {
      expect((await refusal(answer)).code).to.equal(code)
    })
  }

  it('is kept as the cause, an error it has never given included, without our values', async () => {
    const text = `The mfa_token ${mfaToken} of ALICE@example.com is odd.`

    const { cause, message } = await refusal([400, oauth('brand_new_error', text)])

    expect(cause).to.deep.equal({
      status: 400,
      error: 'brand_new_error',
      error_description: 'The mfa_token [redacted] of [redacted] is odd.',
    })
    expect(message).to.not.include('odd')
  })

  it('may be a push without an interval, or a number as a JSON number', async () => {
    const body = { oob_code: 'ft', channel: 'push', binding_method: 'transfer', binding_code: 7 }

    const challenge = await clientWith([200, body]).challenge({
      mfaToken,
      channel: 'push',
      loginHint: 'alice@example.com',
    })

    expect(challenge).to.include({ interval: 5, bindingCode: '7', mfaToken, channel: 'push' })
  })
})
