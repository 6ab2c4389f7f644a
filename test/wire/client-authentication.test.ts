import { expect } from 'chai'
import { decodeJwt, generateKeyPair, jwtVerify, type JWTPayload } from 'jose'
import {
  ClientSecretBasic,
  ClientSecretJwt,
  ClientSecretPost,
  None,
  PrivateKeyJwt,
  type ClientAuth,
} from 'openid-client'
import { OktaOobStrategy, type OktaOobStrategyOptions } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import { stopClock } from '../support/clock.ts'
import { OktaWire } from '../support/okta.ts'
import { oobCode, startAnswers, username, waitingUser } from '../support/waiting.ts'

type Options = Pick<OktaOobStrategyOptions, 'clientSecret' | 'clientAuthentication'>

interface Sent {
  authorization: string | undefined
  contentType: string | undefined
  fields: Record<string, string>
}

const issuers = ['https://example.okta.com', 'https://example.okta.com/oauth2/aus1custom']
const secret = 'wire/secret+of a client, 32 bytes long'
const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })

/** A push that is started and polled twice, as Okta receives it. */
async function requestsOf(options: Options, issuer = issuers[0]): Promise<Sent[]> {
  const sent: Sent[] = []
  const clock = stopClock()
  const okta = new OktaWire(issuer).discovery()
  const answer = (path: string, status: number, body: object): void => {
    okta.scope.post(`${okta.path}/${path}`).reply(function (_uri, form) {
      const { authorization, 'content-type': contentType } = this.req.headers
      const fields = Object.fromEntries(new URLSearchParams(form as string))
      sent.push({ authorization, contentType, fields })
      return [status, body]
    })
  }
  answer('oob-authenticate', 200, startAnswers.poll)
  answer('token', 400, { error: 'authorization_pending' })
  answer('token', 200, await okta.tokens())
  const strategy = new OktaOobStrategy({
    issuer: okta.issuer,
    clientID: okta.clientId,
    ...options,
  })
  const alice = (await startApp(strategy)).browser()
  await alice.postJson('/login', { username })
  clock.tick(2000)
  await alice.postJson('/login')
  clock.tick(2000)
  expect((await alice.postJson('/login')).status).to.equal(200)
  return sent
}

const startFields = { login_hint: username, channel_hint: 'push' }
const tokenFields = {
  grant_type: 'urn:okta:params:oauth:grant-type:oob',
  scope: 'openid profile',
  oob_code: oobCode,
}

const plainMethods: Record<
  string,
  { options: Options; fields: Record<string, string>; authorization?: string }
> = {
  'a public client': { options: {}, fields: { client_id: '0oa1client' } },
  'None()': {
    options: { clientAuthentication: None() },
    fields: { client_id: '0oa1client' },
  },
  'a clientSecret': {
    options: { clientSecret: secret },
    fields: { client_id: '0oa1client', client_secret: secret },
  },
  'ClientSecretPost()': {
    options: { clientAuthentication: ClientSecretPost(secret) },
    fields: { client_id: '0oa1client', client_secret: secret },
  },
  'ClientSecretBasic()': {
    options: { clientAuthentication: ClientSecretBasic(secret) },
    fields: {},
    authorization: `Basic ${btoa('0oa1client:wire%2Fsecret%2Bof+a+client%2C+32+bytes+long')}`,
  },
}

describe('Client authentication, at the start and at every poll,', () => {
  for (const [title, { options, fields, authorization }] of Object.entries(plainMethods)) {
    it(`with ${title} sends exactly that`, async () => {
      const sent = await requestsOf(options)

      const contentType = 'application/x-www-form-urlencoded;charset=UTF-8'
      const poll = { authorization, contentType, fields: { ...fields, ...tokenFields } }
      expect(sent).to.deep.equal([
        { authorization, contentType, fields: { ...fields, ...startFields } },
        poll,
        poll,
      ])
    })
  }

  const assertions: Record<string, { options: Options; key: Parameters<typeof jwtVerify>[1] }> = {
    'ClientSecretJwt()': {
      options: { clientAuthentication: ClientSecretJwt(secret) },
      key: new TextEncoder().encode(secret),
    },
    'PrivateKeyJwt()': {
      options: { clientAuthentication: PrivateKeyJwt({ key: privateKey, kid: 'app-1' }) },
      key: publicKey,
    },
  }
  for (const [title, { options, key }] of Object.entries(assertions)) {
    for (const issuer of issuers) {
      it(`with ${title} sends an assertion for the endpoint it calls: ${issuer}`, async () => {
        const sent = await requestsOf(options, issuer)

        const claims = sent.map(({ fields }) => decodeJwt(fields['client_assertion'] ?? ''))
        const { path } = new OktaWire(issuer)
        expect(claims.map(({ aud }) => aud)).to.deep.equal([
          `https://example.okta.com${path}/oob-authenticate`,
          `https://example.okta.com${path}/token`,
          `https://example.okta.com${path}/token`,
        ])
        for (const [index, { authorization, fields }] of sent.entries()) {
          const { client_assertion: assertion = '', ...others } = fields
          await jwtVerify(assertion, key, { issuer: '0oa1client', subject: '0oa1client' })
          expect(authorization).to.equal(undefined)
          expect(others).to.deep.equal({
            client_id: '0oa1client',
            client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
            ...(index === 0 ? startFields : tokenFields),
          })
        }
      })
    }

    it(`with ${title} never sends an assertion twice, and none for long`, async () => {
      const sent = await requestsOf(options)

      const claims = sent.map(({ fields }) => decodeJwt(fields['client_assertion'] ?? ''))
      expect(new Set(claims.map(({ jti }) => jti)).size).to.equal(3)
      expect(claims.every((claim) => lifeOf(claim) <= 3600)).to.equal(true)
    })
  }
})

describe('Client authentication that fails', () => {
  const failing = (at: 'start' | 'completion') => {
    let calls = 0
    const clientAuthentication: ClientAuth = (server, client, body, headers) => {
      calls += 1
      if (at === 'start' || calls > 1) {
        throw new Error('the key store is closed')
      }
      None()(server, client, body, headers)
    }
    return { clientAuthentication }
  }

  it('is a configuration_error of a start', async () => {
    const okta = new OktaWire().discovery()
    const options = { issuer: okta.issuer, clientID: okta.clientId, ...failing('start') }
    const { browser, errors } = await startApp(new OktaOobStrategy(options))

    const page = await browser().postJson('/login', { username })

    expect(page.json.code).to.equal('configuration_error')
    expect(errors).to.have.nested.property('[0].cause.message', 'the key store is closed')
  })

  it('is a configuration_error of a code, and ends the sign-in', async () => {
    const alice = await waitingUser('code', failing('completion'))

    const page = await alice.complete()

    expect(page.json.code).to.equal('configuration_error')
    expect((await alice.complete()).json.code).to.equal('no_challenge')
  })
})

function lifeOf({ exp = Infinity }: JWTPayload): number {
  return exp - Date.now() / 1000
}
