import { expect } from 'chai'
import { OktaOobStrategy, type OktaOobCode } from 'passport-okta-oob'
import nock from 'nock'
import { startApp, type TestApp } from '../support/app.ts'
import { OktaWire } from '../support/okta.ts'
import { startAnswers, type OktaAnswer } from '../support/waiting.ts'

const html = '<!doctype html><title>Not found</title>'
const users = Array.from({ length: 20 }, (_, index) => `user${index}@example.com`)

const startForm = (okta: OktaWire, user: string, channel: string) => ({
  client_id: okta.clientId,
  login_hint: user,
  channel_hint: channel,
})

async function appOf(okta: OktaWire): Promise<TestApp> {
  return startApp(new OktaOobStrategy({ issuer: okta.issuer, clientID: okta.clientId }))
}

describe('Discovery', () => {
  it('does not happen before the first request', async () => {
    const urls: string[] = []
    const okta = new OktaWire()
    const strategy = new OktaOobStrategy({
      issuer: okta.issuer,
      clientID: okta.clientId,
      fetch: (url, init) => {
        urls.push(url)
        return fetch(url, init)
      },
    })
    const { browser } = await startApp(strategy)
    await browser().postJson('/login', { username: '' })
    await browser().postJson('/login')
    expect(urls).to.deep.equal([])

    okta
      .discovery()
      .post('oob-authenticate', startForm(okta, 'alice', 'push'), 200, startAnswers.poll)
    await browser().postJson('/login', { username: 'alice' })

    expect(urls).to.deep.equal([
      'https://example.okta.com/.well-known/openid-configuration',
      'https://example.okta.com/oauth2/v1/oob-authenticate',
    ])
  })

  it('is shared by first requests that come together, and so is the fetching of keys', async () => {
    const okta = new OktaWire().discovery()
    for (const user of users) {
      okta
        .post('oob-authenticate', startForm(okta, user, 'sms'), 200, {
          ...startAnswers.code,
          oob_code: `oob-of-${user}`,
        })
        .post(
          'token',
          {
            client_id: okta.clientId,
            grant_type: 'urn:okta:params:oauth:grant-type:oob',
            scope: 'openid profile',
            oob_code: `oob-of-${user}`,
            binding_code: '123456',
          },
          200,
          await okta.tokens(await okta.idToken({ sub: user })),
        )
    }
    const app = await appOf(okta)
    const browsers = users.map((username) => ({ username, browser: app.browser() }))

    const started = await Promise.all(
      browsers.map(({ browser, username }) =>
        browser.postJson('/login', { username, channel: 'sms' }),
      ),
    )
    expect(started.map(({ json }) => json.code)).to.deep.equal(users.map(() => 'challenge_started'))
    const completed = await Promise.all(
      browsers.map(({ browser }) => browser.postJson('/login', { code: '123456' })),
    )

    expect(completed.map(({ json }) => json.user?.sub)).to.deep.equal(users)
  })

  it('is tried again after a failure', async () => {
    const okta = new OktaWire()
    okta.scope.get('/.well-known/openid-configuration').reply(503, '')
    const alice = (await appOf(okta)).browser()
    const failed = await alice.postJson('/login', { username: 'alice' })
    expect(failed.json.code).to.equal('upstream_unavailable')

    okta
      .discovery()
      .post('oob-authenticate', startForm(okta, 'alice', 'push'), 200, startAnswers.poll)
    const next = await alice.postJson('/login', { username: 'alice' })

    expect(next.json.code).to.equal('challenge_started')
  })

  it('decides where the endpoints are, whatever the issuer is', async () => {
    const okta = new OktaWire('https://example.okta.com/oauth2/aus1')
    okta.discovery({ token_endpoint: 'https://login.example.com/elsewhere/v7/token' })
    const elsewhere = nock('https://login.example.com')
      .post('/elsewhere/v7/oob-authenticate')
      .reply(200, startAnswers.code)
      .post('/elsewhere/v7/token')
      .reply(200, await okta.tokens())
    const alice = (await appOf(okta)).browser()
    await alice.postJson('/login', { username: 'alice', channel: 'sms' })

    const page = await alice.postJson('/login', { code: '123456' })

    expect(page.json.user.sub).to.equal('00u1alice')
    expect(elsewhere.isDone()).to.equal(true)
  })

  for (const member of ['token_endpoint', 'jwks_uri']) {
    it(`needs the ${member} of an issuer on this machine, too`, async () => {
      const okta = new OktaWire('http://localhost:9').discovery({ [member]: undefined })
      const { browser } = await appOf(okta)

      const page = await browser().postJson('/login', { username: 'alice' })

      expect(page.json.code).to.equal('configuration_error')
    })
  }

  const ok = (overrides: object): OktaAnswer => ({
    status: 200,
    body: new OktaWire().metadata(overrides),
  })
  const retried = new Set(['500', '429'])
  const http = 'http://example.okta.com/oauth2/v1'
  const failures: [title: string, OktaAnswer, OktaOobCode, retryAfter?: number][] = [
    ['another issuer', ok({ issuer: 'https://evil.okta.com' }), 'configuration_error'],
    ['no issuer', ok({ issuer: undefined }), 'configuration_error'],
    ['no token_endpoint', ok({ token_endpoint: undefined }), 'configuration_error'],
    ['no jwks_uri', ok({ jwks_uri: undefined }), 'configuration_error'],
    ['a plain http token_endpoint', ok({ token_endpoint: `${http}/token` }), 'configuration_error'],
    ['a plain http jwks_uri', ok({ jwks_uri: `${http}/keys` }), 'configuration_error'],
    ['HTML', { status: 200, body: html }, 'configuration_error'],
    ['an array', { status: 200, body: [] }, 'configuration_error'],
    ['404', { status: 404, body: html }, 'configuration_error'],
    [
      'a wrong client id, in Okta’s form',
      { status: 400, body: { errorCode: 'invalid_client', errorSummary: 'Invalid value' } },
      'configuration_error',
    ],
    ['a redirect', { status: 302, body: '', headers: { location: '/x' } }, 'protocol_error'],
    ['500', { status: 500, body: html }, 'upstream_unavailable', 5],
    [
      '503 and a time',
      { status: 503, body: '', headers: { 'retry-after': '60' } },
      'upstream_unavailable',
      60,
    ],
    ['429', { status: 429, body: '' }, 'rate_limited', 5],
  ]
  for (const [title, { status, body, headers = {} }, code, retryAfter] of failures) {
    it(`ends in ${code} when it finds ${title}`, async () => {
      const wire = new OktaWire()
      // What passes is tried again, where Okta names no time that is too long to wait.
      wire.scope
        .get('/.well-known/openid-configuration')
        .times(retried.has(title) ? 3 : 1)
        .reply(status, body, headers)
      const { browser, errors } = await appOf(wire)

      const page = await browser().postJson('/login', { username: 'alice' })

      const { code: found, retryAfter: wait } = page.status < 500 ? page.json : errors[0]
      expect({ found, wait }).to.deep.equal({ found: code, wait: retryAfter })
    })
  }
})
