import { expect } from 'chai'
import type { Page, Request } from 'playwright-core'
import { needsChromium, visitor } from '../support/chromium.ts'
import { startOnPage, startPages } from '../support/pages.ts'
import { newest } from '../support/stand-in.ts'

const alice = 'alice@example.com'
const bob = 'bob@example.com'

describe('The script of the sign-in pages', function () {
  this.timeout(60_000)

  before(function () {
    needsChromium(this)
  })

  /** As if the user came back from their phone. */
  const comeBack = (page: Page) =>
    page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`)

  it('has one request under way at most, however often the user comes back', async () => {
    const { origin } = await startPages()
    const page = await visitor()
    await startOnPage(page, `${origin}/login`, bob, 'push')
    let [open, most, polls] = [0, 0, 0]
    const count = (by: number) => (request: Request) => {
      if (request.url().endsWith('/complete')) {
        open += by
        most = Math.max(most, open)
        polls += Math.max(0, by)
      }
    }
    page.on('request', count(1)).on('requestfinished', count(-1))
    for (let times = 0; times < 10; times += 1) {
      await comeBack(page)
    }
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByText('Not approved yet.').waitFor()
    expect(most).to.equal(1)
    expect(polls).to.be.at.least(2)
  })

  const returns = {
    'the user comes back to the page': `document.dispatchEvent(new Event('visibilitychange'))`,
    'the network comes back': `dispatchEvent(new Event('online'))`,
    // Chromium keeps no page that must not be stored; other browsers may.
    'the page comes back from the back/forward cache': `dispatchEvent(
      new PageTransitionEvent('pageshow', { persisted: true }))`,
  }
  for (const [when, event] of Object.entries(returns)) {
    it(`asks at once when ${when}`, async () => {
      // By itself it would ask in ten minutes.
      const { origin } = await startPages({ okta: { pace: { expiresIn: 600, interval: 600 } } })
      const page = await visitor()
      await startOnPage(page, `${origin}/login`, bob, 'push')
      const asked = page.waitForRequest(/\/complete$/)
      await page.evaluate(event)
      await asked
    })
  }

  it('says aloud that less than a minute is left', async () => {
    const { origin } = await startPages()
    const page = await visitor()
    await page.clock.install()
    await startOnPage(page, `${origin}/login`, alice, 'sms')
    const status = page.getByRole('status')
    await page.clock.runFor(239_000)
    expect(await status.innerText()).to.equal('')
    await page.clock.runFor(2000)
    expect(await status.innerText()).to.equal('Less than a minute is left.')
  })

  it('shows what another tab has started, and where it has ended', async () => {
    const { origin, okta } = await startPages()
    const page = await visitor()
    await startOnPage(page, `${origin}/login`, alice, 'push')
    const other = await page.context().newPage()
    await startOnPage(other, `${origin}/login`, alice, 'push')
    const number = await other.locator('.okta-oob-number').innerText()
    await comeBack(page)
    await page.locator('.okta-oob-number').getByText(number, { exact: true }).waitFor()

    await startOnPage(other, `${origin}/login`, alice, 'sms')
    await comeBack(page)
    await page.getByRole('heading', { name: 'Check your phone' }).waitFor()
    await other.getByLabel('Code from the text message').fill(newest(okta).code ?? '')
    await other.keyboard.press('Enter')
    await other.waitForURL(/\/me$/)
    await comeBack(page)
    await page.getByRole('heading', { name: 'You are signed in' }).waitFor()
    await page.getByRole('link', { name: 'Continue' }).click()
    await page.waitForURL(/\/me$/)
  })

  it('keeps the history: back to the start, forward to the challenge', async () => {
    const { origin } = await startPages()
    const page = await visitor()
    await startOnPage(page, `${origin}/login`, alice, 'sms')
    await page.goBack()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await page.getByLabel('Username').inputValue()).to.equal(alice)
    await page.goForward()
    await page.getByRole('heading', { name: 'Check your phone' }).waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Check your phone' }).waitFor()
  })

  it('counts by the server’s clock, and speaks only when something changes', async () => {
    const { origin } = await startPages()
    const page = await visitor()
    await page.clock.install()
    await startOnPage(page, `${origin}/login`, alice, 'sms')
    const timer = page.getByRole('timer')
    const again = page.getByRole('button', { name: 'Send again' })
    const status = page.getByRole('status')
    expect(await timer.innerText()).to.match(/^0[45]:\d\d$/)
    expect(await again.getAttribute('aria-disabled')).to.equal('true')
    await again.click({ force: true })
    expect(await page.title()).to.equal('Check your phone')

    await page.clock.runFor(31_000)
    expect(await timer.innerText()).to.match(/^04:[23]\d$/)
    expect(await again.getAttribute('aria-disabled')).to.equal(null)
    expect(await again.getAttribute('aria-describedby')).to.equal(null)
    expect(await page.locator('[data-late]').innerText()).to.match(/^Still waiting\?/)
    expect(await status.innerText()).to.equal('')

    await page.clock.runFor(220_000)
    expect(await timer.innerText()).to.match(/^\d\d? seconds$/)
    expect(await status.innerText()).to.equal('Less than a minute is left.')
  })

  it('fills in the code of a text where the browser hands it over', async () => {
    const { origin, okta } = await startPages()
    const page = await visitor()
    await page.addInitScript(`
      window.OTPCredential = class {}
      navigator.credentials.get = ({ otp }) =>
        new Promise((resolve) => { window.receive = (code) => resolve({ code, otp }) })
    `)
    await startOnPage(page, `${origin}/login`, alice, 'sms')
    await page.evaluate(`window.receive('${newest(okta).code}')`)
    await page.waitForURL(/\/me$/)
  })

  it('says so when the app fails', async () => {
    const { origin } = await startPages({
      strategy: { clientSecret: 'wrong' },
      after: (app) => {
        app.use(((_error, _req, res, _next) => {
          res.status(500).send('<h1>The app is broken</h1>')
        }) as import('express').ErrorRequestHandler)
      },
    })
    const page = await visitor()
    await page.goto(`${origin}/login`)
    await page.getByLabel('Username').fill(alice)
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('Something went wrong.').waitFor()
  })

  it('keeps what was typed for a start that is refused, and where it was to lead', async () => {
    const { origin, okta } = await startPages()
    const page = await visitor()
    await page.goto(`${origin}/login?returnTo=/me?from=here`)
    await page.getByLabel('Username').fill(`${'a'.repeat(250)}@example.com`)
    await page.getByLabel('Text message').check()
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    expect(await page.getByLabel('Username').inputValue()).to.match(/^a{250}@/)
    expect(await page.getByLabel('Text message').isChecked()).to.equal(true)

    await page.getByLabel('Username').fill(alice)
    await page.keyboard.press('Enter')
    await page.getByLabel(/^Code/).waitFor()
    await page.getByLabel(/^Code/).fill(newest(okta).code ?? '')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/me\?from=here$/)
  })
})
