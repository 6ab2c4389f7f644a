import { expect } from 'chai'
import nock from 'nock'
import { ClientSecretBasic, ClientSecretPost, type ClientAuth } from 'openid-client'
import { OktaOobClient, OktaOobError, type Challenge } from 'passport-okta-oob'
import { inspect } from 'node:util'
import { accessToken, OktaWire } from '../support/okta.ts'
import { bothShapes } from '../support/outcome.ts'
import { waitingUser, type OktaAnswer } from '../support/waiting.ts'

const username = 'alice@example.com'
const code = '490713'
/** Contains the code, so that blanking one must not uncover the rest of the other. */
const oobCode = `ftpvP1LB26-${code}-vCARL7EWM55`
const secret = 'wire/secret+of the client'
const basic = `Basic ${Buffer.from(
  ['0oa1client', secret].map((part) => new URLSearchParams({ part }).toString().slice(5)).join(':'),
).toString('base64')}`

const headers = { 'x-okta-request-id': 'aGVsbG8td29ybGQ', 'content-type': 'application/json' }

function expectClean(error: unknown, secrets: string[]): void {
  expect(error).to.be.instanceOf(OktaOobError)
  const { message, stack, cause } = error as OktaOobError
  const texts = {
    message,
    stack: stack ?? '',
    json: JSON.stringify(error),
    cause: JSON.stringify(cause),
    inspected: inspect(error, { depth: 9, showHidden: true }),
  }
  for (const [name, text] of Object.entries(texts)) {
    for (const value of secrets) {
      expect(text, name).not.to.contain(value)
    }
  }
}

/** The error that a call below the strategy ends with. */
async function failureOf(call: Promise<unknown>): Promise<OktaOobError> {
  try {
    await call
  } catch (error) {
    return error as OktaOobError
  }
  throw new Error('the call has not failed')
}

const authentications: Record<string, { method: ClientAuth; credential: string }> = {
  'a secret in the body': { method: ClientSecretPost(secret), credential: secret },
  'a secret in the Authorization header': { method: ClientSecretBasic(secret), credential: basic },
}

const challenge: Challenge = {
  id: 'challenge-1',
  oobCode,
  channel: 'sms',
  bindingMethod: 'prompt',
  expiresAt: Date.now() + 300_000,
  interval: 5,
  loginHint: username,
  issuer: 'https://example.okta.com',
  clientId: '0oa1client',
  scope: 'openid profile',
}

for (const [title, { method, credential }] of Object.entries(authentications)) {
  const calls: Record<
    string,
    { path: string; sent: string[]; call: (client: OktaOobClient) => Promise<unknown> }
  > = {
    start: {
      path: 'oob-authenticate',
      sent: [username, credential],
      call: (client) => client.start({ loginHint: username, channel: 'push' }),
    },
    poll: {
      path: 'token',
      sent: [oobCode, credential],
      call: (client) => client.complete({ ...challenge, channel: 'push', bindingMethod: 'none' }),
    },
    code: {
      path: 'token',
      sent: [oobCode, code, credential],
      call: (client) => client.complete(challenge, { code }),
    },
  }
  describe(`What an error keeps of Okta’s answer, for a client with ${title}`, () => {
    for (const [name, { path, sent, call }] of Object.entries(calls)) {
      for (const [shape, body] of bothShapes) {
        it(`is the answer to a ${name}, without what was sent: ${shape}`, async () => {
          const wire = new OktaWire().discovery()
          const echoed = [...sent, credential.replace('Basic ', '')]
          const echo = (values: string[]) => `Okta did not like ${values.join(' and ')}.`
          nock(wire.issuer)
            .post(`${wire.path}/${path}`)
            .reply(403, body(`refused ${sent[0]}`, echo(echoed)), headers)
          const client = new OktaOobClient({
            issuer: wire.issuer,
            clientID: wire.clientId,
            clientAuthentication: method,
          })

          const error = await failureOf(call(client))

          expect(error.cause).to.deep.equal({
            status: 403,
            error: 'refused [redacted]',
            error_description: echo(echoed.map(() => '[redacted]')),
            request_id: headers['x-okta-request-id'],
            ...(shape === 'errorCode' && { error_id: 'oaeK4p1M5YkR2q0uF9xQw' }),
          })
          expectClean(error, echoed)
        })
      }
    }
  })
}

