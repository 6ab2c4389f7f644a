import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { needsChromium, visitor } from '../support/chromium.ts'
import { stopClock } from '../support/clock.ts'
import { startExampleHere } from '../support/example-here.ts'
import { startPages } from '../support/pages.ts'
import { screens } from '../support/screens.ts'
import { newest } from '../support/stand-in.ts'
import { expectSignedIn, otherThan } from '../support/visit.ts'

const alice = 'alice@example.com'
const bob = 'bob@example.com'

interface Focus {
  name: string
  outline: string
  isInView: boolean
}

/** Where the focus is, and whether it can be seen there (WCAG 2.2, 2.4.7 and 2.4.11). */
const focus = (page: Page) =>
  page.evaluate<Focus>(`(() => {
    const element = document.activeElement
    const { outlineStyle, outlineWidth, outlineOffset } = getComputedStyle(element)
    const ring = parseFloat(outlineWidth) + parseFloat(outlineOffset)
    const { top, bottom } = element.getBoundingClientRect()
    const label = element.labels?.[0]?.textContent ?? element.textContent
    return {
      name: (element.tagName + ' ' + label.trim().replace(/\\s+/g, ' ')).trim(),
      outline: outlineStyle + ' ' + outlineWidth,
      isInView: top >= ring && bottom <= innerHeight - ring,
    }
  })()`)

async function expectFocus(page: Page, name: string): Promise<void> {
  const found = await focus(page)
  expect(found.name).to.equal(name)
  expect(found.outline, name).to.match(/^(solid|auto) [1-9]/)
  expect(found.isInView, `${name} is in view`).to.equal(true)
}

/** Goes on with the tab key, and looks where the focus is at each step. */
async function tab(page: Page, ...names: string[]): Promise<void> {
  for (const name of names) {
    await page.keyboard.press('Tab')
    await expectFocus(page, name)
  }
}

describe('A sign-in by keyboard alone', function () {
  this.timeout(60_000)

  before(function () {
    needsChromium(this)
  })

  const heading = (page: Page, name: string) => page.getByRole('heading', { name }).waitFor()

  const textMessage = 'INPUT Text messageGet a code by text; your carrier may charge for it'

  it('a text: a wrong code, another way, a call, and in', async () => {
    const clock = stopClock()
    const { origin, okta } = await startExampleHere()
    const page = await visitor()
    await page.clock.install()
    await page.goto(`${origin}/login`)
    await tab(page, 'INPUT Username')
    await page.keyboard.type(alice)
    await tab(page, 'INPUT Okta VerifyApprove a notification on your phone')
    await page.keyboard.press('ArrowDown')
    await expectFocus(page, textMessage)
    await tab(page, 'BUTTON Sign in')
    await page.keyboard.press('Space')
    await heading(page, 'Check your phone')
    await expectFocus(page, 'H1 Check your phone')

    await tab(page, 'INPUT Code from the text message')
    await page.keyboard.type(otherThan(newest(okta).code ?? ''))
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    await expectFocus(page, 'INPUT Code from the text message')

    clock.tick(31_000)
    await page.clock.runFor(31_000)
    await tab(page, 'BUTTON Continue', 'BUTTON Send again')
    await page.keyboard.press('Enter')
    await page.getByText('It has been sent again.').waitFor()
    await expectFocus(page, 'H1 Check your phone')

    await tab(page, 'INPUT Code from the text message', 'BUTTON Continue', 'BUTTON Send again')
    await tab(page, 'BUTTON Okta Verify', 'BUTTON Phone call')
    clock.tick(31_000)
    await page.keyboard.press('Enter')
    await heading(page, 'Answer your phone')
    await expectFocus(page, 'H1 Answer your phone')
    await tab(page, 'INPUT Code from the call')
    await page.keyboard.type(newest(okta).code ?? '')
    await page.keyboard.press('Enter')
    await expectSignedIn(page, origin, alice)
  })

  it('a push: Continue before it is approved, cancel, and another one that is denied', async () => {
    const clock = stopClock()
    const { origin, okta } = await startExampleHere()
    const page = await visitor()
    await page.goto(`${origin}/login`)
    await tab(page, 'INPUT Username')
    await page.keyboard.type(bob)
    await page.keyboard.press('Enter')
    await heading(page, 'Approve the sign-in')
    await expectFocus(page, 'H1 Approve the sign-in')

    await tab(page, 'BUTTON Continue')
    await page.keyboard.press('Enter')
    await page.getByText('Not approved yet.').waitFor()
    await expectFocus(page, 'BUTTON Continue')

    const ways = ['BUTTON Text message', 'BUTTON Phone call']
    await tab(page, 'BUTTON Send again', ...ways, 'BUTTON Cancel')
    await page.keyboard.press('Enter')
    await heading(page, 'Sign in')
    await expectFocus(page, 'H1 Sign in')

    await tab(page, 'INPUT Username')
    await page.keyboard.press('Enter')
    await heading(page, 'Approve the sign-in')
    okta.directory.answer(newest(okta, bob).id, 'deny')
    clock.tick(6000)
    await tab(page, 'BUTTON Continue')
    await page.keyboard.press('Enter')
    await heading(page, 'Sign-in not approved')
    await expectFocus(page, 'H1 Sign-in not approved')
    await tab(page, 'A Start again')
    await page.keyboard.press('Enter')
    await heading(page, 'Sign in')
    await tab(page, 'INPUT Username')
  })

  it('a button that has to wait keeps the focus, and says for how long', async () => {
    const { origin } = await startExampleHere()
    const page = await visitor()
    await page.clock.install()
    await page.goto(`${origin}/login`)
    await tab(page, 'INPUT Username')
    await page.keyboard.type(alice)
    await tab(page, 'INPUT Okta VerifyApprove a notification on your phone')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await heading(page, 'Check your phone')
    await tab(page, 'INPUT Code from the text message', 'BUTTON Continue', 'BUTTON Send again')
    const button = page.getByRole('button', { name: 'Send again' })
    expect(await button.getAttribute('aria-disabled')).to.equal('true')
    await page.keyboard.press('Enter')
    await page.clock.runFor(31_000)
    expect(await button.getAttribute('aria-disabled')).to.equal(null)
    await expectFocus(page, 'BUTTON Send again')
  })

  const stopsOf = {
    'sign in, after an error': 3,
    'a wrong code': 6,
    'a number to pick': 6,
    denied: 1,
  }
  const small = { viewport: { width: 320, height: 256 } }
  for (const options of [{}, small, { ...small, locale: 'ar' }]) {
    it(`every stop can be seen, forwards and backwards: ${JSON.stringify(options)}`, async () => {
      const app = await startPages()
      const page = await visitor(options)
      for (const [name, number] of Object.entries(stopsOf)) {
        await screens[name]!(page, app)
        await page.evaluate('document.activeElement.blur()')
        for (const key of ['Tab', 'Shift+Tab']) {
          const stops: string[] = []
          for (;;) {
            await page.keyboard.press(key)
            const { name: at } = await focus(page)
            // Behind the last stop it is the browser’s own.
            if (at.startsWith('BODY')) {
              break
            }
            await expectFocus(page, at)
            stops.push(at)
          }
          // Backwards Chromium may stop at each radio button.
          expect(stops, `${name}: ${key}`).to.have.length.of.at.least(number)
        }
      }
    })
  }
})
