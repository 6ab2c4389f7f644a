import { expect } from 'chai'
import type { RequestHandler } from 'express'
import { OktaOobStrategy } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import { ScriptedOkta } from '../support/scripted-okta.ts'
import { codeOf, expectUnchanged, notText, username, waiting } from '../support/hostile-bodies.ts'

describe('A hostile returnTo is ignored', () => {
  const hostile: Record<string, unknown> = {
    ...notText,
    'another origin': 'https://evil.example/',
    'a script': 'javascript:alert(1)',
    'no scheme': '//evil.example',
    backslashes: '/\\evil.example',
    'a tab that browsers drop': '/\t/evil.example',
    'a line break': '/\r\nSet-Cookie: sid=1',
    NUL: '/\0/evil.example',
    'a huge path': `/${'x'.repeat(90_000)}`,
  }
  for (const [what, returnTo] of Object.entries(hostile)) {
    it(what, async () => {
      const okta = new ScriptedOkta()
      const { browser } = await startApp(new OktaOobStrategy(okta.options))
      const alice = browser()

      const started = await alice.postJson('/start', { username, channel: 'sms', returnTo })
      const answer = await alice.postJson('/complete', { code: '123456' })

      expect(started.status).to.equal(200)
      expect(answer.json).to.deep.equal({ status: 'complete', redirectTo: '/welcome' })
    })
  }
})

describe('A body that is not an object of fields', () => {
  const json = { 'content-type': 'application/json', accept: 'application/json' }
  const bodies: Record<string, RequestInit> = {
    'a JSON string': { body: '"username"', headers: json },
    'a JSON array': { body: '["username","code"]', headers: json },
    'a JSON number': { body: '7', headers: json },
    'JSON true': { body: 'true', headers: json },
    'JSON null': { body: 'null', headers: json },
    'no body at all': { headers: { accept: 'application/json' } },
    'fields on a prototype': {
      body: '{"__proto__":{"username":"alice","code":"123456"},"constructor":{"code":"1"}}',
      headers: json,
    },
  }
  const outcomes = {
    '/login': ['code_missing', 'no_challenge', 403],
    '/start': ['login_hint_missing', 'login_hint_missing', 400],
    '/complete': ['code_missing', 'no_challenge', 403],
  } as const

  for (const [what, init] of Object.entries(bodies)) {
    for (const [door, [withChallenge, without, status]] of Object.entries(outcomes)) {
      it(`${door}: ${what} is ${withChallenge}, without a challenge ${without}`, async () => {
        const okta = new ScriptedOkta()
        const app = await waiting(okta)

        const answer = await app.alice.send(door, { method: 'POST', ...init })
        const stranger = await app.browser().send(door, { method: 'POST', ...init })

        expect([answer.status, codeOf(answer)]).to.deep.equal([400, withChallenge])
        expect([stranger.status, codeOf(stranger)]).to.deep.equal([status, without])
        await expectUnchanged(okta, app)
      })
    }
  }

  const made: Record<string, unknown> = {
    'undefined, for want of a parser': undefined,
    'the bytes of express.raw': Buffer.from('username=alice'),
    'the text of express.text': 'username=alice',
    'a function': () => username,
    'a class instance with the fields on its prototype': Object.create({
      username,
      code: '123456',
    }),
  }
  for (const [what, value] of Object.entries(made)) {
    it(`made by a parser of the app's own: ${what}`, async () => {
      const okta = new ScriptedOkta()
      const overwrite: RequestHandler = (req, _res, next) => {
        req.body = value
        next()
      }
      const { browser } = await startApp(new OktaOobStrategy(okta.options), {
        routes: (app) => app.use(overwrite),
      })

      const login = await browser().postJson('/login')
      const start = await browser().postJson('/start')
      const complete = await browser().postJson('/complete')

      expect([login.status, codeOf(login)]).to.deep.equal([403, 'no_challenge'])
      expect([start.status, codeOf(start)]).to.deep.equal([400, 'login_hint_missing'])
      expect([complete.status, codeOf(complete)]).to.deep.equal([403, 'no_challenge'])
      expect(okta.sent).to.deep.equal([])
    })
  }
})
