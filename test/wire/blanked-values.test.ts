import { expect } from 'chai'
import { OktaOobClient } from 'passport-okta-oob'
import { OktaWire } from '../support/okta.ts'

const username = 'alice@example.com'

describe('A value of the request that contains another one', () => {
  it('is blanked whole in Okta’s words', async () => {
    const okta = new OktaWire().discovery()
    const { issuer, clientId } = okta
    // The oob_code begins with the code, and holds the username.
    const oobCode = `123456-${username}-rest-of-a-secret`
    const started = { oob_code: oobCode, expires_in: 300, channel: 'sms', binding_method: 'prompt' }
    const form = { client_id: clientId, login_hint: username, channel_hint: 'sms' }
    okta.post('oob-authenticate', form, 200, started)
    okta.post(
      'token',
      {
        client_id: clientId,
        grant_type: 'urn:okta:params:oauth:grant-type:oob',
        scope: 'openid profile',
        oob_code: oobCode,
        binding_code: '123456',
      },
      400,
      { error: 'invalid_request', error_description: `No ${oobCode} with 123456 of ${username}.` },
    )
    const client = new OktaOobClient({ issuer, clientID: clientId }, {})
    const challenge = await client.start({ loginHint: username, channel: 'sms' })

    const error = await client.complete(challenge, { code: '123456' }).catch((thrown) => thrown)

    expect(error.cause.error_description).to.equal('No [redacted] with [redacted] of [redacted].')
  })
})
