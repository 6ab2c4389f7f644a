import { expect } from 'chai'
import type { RequestHandler } from 'express'
import { buffer } from 'node:stream/consumers'
import { OktaOobStrategy } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import type { Browser, Page } from '../support/browser.ts'
import { codeOf, expectUnchanged, username, waiting } from '../support/hostile-bodies.ts'
import { startPages } from '../support/pages.ts'
import { ScriptedOkta } from '../support/scripted-okta.ts'

const accept = 'application/json'
const form = new FormData()
form.append('username', username)

/** Bodies in formats that hold no fields here. */
const bodies: Record<string, { body: NonNullable<RequestInit['body']>; type?: string }> = {
  multipart: { body: form },
  text: { body: `username=${username}`, type: 'text/plain' },
  'text that is JSON': { body: JSON.stringify({ username }), type: 'text/plain;charset=UTF-8' },
  XML: { body: '<username>alice</username>', type: 'application/xml' },
  'JSON of another kind': { body: JSON.stringify({ username }), type: 'application/vnd.api+json' },
  'a type that only begins like JSON': { body: '{}', type: 'application/jsonp' },
  bytes: { body: new Uint8Array([1, 2, 3]), type: 'application/octet-stream' },
  'bytes without a type': { body: new Uint8Array([1, 2, 3]) },
}

function send(browser: Browser, path: string, name: string, wants = accept): Promise<Page> {
  const { body, type } = bodies[name]!
  const headers = { accept: wants, ...(type !== undefined && { 'content-type': type }) }
  return browser.send(path, { method: 'POST', body, headers })
}

describe('A body that is neither a form nor JSON', () => {
  for (const door of ['/login', '/start', '/complete', '/resend', '/cancel']) {
    for (const name of Object.keys(bodies)) {
      it(`${door}: ${name} is unsupported_media_type, with nothing sent or changed`, async () => {
        const okta = new ScriptedOkta()
        const app = await waiting(okta)

        const answer = await send(app.alice, door, name)

        expect(answer.status).to.equal(415)
        expect(codeOf(answer)).to.equal('unsupported_media_type')
        const { message } = answer.json.error ?? answer.json
        expect(message).to.include('application/x-www-form-urlencoded or application/json')
        await expectUnchanged(okta, app)
      })
    }
  }

  for (const path of ['/login', '/login/complete', '/login/resend', '/login/cancel']) {
    it(`is so on the pages, for a script: ${path}`, async () => {
      const { browser } = await startPages()

      const answer = await send(browser(), path, 'multipart')

      expect(answer.status).to.equal(415)
      expect(answer.json.error.code).to.equal('unsupported_media_type')
    })
  }

  it('leads a person back to the sign-in page, which says so', async () => {
    const { browser } = await startPages()
    const alice = browser()

    const answer = await send(alice, '/login', 'multipart', 'text/html')

    expect(answer.status).to.equal(303)
    const { pathname, search } = new URL(answer.location ?? '', `${alice.origin}/login`)
    const page = await alice.get(pathname + search)
    expect(page.text).to.include('What was sent could not be read.')
  })
})

/** What an app uses for file uploads, in short. */
const parseMultipart: RequestHandler = async (req, _res, next) => {
  if (req.is('multipart/form-data')) {
    const headers = { 'content-type': req.headers['content-type'] ?? '' }
    const fields = await new Response(await buffer(req), { headers }).formData()
    req.body = Object.fromEntries(fields)
  }
  next()
}

describe('A body that the app has parsed itself', () => {
  for (const door of ['/login', '/start']) {
    it(`is taken as it is: ${door}, multipart`, async () => {
      const okta = new ScriptedOkta()
      const app = await startApp(new OktaOobStrategy(okta.options), {
        routes: (express) => express.use(parseMultipart),
      })

      const { json } = await send(app.browser(), door, 'multipart')

      expect(json.challenge).to.include({ bindingCode: '95' })
      expect(okta.sent[0]?.form).to.include({ login_hint: username })
    })
  }

  const unparsed: Record<string, unknown> = {
    'an empty object, as Express 4 leaves it': {},
    text: `username=${username}`,
    bytes: Buffer.from(username),
    'a list': [{ username }],
    null: null,
  }
  for (const [title, body] of Object.entries(unparsed)) {
    it(`has fields; ${title} has none`, async () => {
      const app = await startApp(new OktaOobStrategy(new ScriptedOkta().options), {
        routes: (express) =>
          express.use((req, _res, next) => {
            req.body = body
            next()
          }),
      })

      const answer = await send(app.browser(), '/start', 'text')

      expect(answer.status).to.equal(415)
    })
  }
})

describe('A POST without a body', () => {
  const empty: Record<string, RequestInit> = {
    'and without a type': {},
    'of type text, as fetch sends an empty string': { body: '' },
    'of a multipart type': { headers: { 'content-type': 'multipart/form-data; boundary=x' } },
  }
  for (const [title, { headers, ...init }] of Object.entries(empty)) {
    it(`${title} polls as ever`, async () => {
      const app = await startApp(new OktaOobStrategy(new ScriptedOkta().options))
      const alice = app.browser()
      await alice.postJson('/start', { username, channel: 'push' })

      const answer = await alice.send('/complete', {
        method: 'POST',
        headers: { accept, ...(headers as Record<string, string>) },
        ...init,
      })

      expect(answer.json.status).to.equal('pending')
    })
  }
})