describe('What an error keeps of Okta’s answer', () => {
  it('is readable, however short the values are that were sent', async () => {
    const wire = new OktaWire('https://example.okta.com', 'c').discovery()
    nock(wire.issuer)
      .post(`${wire.path}/oob-authenticate`)
      .reply(401, { error: 'invalid_client', error_description: 'No client e.' }, headers)
    const client = new OktaOobClient({ issuer: wire.issuer, clientID: 'c' })

    const error = await failureOf(client.start({ loginHint: 'e', channel: 'push' }))

    expect(error.cause).to.include({
      error: 'invalid_client',
      error_description: 'No [redacted]li[redacted]nt [redacted].',
    })
  })

  const answers: Record<string, OktaAnswer> = {
    'HTML that names the user': { status: 400, body: `<p>${username}, ${oobCode}</p>` },
    'texts that are not texts': {
      status: 400,
      body: { error: [username], error_description: { oobCode }, errorId: 7 },
    },
    'members that Okta has added': {
      status: 400,
      body: { error: 'new_error', login: username, transaction: oobCode },
    },
  }
  for (const [title, { status, body }] of Object.entries(answers)) {
    it(`is not ${title}`, async () => {
      const wire = new OktaWire().discovery()
      nock(wire.issuer).post(`${wire.path}/token`).reply(status, body)
      const client = new OktaOobClient({ issuer: wire.issuer, clientID: wire.clientId })

      const error = await failureOf(client.complete(challenge, { code }))

      expect(error.cause).to.have.property('status', 400)
      expectClean(error, [username, oobCode])
    })
  }

  it('is not the oob_code of a start that was not understood', async () => {
    const alice = await waitingUser('poll')
    await alice.start({
      status: 200,
      body: { oob_code: oobCode, channel: 'push', binding_method: 'transfer' },
    })

    expect(alice.app.errors).to.have.length(1)
    expectClean(alice.app.errors[0], [oobCode, username])
  })

  it('is not the mfa_token of a second factor that cannot be had', async () => {
    const wire = new OktaWire().discovery()
    nock(wire.issuer)
      .post(`${wire.path}/token`)
      .reply(400, { error: 'mfa_not_required', mfa_token: 'mfa-token-1' })
    const client = new OktaOobClient({ issuer: wire.issuer, clientID: wire.clientId })

    const error = await failureOf(client.complete(challenge, { code }))

    expectClean(error, ['mfa-token-1'])
  })

  const wrongTokens: Record<string, (okta: OktaWire) => Promise<string>> = {
    'are of another issuer': (okta) => okta.idToken({ iss: 'https://evil.okta.com' }),
    'have expired': (okta) => okta.idToken({ exp: 1 }),
    'have a payload that is no JSON': async () => 'eyJhbGciOiJSUzI1NiJ9.YWxpY2VAZXhhbXBsZS5jb20.x',
    'are no JWT': async () => 'alice@example.com',
  }
  for (const [title, forge] of Object.entries(wrongTokens)) {
    it(`is a reason, and no token, when the tokens ${title}`, async () => {
      const alice = await waitingUser('code')
      const idToken = await forge(alice.okta)

      await alice.redeem(idToken)

      const [error] = alice.app.errors as OktaOobError[]
      expect(error?.code).to.equal('id_token_invalid')
      expect(error?.cause).to.have.property('reason').that.is.a('string')
      const parts = idToken.split('.').filter((part) => part.length > 3)
      expectClean(error, [accessToken, ...parts, username, 'evil.okta.com'])
    })
  }
})
