import { expect } from 'chai'
import { exportJWK, generateKeyPair } from 'jose'
import {
  ClientSecretBasic,
  ClientSecretJwt,
  None,
  PrivateKeyJwt,
  tokenRevocation,
  type ClientAuth,
} from 'openid-client'
import { OktaOobClient } from 'passport-okta-oob'
import { newest, standIn } from '../support/stand-in.ts'

const secret = 'a secret of more than 32 bytes, as HS256 wants'
const { privateKey, publicKey } = await generateKeyPair('RS256')
const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'app-1', alg: 'RS256', use: 'sig' }] }

const methods: Record<string, [ClientAuth, object]> = {
  none: [None(), {}],
  client_secret_basic: [ClientSecretBasic(secret), { client_secret: secret }],
  client_secret_jwt: [ClientSecretJwt(secret), { client_secret: secret }],
  private_key_jwt: [PrivateKeyJwt({ key: privateKey, kid: 'app-1' }), { jwks }],
}

describe('Client authentication against an authorization server that checks it', () => {
  for (const issuer of ['issuer', 'customIssuer'] as const) {
    for (const [method, [clientAuthentication, registration]] of Object.entries(methods)) {
      it(`${method}: at start, challenge, every call of token, and revocation (${issuer})`, async () => {
        const client_id = `app-${method}`
        const metadata = { client_id, token_endpoint_auth_method: method, ...registration }
        const okta = await standIn({ clients: [metadata as never] })
        const client = new OktaOobClient({
          issuer: okta[issuer],
          clientID: client_id,
          clientAuthentication,
          mfa: { channels: ['sms'] },
        })
        const loginHint = 'erin@example.com'
        const first = await client.start({ loginHint, channel: 'sms' })
        const wrong = await client.complete(first, { code: '00000' }).catch((e: unknown) => e)
        expect(wrong).to.include({ code: 'incorrect_code' })
        const more = await client.complete(first, { code: newest(okta, loginHint).code })
        if (more.status !== 'mfa_required') {
          throw new Error(`a second factor was expected, not ${more.status}`)
        }
        const { mfaToken } = more
        const second = await client.challenge({ loginHint, mfaToken, channel: 'sms' })

        const done = await client.complete(second, { code: newest(okta, loginHint).code })

        if (done.status !== 'complete') {
          throw new Error(`tokens were expected, not ${done.status}`)
        }
        const config = await client.configuration('revocation_endpoint')
        await tokenRevocation(config, done.tokens.access_token)
      })
    }
  }

  it('refuses two credentials at once, in the constructor', () => {
    const options = { issuer: 'https://example.okta.com', clientID: 'app', clientSecret: 'x' }
    expect(() => new OktaOobClient({ ...options, clientAuthentication: None() })).to.throw(
      TypeError,
      'clientSecret',
    )
  })
})
