import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { needsChromium, visitor } from '../support/chromium.ts'
import { stopClock } from '../support/clock.ts'
import { startExampleHere } from '../support/example-here.ts'
import { newest } from '../support/stand-in.ts'
import { beginSignIn, expectSignedIn, submitCode } from '../support/visit.ts'

const alice = 'alice@example.com'
const bob = 'bob@example.com'
const erin = 'erin@example.com'

describe('Another way, and once more', function () {
  this.timeout(60_000)

  before(function () {
    needsChromium(this)
  })

  const heading = (page: Page, name: string) => page.getByRole('heading', { name }).waitFor()
  const press = (page: Page, name: string) => page.getByRole('button', { name }).click()

  for (const javaScriptEnabled of [true, false]) {
    describe(javaScriptEnabled ? 'with the script' : 'without JavaScript', () => {
      it('from a push to a call: the call’s code signs in, the push no longer does', async () => {
        const { origin, okta } = await startExampleHere()
        const page = await visitor({ javaScriptEnabled })
        await beginSignIn(page, origin, bob, 'Okta Verify')
        const push = newest(okta, bob)
        await press(page, 'Phone call')
        await heading(page, 'Answer your phone')
        okta.directory.answer(push.id, 'approve')
        await press(page, 'Continue')
        await page.getByRole('alert').getByText('Enter the code.').waitFor()
        await submitCode(page, newest(okta, bob).code ?? '')
        await expectSignedIn(page, origin, bob)
      })

      it('a text once more: only after half a minute, and then the new code counts', async () => {
        const clock = stopClock()
        const { origin, okta } = await startExampleHere()
        const page = await visitor({ javaScriptEnabled })
        if (javaScriptEnabled) {
          await page.clock.install()
        }
        await beginSignIn(page, origin, alice, 'Text message')
        const { code: old = '' } = newest(okta)
        await page.getByRole('button', { name: 'Send again' }).click({ force: javaScriptEnabled })
        if (!javaScriptEnabled) {
          await page.getByRole('alert').getByText('That was too often.').waitFor()
        }
        expect(okta.directory.messages()).to.have.length(1)

        clock.tick(31_000)
        if (javaScriptEnabled) {
          await page.clock.runFor(31_000)
        }
        await press(page, 'Send again')
        await page.getByText('It has been sent again.').waitFor()
        const { code = '' } = newest(okta)
        await submitCode(page, old)
        await page.getByRole('alert').getByText('That code is not correct.').waitFor()
        await submitCode(page, code)
        await expectSignedIn(page, origin, alice)
      })

      it('a second factor by authenticator app instead of a push', async () => {
        const { origin, okta } = await startExampleHere()
        const page = await visitor({ javaScriptEnabled })
        await beginSignIn(page, origin, erin, 'Text message')
        await submitCode(page, newest(okta, erin).code ?? '')
        await heading(page, 'One more step Approve the sign-in')
        await press(page, 'Authenticator app')
        await heading(page, 'One more step Open your authenticator app')
        await submitCode(page, okta.directory.otpOf(okta.directory.user(erin)!))
        await expectSignedIn(page, origin, erin)
      })
    })
  }
})
