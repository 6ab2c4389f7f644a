import { expect } from 'chai'
import { setImmediate } from 'node:timers/promises'
import DefaultExport, { OktaOobStrategy, type Verify } from 'passport-okta-oob'
import { alice, expectStart, expectTokens, publicClient } from '../support/account.ts'
import { drive, request } from '../support/actions.ts'
import { startApp } from '../support/app.ts'
import { OktaWire } from '../support/okta.ts'

const secretField = { fields: { client_secret: 'wire-secret' } }

/** Signs Alice in by text, and returns who the app takes her for. */
async function signIn(okta: OktaOobStrategy, expected: typeof secretField | object = {}) {
  const wire = new OktaWire().discovery()
  expectStart(wire, { channel: 'sms', ...expected })
  await expectTokens(wire, { oobCode: 'ft-sms', code: '007123', ...expected })
  const browser = (await startApp(okta)).browser()
  await browser.postJson('/login', { username: alice, channel: 'sms' })
  const { json } = await browser.postJson('/login', { code: '007123' })
  return json.user
}

function construct(options: object): () => OktaOobStrategy {
  return () => new OktaOobStrategy(options)
}

describe('Constructing the strategy', () => {
  const setEnvironment = (more: Record<string, string> = {}) =>
    Object.assign(process.env, {
      OKTA_OAUTH2_ISSUER: publicClient.issuer,
      OKTA_OAUTH2_CLIENT_ID: publicClient.clientID,
      ...more,
    })
  const asNobody: Verify = (_claims, done) => {
    done(null, { id: 'from verify' })
  }

  it('is the default export and a named one', () => {
    expect(DefaultExport).to.equal(OktaOobStrategy)
  })

  it('takes nothing: the environment, and the claims as the user', async () => {
    setEnvironment({ OKTA_OAUTH2_CLIENT_SECRET: 'wire-secret' })

    expect((await signIn(new OktaOobStrategy(), secretField)).sub).to.equal('00u1alice')
  })

  it('takes verify alone, with the environment', async () => {
    setEnvironment()

    expect(await signIn(new OktaOobStrategy(asNobody))).to.deep.equal({ id: 'from verify' })
  })

  it('takes options alone, with the claims as the user', async () => {
    expect((await signIn(new OktaOobStrategy(publicClient))).sub).to.equal('00u1alice')
  })

  it('takes options and verify', async () => {
    const okta = new OktaOobStrategy(publicClient, asNobody)

    expect(await signIn(okta)).to.deep.equal({ id: 'from verify' })
  })

  it('prefers an option to the environment', async () => {
    setEnvironment({ OKTA_OAUTH2_CLIENT_ID: 'another', OKTA_OAUTH2_CLIENT_SECRET: 'another' })
    const okta = new OktaOobStrategy({ ...publicClient, clientSecret: 'wire-secret' })

    expect((await signIn(okta, secretField)).sub).to.equal('00u1alice')
  })

  it('takes clientId for clientID', async () => {
    const { issuer, clientID } = publicClient

    expect((await signIn(new OktaOobStrategy({ issuer, clientId: clientID }))).sub).to.be.a(
      'string',
    )
  })

  it('ignores a secret in the environment beside clientAuthentication', async () => {
    setEnvironment({ OKTA_OAUTH2_CLIENT_SECRET: 'wire-secret' })
    const okta = new OktaOobStrategy({
      clientAuthentication: (_server, client, body) => {
        body.set('client_id', client.client_id)
        body.set('client_assertion', 'made by hand')
      },
    })

    const user = await signIn(okta, { fields: { client_assertion: 'made by hand' } })

    expect(user.sub).to.equal('00u1alice')
  })

  it('takes a timeout that is no whole number of milliseconds', async () => {
    const okta = new OktaOobStrategy({ ...publicClient, timeout: 2.01 })

    expect((await signIn(okta)).sub).to.equal('00u1alice')
  })

  it('is a public client when the secret in the environment is empty', async () => {
    setEnvironment({ OKTA_OAUTH2_CLIENT_SECRET: '' })

    expect((await signIn(new OktaOobStrategy())).sub).to.equal('00u1alice')
  })

  it('fetches nothing yet', async () => {
    const fetched: string[] = []
    const fetch = async (url: string) => {
      fetched.push(url)
      return Response.json({})
    }

    expect(new OktaOobStrategy({ ...publicClient, fetch })).to.be.instanceOf(OktaOobStrategy)
    await setImmediate()
    expect(fetched).to.deep.equal([])
  })
})

