import { expect } from 'chai'
import { decodeJwt } from 'jose'
import nock from 'nock'
import { inspect } from 'node:util'
import { OktaOobClient, type OktaOobError } from 'passport-okta-oob'
import { accessToken, type OktaWire } from '../support/okta.ts'
import { startOktaServer } from '../support/okta-server.ts'
import { waitingUser, type Completing, type OktaAnswer } from '../support/waiting.ts'

const url = 'https://example.okta.com/oauth2/v1/userinfo'
const sub = '00u1alice'
const json = { 'content-type': 'application/json' }

/** Signs in with user info, for which Okta has these answers, one for each request. */
async function signIn(answers: OktaAnswer[], kind: Completing = 'code', claims: object = {}) {
  const alice = await waitingUser(kind, { userInfo: true })
  const asked = expectUserInfo(alice.okta, answers)
  const page = await alice.redeem(await alice.okta.idToken({ ...claims }))
  return { alice, asked, page, error: alice.app.errors.at(-1) as OktaOobError | undefined }
}

/** @returns the headers of the requests that have come */
function expectUserInfo({ issuer, path }: OktaWire, answers: OktaAnswer[]): Headers[] {
  const asked: Headers[] = []
  for (const { status, body, headers = json } of answers) {
    nock(issuer)
      .get(`${path}/userinfo`)
      .reply(function reply() {
        asked.push(new Headers(this.req.headers))
        return [status, body, headers]
      })
  }
  return asked
}

const good: OktaAnswer = { status: 200, body: { sub, email: 'alice@example.com' } }

describe('The claims of /userinfo', () => {
  it('are asked for with the access token, as JSON, once', async () => {
    const { page, asked } = await signIn([good])

    expect(page.json.user).to.include({ sub, email: 'alice@example.com' })
    expect(asked).to.have.length(1)
    expect(asked[0]?.get('authorization')).to.equal(`Bearer ${accessToken}`)
    expect(asked[0]?.get('accept')).to.equal('application/json')
  })

  it('come over those of the ID token', async () => {
    const body = { sub, name: 'Alice', groups: ['Everyone'] }
    const { page } = await signIn([{ status: 200, body }], 'poll', { name: 'A.', locale: 'en' })

    const { name, groups, locale, preferred_username: login } = page.json.user
    expect({ name, groups, locale, login }).to.deep.equal({
      name: 'Alice',
      groups: ['Everyone'],
      locale: 'en',
      login: 'alice@example.com',
    })
  })

  it('never replace, or add, what an ID token says of itself and of the authentication', async () => {
    const forged = {
      iss: 'https://evil.okta.com',
      aud: 'another',
      azp: 'another',
      exp: 9_999_999_999,
      iat: 1,
      nbf: 1,
      jti: 'x',
      nonce: 'x',
      at_hash: 'x',
      auth_time: 1,
      amr: ['mfa', 'hwk'],
      acr: 'phr',
    }
    const { page, alice } = await signIn([{ status: 200, body: { sub, ...forged } }], 'code', {
      amr: ['sms'],
    })

    expect(page.json.user).to.deep.equal({ ...alice.okta.claims(), amr: ['sms'] })
  })

  it('are no way to change objects', async () => {
    const { page } = await signIn([
      { status: 200, body: `{"sub":"${sub}","__proto__":{"isAdmin":true}}` },
    ])

    expect(page.json.user.sub).to.equal(sub)
    expect(({} as { isAdmin?: boolean }).isAdmin).to.equal(undefined)
  })

  const wrong: Record<string, object> = {
    'are another user’s': { sub: '00u1bob', email: 'bob@example.com' },
    'name no user': { email: 'alice@example.com' },
    'name a user in another form': { sub: [sub] },
    'name an empty user': { sub: '' },
  }
  for (const [title, body] of Object.entries(wrong)) {
    it(`end the sign-in where they ${title}, and are not told`, async () => {
      const { alice, error } = await signIn([{ status: 200, body }])

      expect(error).to.include({ code: 'id_token_invalid', retryable: false })
      expect(error?.cause).to.have.property('reason').that.includes('/userinfo')
      expect(inspect(error, { depth: 9 })).to.not.match(/bob|alice@|eyJ/)
      await expectOver(alice)
    })
  }

  const jwt = { 'content-type': 'application/jwt; charset=utf-8' }
  const notUnderstood: Record<string, OktaAnswer> = {
    'are a JWT': { status: 200, body: 'eyJhbGciOiJub25lIn0.e30.', headers: jwt },
    'are said to be a JWT': { ...good, headers: jwt },
    'are HTML': { status: 200, body: '<title>Proxy</title>' },
    'are an array': { status: 200, body: [] },
    'are a redirect': { status: 302, body: '', headers: { location: 'https://evil.test/' } },
  }
  for (const [title, answer] of Object.entries(notUnderstood)) {
    it(`are a protocol_error where they ${title}`, async () => {
      const { alice, error } = await signIn([answer])

      expect(error).to.include({ code: 'protocol_error', retryable: false })
      expect(error?.message).to.include('/userinfo')
      await expectOver(alice)
    })
  }

  const refused: [title: string, OktaAnswer, cause: object][] = [
    [
      'a token without the scope',
      {
        status: 403,
        body: '',
        headers: {
          'www-authenticate':
            'Bearer authorization_uri="https://example.okta.com/oauth2/v1/authorize", realm="https://example.okta.com", scope="openid", error="insufficient_scope", error_description="The access token must provide access to at least one of these scopes - profile, email"',
        },
      },
      {
        status: 403,
        error: 'insufficient_scope',
        error_description:
          'The access token must provide access to at least one of these scopes - profile, email',
      },
    ],
    [
      'a token that it does not take',
      { status: 401, body: { errorCode: 'invalid_token', errorSummary: `${accessToken}?` } },
      { status: 401, error: 'invalid_token', error_description: '[redacted]?' },
    ],
    ['another address', { status: 404, body: '' }, { status: 404 }],
  ]
  for (const [title, answer, cause] of refused) {
    it(`are a configuration_error with Okta’s words where it refuses ${title}`, async () => {
      const { alice, error } = await signIn([answer])

      expect(error).to.include({ code: 'configuration_error', retryable: false })
      expect(error?.message).to.include(`${url} was answered with ${answer.status}`)
      expect(error?.cause).to.deep.equal(cause)
      await expectOver(alice)
    })
  }
})

