import { expect } from 'chai'
import * as fc from 'fast-check'
import { OktaOobStrategy } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { ScriptedOkta } from '../support/scripted-okta.ts'
import { inTime } from '../support/properties.ts'

const doors = ['/login', '/complete']

/** A browser whose challenge outlives every code, because Okta is down whenever one arrives. */
async function waitingFor(okta: ScriptedOkta, channel: string): Promise<Browser> {
  okta.answers.token = () => Response.json({}, { status: 503 })
  const { browser } = await startApp(new OktaOobStrategy(okta.options))
  const alice = browser()
  await alice.postJson('/login', { username: 'alice@example.com', channel })
  okta.sent.length = 0
  return alice
}

function charactersOf(characters: string, { min, max }: { min: number; max: number }) {
  const unit = fc.constantFrom(...characters.split(''))
  return fc.string({ unit, minLength: min, maxLength: max })
}

/** White space, invisible characters, and every dash, the Japanese one of the keyboard included. */
const between =
  ' -\t\u00A0\u2009\u202F\u3000\uFEFF\u200B\u200D\u2060\u00AD\u061C\u200E\u202B\u2066\u2069' +
  '\u2010\u2011\u2013\u2014\u2015\u2212\u301C\uFE63\uFF0D\u30FC\uFF70'
const separators = charactersOf(between, { min: 0, max: 2 })

/** The ten digits of each script, by the tables of ICU. */
const scripts = Intl.supportedValuesOf('numberingSystem')
  .map((system) => new Intl.NumberFormat(`en-u-nu-${system}`, { useGrouping: false }))
  .map((format) => Array.from('0123456789', (digit) => format.format(Number(digit))))
  .filter((digits) => digits.every((digit) => /^\p{Nd}$/u.test(digit)))

/** A digit as it is typed, and as it is meant. */
const typedDigit = fc
  .tuple(fc.constantFrom(...scripts), fc.nat(9))
  .map(([script, digit]) => [script[digit] ?? '', String(digit)] as const)

/** Digits as people type them, in groups and in any script. */
function grouped({ min, max }: { min: number; max: number }): fc.Arbitrary<[string, string]> {
  const parts = fc.array(fc.tuple(separators, typedDigit), { minLength: min, maxLength: max })
  return fc
    .tuple(parts, separators)
    .map(([pairs, end]) => [
      pairs.map(([separator, [typed]]) => separator + typed).join('') + end,
      pairs.map(([, [, meant]]) => meant).join(''),
    ])
}

/** Characters that may stand between the digits of a code. */
const separator = /[\s\p{Nd}\p{Dash}\p{Default_Ignorable_Code_Point}\u0085\u30FC\uFF70]/u

