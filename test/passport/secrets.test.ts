import { expect } from 'chai'
import type { RequestHandler } from 'express'
import { inspect } from 'node:util'
import { OktaOobStrategy } from 'passport-okta-oob'
import { expectStart, publicClient, tokenForm } from '../support/account.ts'
import { drive, request, type Action } from '../support/actions.ts'
import { startApp } from '../support/app.ts'
import type { Page } from '../support/browser.ts'
import { stopClock } from '../support/clock.ts'
import { OktaWire } from '../support/okta.ts'

const secret = 'canary-client-secret'
const username = 'canary.user@example.com'
const oobCode = 'canary-oob-code'
const code = '48151623'
const tokenText = 'canary-access-token'
/** Okta's words, which repeat what a request for tokens carries. */
const text = `canary-text says ${oobCode}, ${code} and ${secret}`

/** What must stay between this package, Okta and the session's store. */
const canaries = [secret, username, oobCode, code, tokenText, 'canary']

const options = { ...publicClient, clientSecret: secret }
const fields = { client_secret: secret }
const makeStrategy = (): OktaOobStrategy =>
  new OktaOobStrategy(options, (_claims, done) => {
    done(null, { id: 'me' })
  })

/** Everything one can print of a value: own words, JSON, and what a debugger shows. */
function printed(value: unknown): string {
  const causes = value instanceof Error ? [value, value.cause, value.stack, String(value)] : [value]
  return causes
    .flatMap((each) => [
      JSON.stringify(each) ?? '',
      inspect(each, { depth: Infinity, showHidden: true, maxStringLength: null }),
    ])
    .join('\n')
}

function expectNoSecretIn(what: string, ...allowed: string[]): void {
  const left = allowed.reduce((rest, harmless) => rest.replaceAll(harmless, ''), what)
  for (const canary of canaries) {
    expect(left).not.to.include(canary)
  }
}

const wholeOf = ({ text: body, headers, location }: Page): string =>
  [body, location, ...[...headers].flat()].join('\n')

interface Case {
  channel: 'push' | 'sms'
  status: number
  body: (okta: OktaWire) => object | string | Promise<object | string>
  keys?: boolean
  code?: string
}

const refuse = (status: number, error: string): Omit<Case, 'channel'> => ({
  status,
  body: () => ({ error, error_description: text }),
})

const cases: Record<string, Case> = {
  'a pending push': { channel: 'push', ...refuse(400, 'authorization_pending') },
  'a denied push': { channel: 'push', ...refuse(400, 'invalid_grant') },
  'an expired push': {
    channel: 'push',
    status: 403,
    body: () => ({ error: 'access_denied', error_description: `${text} has expired` }),
  },
  'a policy that says no': { channel: 'push', ...refuse(403, 'access_denied') },
  'a wrong code': { channel: 'sms', ...refuse(400, 'invalid_grant') },
  'too many codes': { channel: 'sms', ...refuse(429, 'invalid_grant') },
  'a second factor': {
    channel: 'sms',
    status: 403,
    body: () => ({ error: 'mfa_required', error_description: text, mfa_token: 'canary-mfa-token' }),
  },
  'a wrong client secret': { channel: 'sms', ...refuse(401, 'invalid_client') },
  'an error that is made of our values': { channel: 'sms', ...refuse(400, oobCode) },
  'an outage': { channel: 'sms', status: 503, body: () => text },
  'an Okta error body': {
    channel: 'sms',
    status: 400,
    body: () => ({
      errorCode: 'E0000011',
      errorSummary: text,
      errorCauses: [{ errorSummary: text }],
    }),
  },
  'tokens nobody can parse': { channel: 'sms', status: 200, body: () => `{"${text}` },
  'no ID token': {
    channel: 'sms',
    status: 200,
    body: () => ({ access_token: tokenText, token_type: 'Bearer' }),
  },
  'an ID token that is no JWT': {
    channel: 'sms',
    status: 200,
    body: () => ({ access_token: tokenText, token_type: 'Bearer', id_token: 'canary.id.token' }),
  },
  'an ID token that carries no JSON': {
    channel: 'sms',
    status: 200,
    body: () => ({
      access_token: tokenText,
      token_type: 'Bearer',
      id_token: ['{"alg":"RS256"}', 'canary-claims', 'canary'].map(base64).join('.'),
    }),
  },
  'an ID token with a header that is no JSON': {
    channel: 'sms',
    status: 200,
    body: () => ({
      access_token: tokenText,
      token_type: 'Bearer',
      id_token: ['canary-header', '{}', 'canary'].map(base64).join('.'),
    }),
  },
  'an ID token of someone else': {
    channel: 'sms',
    status: 200,
    body: async (okta) => ({
      ...(await okta.tokens(
        await okta.idToken({ iss: 'https://canary.example', email: username }),
      )),
      access_token: tokenText,
    }),
  },
  'an ID token with a hash of something else': {
    channel: 'sms',
    status: 200,
    keys: true,
    body: async (okta) => ({
      ...(await okta.tokens(await okta.idToken({ at_hash: 'canary-hash', sub: username }))),
      access_token: tokenText,
    }),
  },
  'a token type nobody knows': {
    channel: 'sms',
    status: 200,
    body: () => ({ access_token: tokenText, token_type: 'canary-type' }),
  },
  success: {
    channel: 'sms',
    status: 200,
    keys: true,
    body: async (okta) => ({
      ...(await okta.tokens(await okta.idToken({ at_hash: undefined }))),
      access_token: tokenText,
    }),
  },
}

