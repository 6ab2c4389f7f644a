import { expect } from 'chai'
import { OktaOobClient, type OktaOobClientOptions, type OktaOobError } from 'passport-okta-oob'
import { OktaWire } from '../support/okta.ts'
import type { OktaAnswer } from '../support/waiting.ts'

const html = { 'content-type': 'text/html' }
const custom = 'https://example.okta.com/oauth2/default'
const notConfigured = 'Sign-in is not set up correctly: '

/** What a first sign-in ends with, where this is found at the issuer's address. */
async function mistake(
  answer: OktaAnswer | Error,
  options: OktaOobClientOptions = {},
): Promise<OktaOobError> {
  const { issuer = 'https://example.okta.com' } = options
  const { pathname } = new URL(issuer)
  const path = `${pathname.replace(/\/$/, '')}/.well-known/openid-configuration`
  const found = new OktaWire(issuer).scope.get(path)
  if (answer instanceof Error) {
    found.times(3).replyWithError(answer)
  } else {
    found.reply(answer.status, answer.body, answer.headers ?? {})
  }
  const client = new OktaOobClient({ issuer, clientID: '0oa1client', ...options })
  return client.start({ loginHint: 'alice', channel: 'push' }).then(
    () => {
      throw new Error('there is no mistake')
    },
    (error: unknown) => error as OktaOobError,
  )
}

const metadata = (overrides: object, issuer?: string): OktaAnswer => ({
  status: 200,
  body: new OktaWire(issuer).metadata(overrides),
})

describe('What is wrong with the issuer is said by the first sign-in', () => {
  const issuers: [title: string, asked: string, found: string][] = [
    ['a custom domain for the org’s own', 'https://login.example.com', 'https://example.okta.com'],
    ['the org’s domain for a custom one', 'https://example.okta.com', 'https://login.example.com'],
    ['the org server for a custom server', 'https://example.okta.com', custom],
    ['another port', 'https://example.okta.com', 'https://example.okta.com:8443'],
  ]
  for (const [title, asked, found] of issuers) {
    it(`both issuers: ${title}`, async () => {
      const error = await mistake(metadata({ issuer: found }, asked), { issuer: asked })

      expect(error).to.include({ code: 'configuration_error', retryable: false })
      expect(error.message).to.equal(
        `${notConfigured}the option "issuer" is ${asked}, but the metadata there are those of ${found}. If that is your authorization server, make it the issuer.`,
      )
    })
  }

  const strange: Record<string, unknown> = {
    'no text': 7,
    'a script': 'https://example.okta.com/<script>alert(1)</script>',
    'a text of many lines': 'https://evil.test/\nSign in at https://evil.test',
    'a page of text': `https://${'x'.repeat(300)}.test`,
    nothing: undefined,
  }
  for (const [title, issuer] of Object.entries(strange)) {
    it(`only the one that was asked for, where ${title} was found`, async () => {
      const error = await mistake(metadata({ issuer }))

      expect(error.message).to.equal(
        `${notConfigured}the metadata of https://example.okta.com do not name it as their issuer. Is it an Okta address?`,
      )
    })
  }

  const members: [name: string, value: unknown, problem: string][] = [
    ['token_endpoint', undefined, 'no token_endpoint'],
    ['jwks_uri', undefined, 'no jwks_uri'],
    ['userinfo_endpoint', undefined, 'no userinfo_endpoint, which the option userInfo needs'],
    ['jwks_uri', 7, 'a jwks_uri that is not a URL'],
    ['jwks_uri', '/oauth2/v1/keys', 'a jwks_uri that is not a URL'],
    ['jwks_uri', 'http://example.okta.com/keys', 'a jwks_uri that is not an https URL'],
    [
      'userinfo_endpoint',
      'http://example.okta.com/userinfo',
      'a userinfo_endpoint that is not an https URL',
    ],
    [
      'token_endpoint',
      'https://login.microsoftonline.com/oauth2/v2.0/tokens',
      'a token_endpoint that does not end in /token, as Okta’s do',
    ],
  ]
  for (const [name, value, problem] of members) {
    it(`the member of the metadata: ${problem}`, async () => {
      const error = await mistake(metadata({ [name]: value }), { userInfo: true })

      expect(error).to.include({ code: 'configuration_error', retryable: false })
      expect(error.message).to.equal(
        `${notConfigured}the metadata of https://example.okta.com have ${problem}.`,
      )
    })
  }

  it('that /userinfo is missing, only where it is needed', async () => {
    const okta = new OktaWire().discovery({ userinfo_endpoint: undefined })
    okta.scope
      .post('/oauth2/v1/oob-authenticate')
      .reply(200, { oob_code: 'ft-1', channel: 'push', binding_method: 'none' })
    const client = new OktaOobClient({ issuer: okta.issuer, clientID: okta.clientId })

    const challenge = await client.start({ loginHint: 'alice', channel: 'push' })

    expect(challenge.oobCode).to.equal('ft-1')
  })

  it('that the answer is no JSON, and how it begins to the developer only', async () => {
    const body = `<!doctype html>\n<title>Blocked by Acme\u200B Proxy</title>${'<p>'.repeat(999)}`
    const error = await mistake({ status: 200, body, headers: html })

    expect(error).to.include({ code: 'configuration_error', retryable: false })
    expect(error.message).to.equal(
      `${notConfigured}the metadata of https://example.okta.com are not JSON. Is a proxy in between, or is it not an Okta address?`,
    )
    expect(error.cause).to.be.instanceOf(Error)
    expect((error.cause as Error).message)
      .to.match(/^The answer was 200, text\/html: <!doctype html> <title>Blocked by Acme Proxy</)
      .and.have.length.below(400)
  })

  it('that there is no authorization server, with Okta’s words for the developer', async () => {
    const body = { errorCode: 'E0000007', errorSummary: 'Not found: Resource not found: aus9' }
    const error = await mistake(
      { status: 404, body },
      { issuer: 'https://example.okta.com/oauth2/aus9' },
    )

    expect(error).to.include({ code: 'configuration_error', retryable: false })
    expect(error.message).to.include(
      'there is no authorization server at https://example.okta.com/oauth2/aus9.',
    )
    expect(error.cause).to.deep.equal({
      status: 404,
      error: 'E0000007',
      error_description: body.errorSummary,
    })
  })

  it('where a redirect leads', async () => {
    const headers = { location: 'https://sso.example.com/login?from=okta' }
    const error = await mistake({ status: 302, body: '', headers })

    expect(error).to.include({ code: 'protocol_error', retryable: false })
    expect(error.message).to.match(
      /openid-configuration was answered with 302, which leads to https:\/\/sso\.example\.com\.$/,
    )
  })

  it('that its host does not exist, which may pass', async () => {
    const cause = Object.assign(new Error('getaddrinfo ENOTFOUND exmaple.okta.com'), {
      code: 'ENOTFOUND',
    })
    const error = await mistake(cause, { issuer: 'https://exmaple.okta.com' })

    expect(error).to.include({ code: 'upstream_unavailable', retryable: true, retryAfter: 5 })
    expect(error.message).to.equal(
      'Okta cannot be reached at the moment: the host of the option "issuer", exmaple.okta.com, does not exist.',
    )
    expect(error.cause).to.equal(cause)
  })

  it('nothing of it, where the network has another fault', async () => {
    const cause = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
    const error = await mistake(cause)

    expect(error).to.include({ code: 'upstream_unavailable', retryable: true, cause })
    expect(error.message).to.equal('Okta cannot be reached at the moment.')
  })
})
