import { expect } from 'chai'
import { stopClock } from '../support/clock.ts'
import { ScriptedOkta } from '../support/scripted-okta.ts'
import {
  codeOf,
  expectUnchanged,
  notText,
  postForm,
  username,
  waiting,
} from '../support/hostile-bodies.ts'

/** As long as the parsers' limit of 100 KiB lets it be. */
const huge = 100_000

interface Rows {
  code: string
  /** The handler that reads the field too. */
  handler: string
  body(value: unknown): object
  json: Record<string, unknown>
  /** Form bodies; `%` is where the name of the field goes. */
  forms: Record<string, string>
}

const twice = { 'the field twice': '%=123456&%=123456' }
const nested = {
  'an array': '%[]=123456',
  'a sparse array': '%[99999999]=1',
  'an object': '%[a][b]=123456',
  'an object with a method of its own': '%[toString][]=1&%[x]=1',
}

const fields: Record<string, Rows> = {
  username: {
    code: 'login_hint_invalid',
    handler: '/start',
    body: (value) => ({ username: value }),
    json: {
      ...notText,
      NUL: 'alice\0@example.com',
      'a line break inside': 'alice\r\nlogin_hint: bob',
      'an escape sequence': '\u001B[31malice',
      'half a surrogate pair': 'alice\uD800',
      '255 characters': 'x'.repeat(255),
      'a huge string': 'x'.repeat(huge),
    },
    forms: {
      ...twice,
      ...nested,
      NUL: '%=alice%00',
      '255 characters': `%=${'x'.repeat(255)}`,
      'a huge string': `%=${'x'.repeat(huge)}`,
    },
  },
  channel: {
    code: 'channel_not_allowed',
    handler: '/start',
    body: (value) => ({ username, channel: value }),
    json: {
      ...notText,
      'a list of a channel that is offered': ['push'],
      'a channel that is not offered': 'email',
      'other letters': 'PUSH',
      'space around it': ' push',
      NUL: 'push\0',
      'the name of a method': 'toString',
      'the name of the prototype': '__proto__',
      'half a surrogate pair': '\uDC00',
      'a huge string': 'push'.repeat(huge / 4),
    },
    forms: {
      'the field twice': 'username=alice&%=push&%=push',
      'an array': 'username=alice&%[]=push',
      'an object': 'username=alice&%[push]=push',
      constructor: 'username=alice&%=constructor',
      NUL: 'username=alice&%=push%00',
      'a huge string': `username=alice&%=${'x'.repeat(huge)}`,
    },
  },
  code: {
    code: 'code_invalid',
    handler: '/complete',
    body: (value) => ({ code: value }),
    json: {
      ...notText,
      letters: 'abcdef',
      'three digits': '123',
      'eleven digits': '12345678901',
      NUL: '123456\0',
      'a dash alone': '-',
      'half a surrogate pair': '123456\uD800',
      'a huge number': '1'.repeat(huge),
      'huge white space': `123${' '.repeat(huge)}x`,
    },
    forms: {
      ...twice,
      ...nested,
      NUL: '%=123456%00',
      'a huge number': `%=${'1'.repeat(huge)}`,
    },
  },
}

for (const [field, { code, handler, body, json, forms }] of Object.entries(fields)) {
  for (const door of ['/login', handler]) {
    describe(`${door}: a hostile ${field} is ${code}, with nothing sent or changed`, () => {
      for (const [what, value] of Object.entries(json)) {
        it(`in JSON: ${what}`, async () => {
          const okta = new ScriptedOkta()
          const app = await waiting(okta)

          const answer = await app.alice.postJson(door, body(value))

          expect(answer.status).to.equal(400)
          expect(codeOf(answer)).to.equal(code)
          await expectUnchanged(okta, app)
        })
      }

      for (const [what, form] of Object.entries(forms)) {
        it(`in a form: ${what}`, async () => {
          const okta = new ScriptedOkta()
          const app = await waiting(okta)

          const answer = await postForm(app.alice, door, form.replaceAll(/%(?=[=[])/g, field))

          expect(answer.status).to.equal(400)
          expect(codeOf(answer)).to.equal(code)
          await expectUnchanged(okta, app)
        })
      }
    })
  }
}

describe('/resend: a hostile channel is channel_not_allowed, with nothing sent or changed', () => {
  for (const [what, value] of Object.entries(fields['channel']?.json ?? {})) {
    it(what, async () => {
      const okta = new ScriptedOkta()
      const app = await waiting(okta)

      const answer = await app.alice.postJson('/resend', { channel: value })

      expect(answer.status).to.equal(400)
      expect(codeOf(answer)).to.equal('channel_not_allowed')
      await expectUnchanged(okta, app)
    })
  }

  it('but an empty channel is the channel of the challenge', async () => {
    const okta = new ScriptedOkta()
    const clock = stopClock()
    const { alice } = await waiting(okta)
    clock.tick(60_000)

    const answer = await alice.postJson('/resend', { channel: '' })

    expect(answer.json.challenge.channel).to.equal('sms')
  })
})

describe('A username that is not there', () => {
  for (const [what, value] of Object.entries({ empty: '', 'white space': ' \t\u3000\r\n' })) {
    for (const door of ['/login', '/start']) {
      it(`${door}: ${what} is login_hint_missing, with nothing sent or changed`, async () => {
        const okta = new ScriptedOkta()
        const app = await waiting(okta)

        const answer = await app.alice.postJson(door, { username: value })

        expect(answer.status).to.equal(400)
        expect(codeOf(answer)).to.equal('login_hint_missing')
        await expectUnchanged(okta, app)
      })
    }
  }
})
