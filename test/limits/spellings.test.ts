import { expect } from 'chai'
import * as fc from 'fast-check'
import { OktaOobStrategy } from 'passport-okta-oob'
import { normalise } from '../../dist/sign-in/username.js'
import { startApp } from '../support/app.ts'
import { stopClock } from '../support/clock.ts'
import {
  beginFlow,
  codeOf,
  jsonDoors,
  shareStandIn,
  Tab,
  wrongCodeOf,
  type Door,
  type Flow,
} from '../support/flow.ts'
import { inTime } from '../support/properties.ts'
import { ScriptedOkta } from '../support/scripted-okta.ts'

const json = jsonDoors['the handlers, as JSON'] as Door

const newSession = ({ app }: Flow): Tab => new Tab(app.browser(), json)

const spellings = {
  'other letters of another case': 'Alice@EXAMPLE.com',
  'spaces around it': ' \u00a0alice@example.com\u3000',
  'spaces within it': 'al ice@exam\u2009ple.com',
  'a zero-width space': 'alice\u200b@example.com',
  'a zero-width joiner': 'al\u200dice@example.com',
  'a soft hyphen': 'alice@exa\u00admple.com',
  'a byte order mark': '\ufeffalice@example.com',
  'a mark that turns the direction': 'alice@example.com\u200f',
  'a variation selector': 'alice\ufe0f@example.com',
  'full-width letters': 'ａｌｉｃｅ＠example．com',
  'bold letters of mathematics': '𝐚𝐥𝐢𝐜𝐞@example.com',
}

describe('A limit of a user is not evaded', () => {
  const shared = shareStandIn()
  const users = { points: 2, duration: 3600 }

  /** How the second wrong code, after a first one by text, comes to be typed. */
  const ways: Record<string, (flow: Flow) => Promise<Tab>> = {
    'by a resend': async ({ tab }) => {
      await tab.resend()
      return tab
    },
    'by another start': async ({ tab }) => {
      await tab.start({ channel: 'sms' })
      return tab
    },
    'by another channel': async ({ tab }) => {
      await tab.start({ channel: 'voice' })
      return tab
    },
    'by cancelling': async ({ tab }) => {
      await tab.cancel()
      await tab.start({ channel: 'sms' })
      return tab
    },
    'in a new session': async (flow) => {
      const tab = newSession(flow)
      await tab.start({ channel: 'sms' })
      return tab
    },
    ...Object.fromEntries(
      Object.entries(spellings).map(([what, username]) => [
        `by a spelling of the username with ${what}`,
        async (flow: Flow) => {
          const tab = newSession(flow)
          await tab.start({ username, channel: 'sms' })
          return tab
        },
      ]),
    ),
  }
  for (const [how, again] of Object.entries(ways)) {
    if (how.endsWith('spaces within it')) {
      continue // Okta knows no such user
    }
    it(`${how}: wrong codes`, async () => {
      const clock = stopClock()
      const flow = await beginFlow(shared.okta, { strategy: { limits: { codesPerUser: users } } })
      await flow.tab.start({ channel: 'sms' })
      await flow.tab.submit(wrongCodeOf(flow.okta))
      clock.tick(30_000)

      const tab = await again(flow)
      const second = await tab.submit(wrongCodeOf(flow.okta))

      expect(second).to.include({ code: 'too_many_attempts', retryAfter: 3570 })
    })
  }

  for (const [what, username] of Object.entries(spellings)) {
    it(`by a spelling of the username with ${what}: texts and pushes`, async () => {
      stopClock()
      const limits = { pushes: { points: 1, duration: 600 } }
      const { tab } = await beginFlow(shared.okta, { strategy: { limits } })
      await tab.start({ channel: 'sms' })
      await tab.start({ channel: 'push' })

      const text = await tab.start({ username, channel: 'sms' })
      const push = await tab.start({ username, channel: 'push' })

      expect(text).to.include({ code: 'rate_limited', retryAfter: 30 })
      expect(push).to.include({ code: 'rate_limited', retryAfter: 600 })
    })
  }

  it('by composed and decomposed letters, or by those that fold into others', async () => {
    const okta = new ScriptedOkta()
    const { browser } = await startApp(new OktaOobStrategy(okta.options))
    const pairs = [
      ['jos\u00e9@example.com', 'jose\u0301@example.com'],
      ['stra\u00dfe@example.com', 'STRASSE@example.com'],
      ['\u01c4@example.com', 'd\u017e@example.com'],
      ['\u03c3\u03bf\u03c6\u03cc\u03c2@example.com', '\u03a3\u039f\u03a6\u038c\u03a3@example.com'],
    ]
    for (const pair of pairs) {
      const statuses = []
      for (const username of pair) {
        const { status } = await browser().postJson('/start', { username, channel: 'sms' })
        statuses.push(status)
      }
      expect(statuses, pair.join()).to.deep.equal([200, 429])
    }
  })

  it('but users with other letters, digits or marks are other users', async () => {
    const okta = new ScriptedOkta()
    const { browser } = await startApp(new OktaOobStrategy(okta.options))
    const usernames = ['jose', 'josé', 'josie', 'jose1', 'jose-', 'jose.', 'жose', 'jose@a', 'jos']
    for (const username of usernames) {
      const { status } = await browser().postJson('/start', { username, channel: 'sms' })
      expect(status, username).to.equal(200)
    }
  })
})

