import { expect } from 'chai'
import { messages } from 'passport-okta-oob'
import { needsChromium, visitor } from '../support/chromium.ts'
import { startExampleHere } from '../support/example-here.ts'

describe('The first screen in each language', function () {
  this.timeout(60_000)

  before(function () {
    needsChromium(this)
  })

  for (const [locale, texts] of Object.entries(messages)) {
    it(`${locale}: ${texts.signInTitle}`, async () => {
      const { origin } = await startExampleHere()
      const page = await visitor({ locale })
      await page.goto(`${origin}/login`)
      const { lang, dir, wide } = await page.evaluate<Record<string, unknown>>(`({
        lang: document.documentElement.lang,
        dir: document.documentElement.dir,
        wide: document.documentElement.scrollWidth > innerWidth,
      })`)
      expect({ lang, dir, wide }).to.deep.equal({
        lang: locale,
        dir: texts.direction,
        wide: false,
      })
      expect(await page.title()).to.equal(texts.signInTitle)
      await page.getByRole('heading', { level: 1, name: texts.signInTitle }).waitFor()
      await page.getByLabel(texts.username).fill('nobody@example.com')
      const shown = await page.evaluate<string[]>(`
        [...document.querySelectorAll('.okta-oob-way span')].map((span) => span.firstChild.data)
      `)
      expect(shown).to.deep.equal([texts.push, texts.sms, texts.voice])
      await page.getByRole('radio').nth(1).check()
      await page.getByRole('button', { name: texts.signIn }).click()
      await page.getByRole('heading', { level: 1, name: texts.smsTitle }).waitFor()
      expect(await page.title()).to.equal(texts.smsTitle)
    })
  }
})