async function arrange({ channel, status, body, keys }: Case): Promise<void> {
  const okta = expectStart(new OktaWire().discovery(), { username, channel, oobCode, fields })
  const typed = channel === 'sms' && { code }
  const form = tokenForm(okta, { oobCode, ...typed, fields })
  okta.post('token', form, status, await body(okta))
  if (keys) {
    okta.keys()
  }
}

describe('No secret leaves', () => {
  for (const [what, row] of Object.entries(cases)) {
    const completion = row.channel === 'sms' ? { code } : {}

    it(`in an answer, a header or an error: ${what}`, async () => {
      const clock = stopClock()
      await arrange(row)
      const okta = makeStrategy()
      const { browser, errors } = await startApp(okta, {
        routes: (app, passport) => {
          const handler = passport.authenticate('okta-oob', {
            failureRedirect: '/again',
          }) as RequestHandler
          app.post('/redirects', handler)
        },
      })
      const tab = browser()
      const pages = [await tab.post('/login', { username, channel: row.channel })]
      clock.tick(5000)
      pages.push(await tab.get('/challenge'))
      pages.push(await tab.post('/login', completion), await tab.get('/challenge'))

      for (const page of pages) {
        expectNoSecretIn(wholeOf(page))
      }
      for (const error of errors) {
        // Okta's own words are what a cause is for; it must not repeat ours in them.
        expectNoSecretIn(printed(error), 'canary-text')
        expectNoSecretIn((error as Error).message)
      }
    })

    it(`in what Passport's actions get: ${what}`, async () => {
      const clock = stopClock()
      await arrange(row)
      const okta = makeStrategy()
      const session = {}
      const actions: Action[] = await drive(
        okta,
        request({ username, channel: row.channel }, session),
      )
      clock.tick(5000)
      actions.push(...(await drive(okta, request(completion, session))))

      expect(actions).to.have.length(2)
      for (const args of actions) {
        expectNoSecretIn(args.map(printed).join('\n'), args[0] === 'error' ? 'canary-text' : '')
      }
      expectNoSecretIn(printed(okta))
    })
  }

  it('in the errors of a start that fails', async () => {
    for (const [status, error] of [
      [400, 'invalid_request'],
      [401, 'invalid_client'],
      [429, 'invalid_grant'],
      [500, 'server_error'],
    ] as const) {
      const okta = new OktaWire().discovery()
      const form = {
        client_id: okta.clientId,
        login_hint: username,
        channel_hint: 'sms',
        ...fields,
      }
      const description = `canary-text says ${username} and ${secret}`
      okta.post('oob-authenticate', form, status, { error, error_description: description })

      const [action] = await drive(makeStrategy(), request({ username, channel: 'sms' }))

      expectNoSecretIn(printed(action?.[1]), 'canary-text')
    }
  })

  it('when Okta cannot be reached', async () => {
    const okta = new OktaOobStrategy({ ...options, issuer: 'http://127.0.0.1:9' })

    const [action] = await drive(okta, request({ username }))

    expect(action?.[0]).to.equal('error')
    expectNoSecretIn(printed(action?.[1]))
  })

  it('in an Authorization header that Okta echoes', async () => {
    const credentials = Buffer.from(`0oa1client:${secret}`).toString('base64')
    const okta = new OktaWire().discovery()
    const form = { login_hint: username, channel_hint: 'push' }
    okta.post('oob-authenticate', form, 401, {
      error: 'invalid_client',
      error_description: `canary-text: Basic ${credentials} is wrong, ${credentials}`,
    })
    const strategy = new OktaOobStrategy({
      ...publicClient,
      clientAuthentication: (_server, _client, _body, headers) => {
        headers.set('authorization', `Basic ${credentials}`)
      },
    })

    const [action] = await drive(strategy, request({ username }))

    expect(printed(action?.[1])).to.include('canary-text').and.not.include(credentials)
  })

  it('in the strategy, printed', () => {
    expectNoSecretIn(printed(makeStrategy()))
  })
})

function base64(value: string): string {
  return Buffer.from(value).toString('base64url')
}
