import { expect } from 'chai'
import { generateKeyPair } from 'jose'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OktaOobStrategy } from 'passport-okta-oob'
import { alice, expectStart, expectTokens, publicClient, tokenForm } from '../support/account.ts'
import { startApp } from '../support/app.ts'
import { OktaWire, type TokenClaims } from '../support/okta.ts'
import { whenOver } from '../support/resources.ts'

const texted = { username: alice, channel: 'sms' }
const now = (): number => Math.floor(Date.now() / 1000)

/** Types a code, and tells what became of it. */
async function typeCode(okta = new OktaOobStrategy(publicClient)) {
  const { browser, errors } = await startApp(okta)
  const tab = browser()
  await tab.post('/login', texted)
  const answer = await tab.post('/login', { code: '123456' })
  return { ...answer, errors, tab }
}

describe('An ID token that cannot be trusted', () => {
  const forged: Record<string, () => TokenClaims> = {
    'the wrong issuer': () => ({ iss: 'https://evil.okta.com' }),
    'the wrong audience': () => ({ aud: 'another client' }),
    'another authorized party': () => ({ azp: 'another client' }),
    'an expiry in the past': () => ({ exp: now() - 3600, iat: now() - 7200 }),
    'an issue date in the future': () => ({ iat: now() + 3600, exp: now() + 7200 }),
    'no subject': () => ({ sub: undefined }),
    'an empty subject': () => ({ sub: '' }),
    'the hash of another access token': () => ({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }),
  }

  async function refused(idToken: (okta: OktaWire) => Promise<string>, keys = true) {
    let verified = 0
    const strategy = new OktaOobStrategy(publicClient, (claims, done) => {
      verified += 1
      done(null, claims)
    })
    const okta = expectStart(new OktaWire().discovery(), { channel: 'sms' })
    const form = tokenForm(okta, { oobCode: 'ft-sms', code: '123456' })
    okta.post('token', form, 200, await okta.tokens(await idToken(okta)))
    if (keys) {
    }

    const { status, json, tab } = await typeCode(strategy)

    expect([status, json.code]).to.deep.equal([502, 'id_token_invalid'])
    expect(verified).to.equal(0)
    expect((await tab.post('/login', { code: '123456' })).json.code).to.equal('no_challenge')
  }

  it('is refused before verify sees it: a signature by another key', () =>
    refused(async (okta) => {
      const { privateKey } = await generateKeyPair('RS256')
      return okta.idToken({}, {}, privateKey)
    }))

  for (const [what, claims] of Object.entries(forged)) {
    const keys = /hash|empty|party|future/.test(what)
    it(`is refused before verify sees it: ${what}`, () =>
      refused((okta) => okta.idToken(claims()), keys))
  }

  it('is refused when it is not there', async () => {
    const okta = expectStart(new OktaWire().discovery(), { channel: 'sms' })
    const { id_token: _, ...rest } = (await okta.tokens()) as { id_token: string }
    okta.post('token', tokenForm(okta, { oobCode: 'ft-sms', code: '123456' }), 200, rest)

    const { status, json } = await typeCode()

    expect([status, json.code]).to.deep.equal([502, 'id_token_invalid'])
  })
})

describe('An Okta that does not answer a code as it should', () => {
  interface Row {
    status: number
    body: string | object
    headers?: Record<string, string>
    expected: [number, string]
  }
  const html = '<html>Bad gateway</html>'
  const date = new Date(1_800_000_000_000).toUTCString()
  const rows: Record<string, Row> = {
    'a rate limit': {
      status: 429,
      body: { errorCode: 'E0000047' },
      headers: { date, 'x-rate-limit-reset': '1800000030' },
      expected: [429, 'rate_limited'],
    },
    'a server error': { status: 500, body: html, expected: [503, 'upstream_unavailable'] },
    'an outage': { status: 503, body: '', expected: [503, 'upstream_unavailable'] },
    'HTML for tokens': { status: 200, body: html, expected: [502, 'protocol_error'] },
    'a redirect': {
      status: 302,
      body: '',
      headers: { location: 'https://elsewhere.example/token' },
      expected: [502, 'protocol_error'],
    },
    'a client that is not known': {
      status: 401,
      body: { error: 'invalid_client' },
      headers: { 'www-authenticate': 'Basic realm="okta"' },
      expected: [500, 'configuration_error'],
    },
    'an error nobody knows': {
      status: 400,
      body: { error: 'unheard_of' },
      expected: [502, 'protocol_error'],
    },
  }

  for (const [what, { status, body, headers, expected }] of Object.entries(rows)) {
    it(`${what} is ${expected.join(' ')}`, async () => {
      const okta = expectStart(new OktaWire().discovery(), { channel: 'sms' })
      const form = tokenForm(okta, { oobCode: 'ft-sms', code: '123456' })
      okta.post('token', form, status, body, headers)

      const answer = await typeCode()

      expect([answer.status, answer.json.code]).to.deep.equal(expected)
      if (what === 'a rate limit') {
        expect(answer.json.retryAfter).to.equal(30)
      }
    })
  }

  it('leaves the challenge usable when the fault passes', async () => {
    const okta = expectStart(new OktaWire().discovery(), { channel: 'sms' })
    okta.post('token', tokenForm(okta, { oobCode: 'ft-sms', code: '123456' }), 503, '')
    await expectTokens(okta, { oobCode: 'ft-sms', code: '123456' })

    const { tab } = await typeCode()

    expect((await tab.post('/login', { code: '123456' })).json).to.have.property('user')
  })

  it('silence is upstream_timeout, 504', async () => {
    const server = await listen(createServer(() => {}))

    const okta = new OktaOobStrategy({ ...publicClient, issuer: server, timeout: 0.05 })
    const { browser } = await startApp(okta)
    const { status, json } = await browser().post('/login', texted)

    expect([status, json.code]).to.deep.equal([504, 'upstream_timeout'])
  })

  it('a refused connection is upstream_unavailable, 503', async () => {
    const server = createServer()
    const issuer = await listen(server)
    server.close()

    const { browser } = await startApp(new OktaOobStrategy({ ...publicClient, issuer }))
    const { status, json } = await browser().post('/login', texted)

    expect([status, json.code]).to.deep.equal([503, 'upstream_unavailable'])
  })
})

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  whenOver(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