describe('With dpop, /userinfo', () => {
  const nonces = {
    status: 401,
    body: '',
    headers: { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': 'nonce-1' },
  }
  const signInWithProof = async (answers: OktaAnswer[]) => {
    const alice = await waitingUser('code', { userInfo: true, dpop: true })
    const asked = expectUserInfo(alice.okta, answers)
    const tokens = { ...(await alice.okta.tokens()), token_type: 'DPoP' }
    const page = await alice.complete({ status: 200, body: tokens })
    return { page, asked, error: alice.app.errors.at(-1) }
  }

  it('is sent the nonce that it asks for, with a fresh proof', async () => {
    const { page, asked } = await signInWithProof([nonces, good])

    expect(page.json.user.email).to.equal('alice@example.com')
    const proofs = asked.map((headers) => decodeJwt(headers.get('dpop') ?? ''))
    expect(proofs.map(({ nonce }) => nonce)).to.deep.equal([undefined, 'nonce-1'])
    expect(new Set(proofs.map(({ jti }) => jti)).size).to.equal(2)
    expect(proofs[1]).to.include({ htm: 'GET', htu: url })
  })

  it('is not asked again and again', async () => {
    const { asked, error } = await signInWithProof([nonces, nonces])

    expect(error).to.include({ code: 'configuration_error', retryable: false })
    expect(asked).to.have.length(2)
  })
})

describe('A fault of /userinfo that passes', () => {
  for (const status of [500, 503, 429]) {
    it(`is waited out: ${status}`, async () => {
      const { page, asked } = await signIn([{ status, body: '' }, { status, body: '' }, good])

      expect(page.json.user.email).to.equal('alice@example.com')
      expect(asked).to.have.length(3)
    })
  }

  it('ends the sign-in as what it is, where it does not pass, with the time to wait', async () => {
    const headers = { 'retry-after': '42' }
    const { alice, error, asked } = await signIn([{ status: 503, body: '', headers }], 'poll')

    expect(error).to.include({ code: 'upstream_unavailable', retryAfter: 42, retryable: false })
    expect(asked).to.have.length(1)
    await expectOver(alice)
  })
})

describe('A sign-in whose app is not answered by /userinfo', () => {
  it('asks again over a new connection', async () => {
    const okta = await startOktaServer()
    let asked = 0
    okta.intercept = ({ endpoint }, req, res) => {
      if (endpoint === 'userinfo') {
        asked += 1
        if (asked === 1) {
          req.socket.resetAndDestroy()
        } else {
          res.writeHead(200, json).end(JSON.stringify({ sub, zoneinfo: 'Europe/London' }))
        }
        return true
      }
      return false
    }
    const client = new OktaOobClient({ issuer: okta.issuer, clientID: 'app', userInfo: true })

    const result = await client.complete(okta.challenge('sms'), { code: '123456' })

    expect(result.status === 'complete' && result.claims['zoneinfo']).to.equal('Europe/London')
    expect(okta.to('token')).to.have.length(1)
  })

  it('keeps its tokens while the caller gives up, since they are spent', async () => {
    const okta = await startOktaServer()
    const controller = new AbortController()
    okta.intercept = ({ endpoint }, _req, res) => {
      if (endpoint === 'userinfo') {
        controller.abort()
        res.writeHead(200, json).end(JSON.stringify({ sub }))
        return true
      }
      return false
    }
    const client = new OktaOobClient({ issuer: okta.issuer, clientID: 'app', userInfo: true })

    const { signal } = controller
    const result = await client.complete(okta.challenge('sms'), { code: '123456', signal })

    expect(result).to.include({ status: 'complete' })
  })

  it('is told so in time, and nothing is sent to /token again', async () => {
    const okta = await startOktaServer()
    okta.intercept = ({ endpoint }) => endpoint === 'userinfo'
    const client = new OktaOobClient({
      issuer: okta.issuer,
      clientID: 'app',
      userInfo: true,
      timeout: 0.2,
    })

    const error = await client
      .complete(okta.challenge('sms'), { code: '123456' })
      .catch((reason: unknown) => reason)

    expect(error).to.include({ code: 'upstream_timeout', retryable: false })
    expect(okta.to('token')).to.have.length(1)
    expect(okta.to('userinfo')).to.have.length(1)
  })
})

/** The challenge is gone, and its code is not sent again: the wire has no answer for it. */
async function expectOver({ browser }: Awaited<ReturnType<typeof waitingUser>>): Promise<void> {
  const next = await browser.postJson('/login', { code: '490713' })
  expect(next.json.code).to.equal('no_challenge')
  const me = await browser.get('/me')
  expect(me.json).to.deep.equal({ user: null })
}