describe('A missing option', () => {
  it('is named, with its variable: the issuer', () => {
    expect(() => new OktaOobStrategy()).to.throw(TypeError, /"issuer".*OKTA_OAUTH2_ISSUER/)
  })

  it('is named, with its variable: the client', () => {
    const { issuer } = publicClient

    expect(construct({ issuer })).to.throw(TypeError, /"clientID".*OKTA_OAUTH2_CLIENT_ID/)
  })

  it('is missing, too, when its variable is empty', () => {
    Object.assign(process.env, { OKTA_OAUTH2_ISSUER: '', OKTA_OAUTH2_CLIENT_ID: '' })

    expect(() => new OktaOobStrategy()).to.throw(TypeError, 'issuer')
    expect(construct({ issuer: publicClient.issuer })).to.throw(TypeError, 'clientID')
  })
})

describe('A wrong option is refused with a TypeError that names it', () => {
  const wrong: Record<string, unknown[]> = {
    issuer: ['', 5, 'example.okta.com'],
    clientID: ['', 5],
    clientId: ['differs', 5],
    clientSecret: ['', 5, null],
    clientAuthentication: ['client_secret_post', {}, null],
    scope: ['', 'profile', ['profile'], [], ['openid', 5], 5, 'openidx'],
    idTokenSignedResponseAlg: ['none', 'HS256', '', 5, ['RS256']],
    startEndpoint: ['authorize', '', 5, null],
    acrValues: ['', ' ', 'a  b', ['urn:okta:loa:2fa:any'], 5, null],
    mfa: [true, 'push', null, {}, { channels: [] }, { channels: 'push' }, { otp: 'yes' }],
    dpop: ['yes', 1, null, {}, { publicKey: {} }, { publicKey: {}, privateKey: {} }],
    timeout: [0, -1, NaN, Infinity, 301, '10', true],
    fetch: ['fetch', {}, null],
    channels: [[], 'push', ['pigeon'], ['push', 'pigeon'], [5], [undefined], null],
    usernameField: ['', 5, null, 'code'],
    channelField: ['', 5, null],
    codeField: ['', 5, null],
    passReqToCallback: ['yes', 1, null],
    passTokensToCallback: ['yes', 1, null],
    requireNumberChallenge: ['yes', 1, null],
    forwardClientContext: ['yes', 1, null],
    resolve: ['tenant', {}, null],
    origins: [
      'https://example.com',
      ['example.com'],
      ['https://example.com/'],
      [5],
      null,
      ['null'],
      ['file://'],
      ['capacitor:localhost'],
      ['capacitor://localhost/'],
    ],
    sessionKey: ['', 5, null],
  }
  // Two fields of one name: which of them is the wrong one, only the app knows.
  const alsoNamed: Record<string, RegExp> = { usernameField: /"(usernameField|codeField)"/ }

  for (const [name, values] of Object.entries(wrong)) {
    it(name, () => {
      for (const value of values) {
        const named = alsoNamed[name] ?? new RegExp(`"${name}"`)
        expect(construct({ ...publicClient, [name]: value }), String(value)).to.throw(
          TypeError,
          named,
        )
      }
    })
  }

  it('verify', () => {
    for (const verify of ['verify', {}, 5]) {
      expect(() => new OktaOobStrategy(publicClient, verify as never)).to.throw(TypeError, 'verify')
    }
  })

  for (const name of ['passReqToCallback', 'passTokensToCallback']) {
    it(`${name} without the verify that it is for`, () => {
      expect(construct({ ...publicClient, [name]: true })).to.throw(TypeError, name)
    })
  }

  it('clientSecret beside clientAuthentication', () => {
    const both = { ...publicClient, clientSecret: 'secret', clientAuthentication: () => {} }

    expect(construct(both)).to.throw(TypeError, 'clientSecret')
  })

  it('one that does not exist, such as another spelling', () => {
    for (const name of ['clientid', 'client_secret', 'callbackURL', 'requireNumberchallenge']) {
      expect(construct({ ...publicClient, [name]: 'x' })).to.throw(TypeError, `"${name}"`)
    }
  })

  it('without telling its value, which may be a secret', () => {
    const secret = { ...publicClient, clientSecret: ['canary-secret'] }

    expect(construct(secret)).to.throw(TypeError, /^((?!canary).)*$/)
  })
})