describe('A spelling that Okta does not know', () => {
  const shared = shareStandIn()
  const spelling = spellings['spaces within it']
  const limits = { budget: { points: 5, duration: 3600 } }

  it('uses up no text, no push and no code of the user that it is like', async () => {
    const clock = stopClock()
    const flow = await beginFlow(shared.okta, { strategy: { limits } })
    for (let hour = 1; hour <= 12; hour += 1) {
      const stranger = newSession(flow)
      expect((await stranger.start({ username: spelling, channel: 'push' })).code).to.be.oneOf([
        'challenge_started',
        'rate_limited',
      ])
      await stranger.start({ username: spelling, channel: 'sms' })
      for (let code = 1; code <= 5; code += 1) {
        await stranger.submit(`00000${code}`)
      }
      clock.tick(300_000)
    }

    const { tab } = flow
    expect((await tab.start({ channel: 'push' })).code).to.equal('challenge_started')
    expect((await tab.start({ channel: 'sms' })).code).to.equal('challenge_started')
    expect((await tab.submit(codeOf(flow.okta))).code).to.equal('complete')
  })

  it('has limits of its own', async () => {
    stopClock()
    const flow = await beginFlow(shared.okta, { strategy: { limits } })
    const stranger = newSession(flow)
    await stranger.start({ username: spelling, channel: 'sms' })

    const again = await newSession(flow).start({ username: spelling, channel: 'sms' })
    expect(again).to.include({ code: 'rate_limited', retryAfter: 30 })
    const lefts = []
    for (let code = 1; code <= 4; code += 1) {
      const { page } = await stranger.submit(`00000${code}`)
      lefts.push(page.json.error.attemptsLeft)
    }
    expect(lefts).to.deep.equal([3, 2, 1, undefined])
  })

  it('and its usual form are told apart by nothing that a stranger sees', async () => {
    stopClock()
    const nobody = { 'no body@example.com': 'nobody@example.com' }
    const seen = []
    for (const [odd, usual] of Object.entries({ [spelling]: 'alice@example.com', ...nobody })) {
      const flow = await beginFlow(shared.okta, { strategy: { limits } })
      const codes = []
      for (const username of [odd, usual, odd, usual, usual.toUpperCase()]) {
        const { code } = await newSession(flow).start({ username, channel: 'sms' })
        codes.push(code)
      }
      seen.push(codes)
    }
    expect(seen[0]).to.deep.equal(seen[1])
    expect(seen[0]).to.include('rate_limited')
  })
})

/** Ways to write the same letters, at every place of a text or at one. */
const variations: ((text: string, at: number) => string)[] = [
  (text) => text.toUpperCase(),
  (text) => text.toLowerCase(),
  (text) => text.normalize('NFC'),
  (text) => text.normalize('NFD'),
  (text) => text.normalize('NFKC'),
  (text) => text.normalize('NFKD'),
  ...[' ', '\u200b', '\u2060', '\ufeff', '\u00ad', '\u3000'].map(
    (invisible) => (text: string, at: number) => {
      const characters = Array.from(text)
      characters.splice(at % (characters.length + 1), 0, invisible)
      return characters.join('')
    },
  ),
]

/** Everything but ideographs, syllables of Korean, private use and what is not yet assigned. */
function* points(): Generator<number> {
  for (const [first, last] of [
    [0, 0x33ff],
    [0xa000, 0xabff],
    [0xf900, 0x11fff],
    [0x1b000, 0x1ffff],
    [0x2f800, 0x2fa1f],
    [0xe0000, 0xe0fff],
  ] as const) {
    for (let point = first; point <= last; point += 1) {
      yield point
    }
  }
}

const changes = fc.array(
  fc.tuple(fc.nat(variations.length - 1), fc.nat(300)).map(
    ([index, at]) =>
      (text: string) =>
        variations[index]?.(text, at) ?? text,
  ),
  { minLength: 1, maxLength: 4 },
)

const letters = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })

describe('The form of a username that is counted', () => {
  it('is its own, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(normalise(normalise(text))).to.equal(normalise(text))
      }),
      inTime,
    )
  })

  it('is the same for all spellings', () => {
    fc.assert(
      fc.property(letters, changes, (text, change) => {
        const spelling = change.reduce((written, vary) => vary(written), text)
        expect(normalise(spelling)).to.equal(normalise(text))
      }),
      inTime,
    )
  })

  it('is that of every spelling, for each character of Unicode that has several', () => {
    const wrong = []
    for (const point of points()) {
      const character = String.fromCodePoint(point)
      if (/[\p{Changes_When_NFKC_Casefolded}\p{Changes_When_Casemapped}\p{M}]/u.test(character)) {
        const forms = [character, ...variations.map((vary) => vary(character, 1))].map(normalise)
        const form = forms[0] ?? ''
        if (new Set([...forms, normalise(form)]).size > 1) {
          wrong.push(point.toString(16))
        }
      }
    }
    expect(wrong).to.deep.equal([])
  })

  it('is what a text is counted by, through the front door', async () => {
    const username = letters.filter(
      (text) => text.trim() !== '' && !/[\p{Cc}\p{Cs}]/u.test(text.trim()),
    )
    await fc.assert(
      fc.asyncProperty(username, changes, async (text, change) => {
        const okta = new ScriptedOkta()
        const { browser } = await startApp(new OktaOobStrategy(okta.options))
        const spelling = change.reduce((written, vary) => vary(written), text)
        await browser().postJson('/start', { username: text, channel: 'sms' })

        const second = await browser().postJson('/start', { username: spelling, channel: 'sms' })

        expect(second.json.error?.code).to.equal('rate_limited')
      }),
      { ...inTime, numRuns: 20 },
    )
  })
})
