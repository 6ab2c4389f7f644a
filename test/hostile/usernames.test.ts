import { expect } from 'chai'
import * as fc from 'fast-check'
import { OktaOobStrategy } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import { stopClock } from '../support/clock.ts'
import { ScriptedOkta } from '../support/scripted-okta.ts'
import { inTime } from '../support/properties.ts'

/** Longer than any limit counts. */
const aDay = 24 * 3600 * 1000

const control = /\p{Cc}/u

const username = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 254 }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 254 }),
    fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 254 }),
    fc.emailAddress(),
  )
  .map((text) => text.trim())
  .filter((text) => text.length >= 1 && text.length <= 254 && !control.test(text))

const padding = fc.string({
  unit: fc.constantFrom(' ', '\t', '\u00A0', '\u3000', '\r\n'),
  maxLength: 3,
})

describe('The username that a user types', () => {
  for (const door of ['/login', '/start']) {
    it(`${door}: reaches Okta exactly as typed, the space around it apart`, async () => {
      const clock = stopClock()
      const okta = new ScriptedOkta()
      const { browser } = await startApp(new OktaOobStrategy(okta.options))
      const property = fc.asyncProperty(
        padding,
        username,
        padding,
        fc.boolean(),
        async (before, hint, after, asForm) => {
          clock.tick(aDay)
          okta.sent.length = 0
          const fields = { username: before + hint + after }

          await (asForm ? browser().post(door, fields) : browser().postJson(door, fields))

          expect(okta.sent.map(({ form }) => form['login_hint'])).to.deep.equal([hint])
        },
      )
      await fc.assert(property, {
        numRuns: 50,
        ...inTime,
        examples: [
          ['', 'x'.repeat(254), '', true],
          ['  ', 'Zoë O’Neil+oob@例え.jp', '\r\n', false],
          ['', 'a b&c=d%20[e]', '', true],
          ['', '__proto__', '', false],
        ],
      })
    })

    it(`${door}: with a control character inside is login_hint_invalid, and not sent`, async () => {
      const okta = new ScriptedOkta()
      const { browser } = await startApp(new OktaOobStrategy(okta.options))
      const codes = [...Array(0x20).keys(), ...Array.from({ length: 0x21 }, (_, i) => 0x7f + i)]
      const character = fc.constantFrom(...codes.map((code) => String.fromCharCode(code)))
      const property = fc.asyncProperty(character, async (inside) => {
        const answer = await browser().postJson(door, { username: `alice${inside}@example.com` })

        expect(answer.status).to.equal(400)
        expect((answer.json.error ?? answer.json).code).to.equal('login_hint_invalid')
        expect(okta.sent).to.deep.equal([])
      })
      await fc.assert(property, { numRuns: 20, ...inTime })
    })
  }
})
