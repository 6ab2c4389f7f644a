import { expect } from 'chai'
import { messages } from 'passport-okta-oob'
import { needsChromium, visitor } from '../support/chromium.ts'
import { startExampleHere } from '../support/example-here.ts'
import { newest } from '../support/stand-in.ts'
import { expectSignedIn } from '../support/visit.ts'

const alice = 'alice@example.com'

/** What the keyboards of these languages make of a username and of a code. */
const keyboards = {
  ar: {
    username: (text: string) => `\u200F${text} `,
    code: (text: string) => text.replaceAll(/\d/g, (digit) => '٠١٢٣٤٥٦٧٨٩'.charAt(Number(digit))),
  },
  ja: {
    username: (text: string) => text.replaceAll(/[!-~]/g, fullWidth),
    code: (text: string) => `${text.slice(0, 3)}ー${text.slice(3)}`.replaceAll(/\d/g, fullWidth),
  },
}

function fullWidth(character: string): string {
  return String.fromCodePoint(character.charCodeAt(0) + 0xfee0)
}

describe('A keyboard of another script', function () {
  this.timeout(60_000)

  before(function () {
    needsChromium(this)
  })

  for (const [locale, typed] of Object.entries(keyboards)) {
    for (const javaScriptEnabled of [true, false]) {
      const name = `${locale}, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`
      it(`${name}: the username and the code are taken as they are meant`, async () => {
        const { origin, okta } = await startExampleHere()
        const texts = messages[locale as keyof typeof keyboards]
        const page = await visitor({ locale, javaScriptEnabled })
        await page.goto(`${origin}/login`)
        await page.getByLabel(texts.username).fill(typed.username(alice))
        await page.getByLabel(texts.sms).check()
        await page.getByRole('button', { name: texts.signIn }).click()
        await page.getByRole('heading', { name: texts.smsTitle }).waitFor()

        const code = typed.code(newest(okta, alice).code ?? '')
        expect(code).to.not.match(/[0-9]/)
        await page.getByLabel(texts.smsLabel).fill(code)
        await page.getByRole('button', { name: texts.continue }).click()

        await expectSignedIn(page, origin, alice)
      })
    }
  }
})
