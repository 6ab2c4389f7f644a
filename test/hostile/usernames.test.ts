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
  .map((text) => text.normalize('NFKC').trim())
  .filter((text) => text.length >= 1 && text.length <= 254 && !control.test(text))
  .filter((text) => !/[\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/u.test(text))
  .filter((text) => text.normalize('NFKC').trim() === text)

const padding = fc.string({
  unit: fc.constantFrom(
    ' ',
    '\t',
    '\u00A0',
    '\u3000',
    '\r\n',
    '\u200B',
    '\uFEFF',
    '\u2028',
    '\u202E',
  ),
  maxLength: 3,
})

describe('The username that a user types', () => {
  for (const door of ['/login', '/start']) {
    it(`${door}: reaches Okta exactly as typed, the blanks around it apart`, async () => {
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

    it(`${door}: reaches Okta in its usual form, without what cannot be seen`, async () => {
      const okta = new ScriptedOkta()
      const { browser } = await startApp(new OktaOobStrategy({ ...okta.options, limits: false }))
      const unseen = fc.string({
        unit: fc.constantFrom(
          ...'\u200B\u200D\u2060\uFEFF\u00AD\u061C\u200E\u202A\u202E\u2066\u2028\u2029'.split(''),
        ),
        maxLength: 3,
      })
      const full = (text: string): string =>
        text.replaceAll(/[!-~]/g, (it) => String.fromCodePoint(it.charCodeAt(0) + 0xfee0))
      const property = fc.asyncProperty(
        fc.emailAddress(),
        unseen,
        fc.nat(20),
        fc.boolean(),
        async (meant, hidden, at, isFull) => {
          okta.sent.length = 0
          const typed = meant.slice(0, at) + hidden + meant.slice(at)

          await browser().postJson(door, { username: isFull ? full(typed) : typed })

          expect(okta.sent.map(({ form }) => form['login_hint'])).to.deep.equal([meant])
        },
      )
      await fc.assert(property, { numRuns: 30, ...inTime })
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