for (const channel of ['sms', 'voice']) {
  describe(`The code that a user types from ${channel}`, () => {
    it('is sent as its 4 to 10 digits alone, leading zeros kept, whatever their script and between them', async () => {
      const okta = new ScriptedOkta()
      const alice = await waitingFor(okta, channel)
      const property = fc.asyncProperty(
        grouped({ min: 4, max: 10 }),
        fc.constantFrom(...doors),
        fc.boolean(),
        async ([typed, digits], door, asForm) => {
          okta.sent.length = 0

          await (asForm ? alice.post(door, { code: typed }) : alice.postJson(door, { code: typed }))

          expect(okta.sent.map(({ form }) => form['binding_code'])).to.deep.equal([digits])
        },
      )
      await fc.assert(property, {
        numRuns: 40,
        ...inTime,
        examples: [
          [['١٢٣٤٥٦', '123456'], '/login', true],
          [['１２３ー４５６', '123456'], '/login', true],
          [['१२३\u200b४५६\u00a0', '123456'], '/complete', false],
          [['007 123', '007123'], '/login', true],
          [['0-0-0-0', '0000'], '/complete', false],
        ],
      })
    })

    it('is code_invalid when it is anything else, and not sent', async () => {
      const okta = new ScriptedOkta()
      const alice = await waitingFor(okta, channel)
      const intruder = fc
        .string({ unit: 'binary', minLength: 1, maxLength: 1 })
        .filter((character) => !separator.test(character))
      const wrong = fc.oneof(
        grouped({ min: 1, max: 3 }).map(([typed]) => typed),
        grouped({ min: 11, max: 30 }).map(([typed]) => typed),
        charactersOf('-\u2212\u30FC', { min: 1, max: 8 }),
        fc
          .tuple(grouped({ min: 2, max: 5 }), intruder, grouped({ min: 2, max: 5 }))
          .map(([[before], character, [after]]) => before + character + after),
        fc.string({ minLength: 1 }).filter((text) => /[^\d\s-]/.test(text)),
      )
      const property = fc.asyncProperty(wrong, fc.constantFrom(...doors), async (code, door) => {
        const answer = await alice.postJson(door, { code })

        expect(answer.status).to.equal(400)
        expect((answer.json.error ?? answer.json).code).to.equal('code_invalid')
        expect(okta.sent).to.deep.equal([])
      })
      await fc.assert(property, {
        numRuns: 60,
        ...inTime,
        examples: [
          ['①②③④⑤⑥', '/login'],
          ['一二三四五六', '/login'],
          ['²²²²', '/complete'],
          ['1'.repeat(257), '/login'],
          ['1e5000', '/login'],
          ['+123456', '/complete'],
          ['123.456', '/complete'],
        ],
      })
    })
  })
}

describe('The code of another channel, such as a mail', () => {
  const mail = () =>
    Response.json({ oob_code: 'ft', expires_in: 300, channel: 'email', binding_method: 'prompt' })

  it('is sent byte for byte, blanks around it apart: 1 to 64 characters, none of control', async () => {
    const okta = new ScriptedOkta()
    okta.answers.start = mail
    const alice = await waitingFor(okta, 'sms')
    const code = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 64 })
      .filter(
        (text) =>
          text.length <= 64 &&
          !/\p{Cc}|^[\s\p{Default_Ignorable_Code_Point}]|[\s\p{Default_Ignorable_Code_Point}]$/u.test(
            text,
          ),
      )
    const around = charactersOf(' \t\u00A0\u3000\u200B\uFEFF\u2069', { min: 0, max: 3 })
    const property = fc.asyncProperty(
      around,
      code,
      around,
      fc.constantFrom(...doors),
      async (before, inside, after, door) => {
        okta.sent.length = 0

        await alice.postJson(door, { code: before + inside + after })

        expect(okta.sent.map(({ form }) => form['binding_code'])).to.deep.equal([inside])
      },
    )
    await fc.assert(property, {
      numRuns: 30,
      ...inTime,
      examples: [
        [' ', '12-34', ' ', '/login'],
        ['', 'aB\u200B c１', '\u00A0', '/complete'],
      ],
    })
  })

  it('is code_missing when there are only blanks', async () => {
    const okta = new ScriptedOkta()
    okta.answers.start = mail
    const alice = await waitingFor(okta, 'sms')

    const answer = await alice.postJson('/login', { code: ' \u200B\u3000' })

    expect(answer.json.code).to.equal('code_missing')
    expect(okta.sent).to.deep.equal([])
  })

  for (const [what, code] of Object.entries({
    'more than 64 characters': 'x'.repeat(65),
    'a control character': '123\n456',
    'half a surrogate pair, which no form can carry': '123\ud800',
  })) {
    it(`is code_invalid with ${what}, and not sent`, async () => {
      const okta = new ScriptedOkta()
      okta.answers.start = mail
      const alice = await waitingFor(okta, 'sms')

      const answer = await alice.postJson('/login', { code })

      expect(answer.json.code).to.equal('code_invalid')
      expect(okta.sent).to.deep.equal([])
    })
  }
})
