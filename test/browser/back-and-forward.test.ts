import type { Page } from 'playwright-core'
import { needsChromium, visitor } from '../support/chromium.ts'
import { stopClock } from '../support/clock.ts'
import { startExampleHere } from '../support/example-here.ts'
import { newest } from '../support/stand-in.ts'
import { beginSignIn, expectSignedIn, otherThan, submitCode } from '../support/visit.ts'

const alice = 'alice@example.com'
const bob = 'bob@example.com'

describe('Back and forward', function () {
  this.timeout(60_000)

  before(function () {
    needsChromium(this)
  })

  const heading = (page: Page, name: string) => page.getByRole('heading', { name }).waitFor()

  for (const javaScriptEnabled of [true, false]) {
    describe(javaScriptEnabled ? 'with the script' : 'without JavaScript', () => {
      it('back after a wrong code: the sign-in goes on', async () => {
        const { origin, okta } = await startExampleHere()
        const page = await visitor({ javaScriptEnabled })
        await beginSignIn(page, origin, alice, 'Text message')
        const { code = '' } = newest(okta)
        await submitCode(page, otherThan(code))
        await page.getByRole('alert').waitFor()
        await page.goBack()
        await page.goForward()
        await submitCode(page, code)
        await expectSignedIn(page, origin, alice)
      })

      it('back after signing in: the page says that it is done, and forward leads home', async () => {
        const { origin, okta } = await startExampleHere()
        const page = await visitor({ javaScriptEnabled })
        await beginSignIn(page, origin, alice, 'Text message')
        await submitCode(page, newest(okta).code ?? '')
        await expectSignedIn(page, origin, alice)
        await page.goBack()
        await heading(page, 'You are signed in')
        await page.goForward()
        await expectSignedIn(page, origin, alice)
      })

      it('back to the start and another start: the newest counts, also after forward', async () => {
        const { origin, okta } = await startExampleHere()
        const page = await visitor({ javaScriptEnabled })
        await beginSignIn(page, origin, alice, 'Okta Verify')
        await page.goBack()
        await heading(page, 'Sign in')
        await page.getByLabel('Username').fill(bob)
        await page.getByLabel('Text message').check()
        await page.getByRole('button', { name: 'Sign in' }).click()
        await heading(page, 'Check your phone')
        await page.goBack()
        await heading(page, 'Sign in')
        await page.goForward()
        await heading(page, 'Check your phone')
        await submitCode(page, newest(okta, bob).code ?? '')
        await expectSignedIn(page, origin, bob)
      })

      it('back after a denial: the page says that it is over', async () => {
        const clock = stopClock()
        const { origin, okta } = await startExampleHere()
        const page = await visitor({ javaScriptEnabled })
        await beginSignIn(page, origin, bob, 'Okta Verify')
        okta.directory.answer(newest(okta, bob).id, 'deny')
        clock.tick(6000)
        await page.getByRole('button', { name: 'Continue' }).click()
        await heading(page, 'Sign-in not approved')
        await page.goBack()
        await page.getByRole('heading', { name: /This sign-in is over|^Sign in$/ }).waitFor()
      })
    })
  }
})
