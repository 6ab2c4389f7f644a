import { expect } from 'chai'
import type { Request, RequestHandler } from 'express'
import { inspect } from 'node:util'
import { OktaOobClient, OktaOobStrategy } from 'passport-okta-oob'
import { expectStart, publicClient, tokenForm } from '../support/account.ts'
import { drive, request, type Action } from '../support/actions.ts'
import { startApp } from '../support/app.ts'
import { listen } from '../support/audit.ts'
import type { Browser, Page } from '../support/browser.ts'
import { stopClock } from '../support/clock.ts'
import { catalogue } from '../support/error-catalogue.ts'
import { OktaWire } from '../support/okta.ts'
import { whenOver } from '../support/resources.ts'
import { ScriptedOkta } from '../support/scripted-okta.ts'
import { startAnswer } from '../support/strangers.ts'
import { forgetLimits } from '../support/limits.ts'

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
      forgetLimits()
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

  it('in the client, printed', async () => {
    new OktaWire().discovery()
    const client = new OktaOobClient(options)
    await client.configuration()

    expectNoSecretIn(printed(client))
  })
})

describe('Whatever Okta answers, no secret leaves through any route', () => {
  /** Okta repeats everything that it was sent, and the username in its own spelling. */
  const echoing = (
    form: Record<string, string>,
    [status, error, description]: [number, string, string, ...unknown[]],
  ): Response => {
    const repeated = [...Object.values(form), username].join(', ')
    return Response.json(
      { error, error_description: `canary-text ${description} ${repeated}`, 'canary-name': 1 },
      { status, headers: { 'x-canary': 'canary-header', 'set-cookie': 'canary=1' } },
    )
  }

  const mfaRequired = (): Response =>
    Response.json({ error: 'mfa_required', mfa_token: 'canary-mfa-token' }, { status: 403 })

  /** An app without limits, and everything that it lets out. */
  async function openApp(more: object) {
    const okta = new ScriptedOkta()
    const hashKey = 'canary-hash-key'
    const strategy = new OktaOobStrategy(
      { ...okta.options, clientSecret: secret, hashKey, limits: false, ...more },
      (_claims, done) => {
        done(null, { id: 'me' })
      },
    )
    const reported = listen()
    const app = await startApp(strategy, {
      routes: (server, passport) => {
        const redirects = { challengeRedirect: '/wait', failureRedirect: '/again' }
        server.post('/redirects', passport.authenticate('okta-oob', redirects) as RequestHandler)
        server.use('/pages', strategy.routes())
      },
    })
    return { ...app, okta, strategy, reported }
  }

  const typed = ' Canary.User@Example.com'
  type Post = (tab: Browser, path: string, fields: object) => Promise<Page>
  const asJson: Post = (tab, path, body) => tab.postJson(path, body)
  const asForm: Post = (tab, path, body) => tab.post(path, { ...body })
  interface Way {
    post: Post
    start: string
    complete: string
    /** Before the paths of the other routes. */
    base?: string
  }
  /** In turns: each answer is met through every door, in JSON and in a form. */
  const ways: Way[][] = [
    [
      { post: asJson, start: '/login', complete: '/login' },
      { post: asForm, start: '/start', complete: '/complete' },
      { post: asForm, start: '/pages', complete: '/pages/complete', base: '/pages' },
    ],
    [
      { post: asForm, start: '/redirects', complete: '/redirects' },
      { post: asJson, start: '/start', complete: '/complete' },
      { post: asJson, start: '/pages', complete: '/pages/complete', base: '/pages' },
    ],
  ]
  /** The calls to Okta, and the column of the catalogue that has their answers. */
  const calls = [
    ['start', 'start'],
    ['poll', 'poll'],
    ['code', 'code'],
    ['challenge', 'start'],
  ] as const

  for (const [call, column] of calls) {
    for (const concealUnknownUsers of call === 'start' ? [true, false] : [true]) {
      const how = concealUnknownUsers ? '' : ', not concealed'
      it(`in answer to a ${call}${how}: Okta’s whole catalogue`, async () => {
        // Outside production the first decoy is announced, which is another test's business.
        process.env['NODE_ENV'] = 'production'
        // Drawing the stacks of a thousand errors takes longer than all the rest.
        const { stackTraceLimit } = Error
        Error.stackTraceLimit = 0
        whenOver(() => {
          Error.stackTraceLimit = stackTraceLimit
        })
        const clock = stopClock()
        const mfa = call === 'challenge' ? { channels: ['sms'] } : undefined
        const app = await openApp({ concealUnknownUsers, mfa })
        const { okta, strategy, reported } = app
        const errors = app.errors as Error[]
        const channel = call === 'poll' ? 'push' : 'sms'
        const pages: Page[] = []

        const rows = Object.values(catalogue).filter(([, , , { [column]: it }]) => it)
        for (const [index, row] of rows.entries()) {
          for (const { post, start, complete, base = '' } of ways[index % 2] ?? []) {
            const tab = app.browser()
            const visit = async (path: string, body: object = {}): Promise<void> => {
              pages.push(await post(tab, path, body))
            }
            okta.answers = {
              start: () => Response.json(startAnswer(channel, { oob_code: oobCode })),
            }
            await visit(start, { username: typed, channel })
            clock.tick(30_000)
            if (call === 'start') {
              okta.answers.start = (form) => echoing(form, row)
              await visit(`${base}/resend`)
              await visit(start, { username: typed, channel })
            } else {
              okta.answers.token = (form) =>
                call === 'challenge' ? mfaRequired() : echoing(form, row)
              okta.answers.start = (form) => echoing(form, row)
              await visit(complete, call === 'poll' ? {} : { code })
            }
            pages.push(await tab.get(`${base}/challenge`))
            await visit(`${base}/cancel`)
          }
        }

        const headers = pages.flatMap((page) => [...page.headers].flat())
        expect(pages.length).to.be.above(rows.length * 5)
        expect(reported.length).to.be.above(rows.length * 5)
        expectNoSecretIn(pages.map(({ text: body }) => body).join('\n'))
        expectNoSecretIn(headers.join('\n'))
        expectNoSecretIn(errors.map(({ message }) => message).join('\n'))
        expectNoSecretIn(printed(errors), 'canary-text')
        expectNoSecretIn(printed(reported), 'canary-text')
        expectNoSecretIn(printed(strategy))
        expectNoSecretIn(printed(await strategy.client({} as Request)))
      }).timeout(20_000)
    }
  }

  it('in answer to all of it going well', async () => {
    const clock = stopClock()
    const app = await openApp({})
    const { okta, reported, strategy } = app
    for (const [channel, completion] of [
      ['push', {}],
      ['sms', { code }],
    ] as const) {
      const idToken = await okta.wire.idToken({ name: 'canary-name', at_hash: undefined })
      const tokens = { ...(await okta.wire.tokens(idToken)), access_token: tokenText }
      okta.answers.start = () => Response.json(startAnswer(channel, { oob_code: oobCode }))
      okta.answers.token = () => Response.json({ ...tokens, refresh_token: 'canary-refresh' })
      for (const [start, complete] of [
        ['/login', '/login'],
        ['/start', '/complete'],
      ] as const) {
        const tab = app.browser()
        const pages = [await tab.postJson(start, { username: typed, channel })]
        clock.tick(30_000)
        pages.push(await tab.get('/challenge'), await tab.postJson(complete, completion))
        expect(pages.at(-1)?.status).to.equal(200)
        expectNoSecretIn(pages.map(wholeOf).join('\n'))
      }
    }

    expect(reported.filter(({ event }) => event === 'success')).to.have.length(4)
    expectNoSecretIn(printed(reported))
    expectNoSecretIn(printed(strategy))
  })
})

function base64(value: string): string {
  return Buffer.from(value).toString('base64url')
}
