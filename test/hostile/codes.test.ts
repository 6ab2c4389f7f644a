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

const separators = charactersOf(' -', { min: 0, max: 2 })

/** Digits as people type them, in groups. */
function grouped({ min, max }: { min: number; max: number }): fc.Arbitrary<[string, string]> {
  const parts = fc.array(fc.tuple(separators, charactersOf('0123456789', { min: 1, max: 1 })), {
    minLength: min,
    maxLength: max,
  })
  return fc
    .tuple(parts, separators)
    .map(([pairs, end]) => [
      pairs.map(([separator, digit]) => separator + digit).join('') + end,
      pairs.map(([, digit]) => digit).join(''),
    ])
}

for (const channel of ['sms', 'voice']) {
  describe(`The code that a user types from ${channel}`, () => {
    it('is sent as its 4 to 10 digits alone, leading zeros kept, however it is grouped', async () => {
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
        .filter((character) => !/[\d\s\p{Dash_Punctuation}]/u.test(character))
      const wrong = fc.oneof(
        grouped({ min: 1, max: 3 }).map(([typed]) => typed),
        grouped({ min: 11, max: 30 }).map(([typed]) => typed),
        charactersOf(' -', { min: 1, max: 8 }),
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
          ['１２３４５６', '/login'],
          ['٠١٢٣٤٥', '/login'],
          ['123456\u200b', '/complete'],
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

  it('is sent untouched when it has 1 to 64 characters and none of control', async () => {
    const okta = new ScriptedOkta()
    okta.answers.start = mail
    const alice = await waitingFor(okta, 'sms')
    const code = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 64 })
      .filter((text) => text.length <= 64 && !/\p{Cc}/u.test(text))
    const property = fc.asyncProperty(code, fc.constantFrom(...doors), async (typed, door) => {
      okta.sent.length = 0

      await alice.postJson(door, { code: typed })

      expect(okta.sent.map(({ form }) => form['binding_code'])).to.deep.equal([typed])
    })
    await fc.assert(property, { numRuns: 30, ...inTime, examples: [[' 12-34 ', '/login']] })
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