describe('An option of a handler that does not exist', () => {
  const okta = new OktaOobStrategy(publicClient)
  const redirects = {
    challengeRedirect: '/code',
    successRedirect: '/',
    failureRedirect: '/login',
  }
  const handlers: Record<string, (options: object) => unknown> = {
    start: (options) => okta.start(options),
    complete: (options) => okta.complete(options),
    resend: (options) => okta.resend(options),
    cancel: (options) => okta.cancel(options),
  }

  for (const [name, handler] of Object.entries(handlers)) {
    it(`is named, with ${name}()`, () => {
      expect(() => handler({ ...redirects, failureFlash: true })).to.throw(
        TypeError,
        `"failureFlash" is not an option of ${name}()`,
      )
    })

    it(`is none of the three redirects, which apps share between handlers, with ${name}()`, () => {
      expect(handler(redirects)).to.be.a('function')
    })
  }

  it('is named, with challenge() and routes()', () => {
    expect(() => okta.challenge({ redirect: '/' } as never)).to.throw(TypeError, '"redirect"')
    expect(() => okta.routes({ titel: 'Sign in' } as never)).to.throw(TypeError, '"titel"')
  })
})

describe('The issuer', () => {
  const accepted = [
    'https://example.okta.com',
    'https://example.okta.com/',
    'https://example.okta.com/oauth2/default',
    'https://example.okta.com/oauth2/default/',
    'https://login.example.com:8443/oauth2/aus1',
    'http://localhost:4000',
    'http://127.0.0.1:4000/oauth2/default',
    'http://[::1]:4000',
  ]
  const refused = {
    'plain http': 'http://example.okta.com',
    'http on a host that only looks local': 'http://localhost.example.com',
    'another protocol': 'ftp://example.okta.com',
    'a query': 'https://example.okta.com?x=1',
    'an empty query': 'https://example.okta.com/oauth2/default?',
    'a fragment': 'https://example.okta.com#top',
    'an empty fragment': 'https://example.okta.com#',
    'a username': 'https://me@example.okta.com',
    'a password': 'https://me:secret@example.okta.com',
    'no protocol': '//example.okta.com',
  }

  for (const issuer of accepted) {
    it(`may be ${issuer}`, () => {
      expect(construct({ ...publicClient, issuer })).not.to.throw()
    })
  }

  for (const [what, issuer] of Object.entries(refused)) {
    it(`cannot have ${what}`, () => {
      expect(construct({ ...publicClient, issuer })).to.throw(TypeError, '"issuer"')
    })
  }

  it('is the same with and without a trailing slash, in the session too', async () => {
    const issuer = 'https://example.okta.com/oauth2/default'
    const session: Record<string, unknown> = {}
    for (const spelling of [`${issuer}/`, issuer]) {
      const wire = expectStart(new OktaWire(issuer).discovery(), { channel: 'sms' })
      await expectTokens(wire, { oobCode: 'ft-sms', code: '123456' })
      const okta = new OktaOobStrategy({ ...publicClient, issuer: spelling, limits: false })
      await drive(okta, request({ username: alice, channel: 'sms' }, session))

      const [action] = await drive(okta, request({ code: '123456' }, session))

      expect(action?.[0]).to.equal('success')
    }
    expect(Object.keys(session)).to.deep.equal([
      'okta-oob:example.okta.com/oauth2/default:0oa1client',
    ])
  })
})

describe('Options that are no object', () => {
  for (const options of [null, 'https://example.okta.com', 7, true]) {
    it(`are refused with a TypeError that says so: ${String(options)}`, () => {
      expect(() => new OktaOobStrategy(options as never)).to.throw(TypeError, 'options')
    })
  }
})
