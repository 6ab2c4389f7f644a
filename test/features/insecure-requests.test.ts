import { expect } from 'chai'
import { OktaOobClient, OktaOobStrategy } from 'passport-okta-oob'
import { OktaWire } from '../support/okta.ts'

const issuer = 'http://okta.test:8080'
const clientID = 'app'

function construct(options: object) {
  return () => new OktaOobStrategy({ issuer, clientID, ...options })
}

describe('With allowInsecureRequests', () => {
  it('an http issuer on any host works, from its metadata to user info', async () => {
    const okta = new OktaWire(issuer, clientID).discovery()
    okta.scope
      .post('/oauth2/v1/oob-authenticate')
      .reply(200, { oob_code: 'ft-1', channel: 'sms', binding_method: 'prompt' })
      .post('/oauth2/v1/token')
      .reply(200, await okta.tokens())
      .get('/oauth2/v1/userinfo')
      .reply(200, { sub: '00u1alice', email: 'alice@example.com' })
    const options = { allowInsecureRequests: true, userInfo: true }
    const client = new OktaOobClient({ issuer, clientID, ...options })
    const challenge = await client.start({ loginHint: 'alice', channel: 'sms' })

    const result = await client.complete(challenge, { code: '123456' })

    expect(result.status === 'complete' && result.claims['email']).to.equal('alice@example.com')
    const configuration = await client.configuration('revocation_endpoint')
    expect(configuration.serverMetadata().issuer).to.equal(issuer)
  })

  it('an https issuer still has no http endpoints', async () => {
    const okta = new OktaWire().discovery({ jwks_uri: 'http://example.okta.com/oauth2/v1/keys' })
    const client = new OktaOobClient({
      issuer: okta.issuer,
      clientID,
      allowInsecureRequests: true,
    })

    const error = await client
      .start({ loginHint: 'alice', channel: 'sms' })
      .catch((reason: unknown) => reason)

    expect(error).to.include({ code: 'configuration_error' })
    expect((error as Error).message).to.include('a jwks_uri that is not an https URL')
  })

  it('cannot be true in production, whatever the issuer is', () => {
    process.env['NODE_ENV'] = 'production'
    const message = 'option "allowInsecureRequests" is for test networks'

    for (const given of [issuer, 'https://example.okta.com', 'http://localhost:3001']) {
      const options = { issuer: given, allowInsecureRequests: true }
      expect(construct(options)).to.throw(TypeError, message)
      expect(() => new OktaOobClient({ clientID, ...options }, {})).to.throw(TypeError, message)
    }
    expect(construct({ issuer: 'http://localhost', allowInsecureRequests: false })).not.to.throw()
  })

  it('an issuer is still an http or https URL', () => {
    for (const given of ['ftp://okta.test', 'okta.test', 'http://me@okta.test', 'http://a.test?']) {
      expect(construct({ issuer: given, allowInsecureRequests: true })).to.throw(
        TypeError,
        'option "issuer" must be an https or http URL',
      )
    }
  })
})

describe('Without allowInsecureRequests', () => {
  it('an http issuer is on this machine only', () => {
    for (const options of [{}, { allowInsecureRequests: false }]) {
      expect(construct(options)).to.throw(
        TypeError,
        '(http only on loopback, or with allowInsecureRequests)',
      )
    }
  })
})

for (const name of ['allowInsecureRequests', 'userInfo']) {
  describe(name, () => {
    for (const value of ['true', 1, null]) {
      it(`cannot be ${String(value)} as a ${typeof value}`, () => {
        expect(construct({ [name]: value })).to.throw(
          TypeError,
          `option "${name}" must be true or false`,
        )
      })
    }
  })
}
