import { expect } from 'chai'
import nock from 'nock'
import type { Page } from 'playwright-core'
import { needsChromium, visitor } from '../support/chromium.ts'
import { stopClock } from '../support/clock.ts'
import { startExampleHere, type ExampleHere } from '../support/example-here.ts'
import { newest } from '../support/stand-in.ts'
import { beginSignIn, expectSignedIn, otherThan, submitCode, type Way } from '../support/visit.ts'

const alice = 'alice@example.com'
const bob = 'bob@example.com'

describe('How a sign-in can end, and what comes then', function () {
  this.timeout(60_000)

  before(function () {
    needsChromium(this)
  })

  const heading = (page: Page, name: string) => page.getByRole('heading', { name }).waitFor()
  const press = (page: Page, name: string) => page.getByRole('button', { name }).click()

  /** From an ending to the start, where nothing has to be typed again. */
  const startAgain = async (page: Page, username: string) => {
    await page.getByRole('link', { name: 'Start again' }).click()
    await heading(page, 'Sign in')
    expect(await page.getByLabel('Username').inputValue()).to.equal(username)
  }

  /** Okta answers the next call of this kind as one that is down. */
  const breakOkta = ({ okta }: ExampleHere, endpoint: string) => {
    nock(okta.issuer, { allowUnmocked: true })
      .post(`/oauth2/default/v1/${endpoint}`)
      .reply(503, 'down')
  }

  for (const javaScriptEnabled of [true, false]) {
    describe(javaScriptEnabled ? 'with the script' : 'without JavaScript', () => {
      const begin = async ({ origin }: ExampleHere, username: string, way: Way) => {
        const page = await visitor({ javaScriptEnabled })
        await beginSignIn(page, origin, username, way)
        return page
      }

      it('denied: for a minute no push is sent, but a text is', async () => {
        const clock = stopClock()
        const example = await startExampleHere()
        const page = await begin(example, bob, 'Okta Verify')
        example.okta.directory.answer(newest(example.okta, bob).id, 'deny')
        clock.tick(6000)
        await press(page, 'Continue')
        await heading(page, 'Sign-in not approved')
        await startAgain(page, bob)

        await press(page, 'Sign in')
        await page.getByRole('alert').getByText('That was too often.').waitFor()
        expect(await page.title()).to.equal('Error: Sign in')
        await page.getByLabel('Text message').check()
        await press(page, 'Sign in')
        await heading(page, 'Check your phone')
        await submitCode(page, newest(example.okta, bob).code ?? '')
        await expectSignedIn(page, example.origin, bob)
      })

      it('expired: a code that comes too late', async () => {
        const clock = stopClock()
        const example = await startExampleHere()
        const page = await begin(example, alice, 'Text message')
        clock.tick(301_000)
        await submitCode(page, newest(example.okta).code ?? '')
        await heading(page, 'That took too long')
        expect(await page.title()).to.equal('Error: That took too long')
        await startAgain(page, alice)
      })

      it('too many wrong codes: the right one no longer helps', async () => {
        const example = await startExampleHere()
        const page = await begin(example, alice, 'Phone call')
        const { code = '' } = newest(example.okta)
        for (let tried = 0; tried < 3; tried += 1) {
          await submitCode(page, otherThan(code))
          // The last answer says the same as this one.
          await page.locator('[aria-busy]').waitFor({ state: 'detached' })
          await page.getByRole('alert').getByText('That code is not correct.').waitFor()
          await heading(page, 'Answer your phone')
        }
        await submitCode(page, otherThan(code))
        await heading(page, 'Too many attempts')
        expect(await page.title()).to.equal('Error: Too many attempts')
        await page.goto(`${example.origin}/login/challenge`)
        await heading(page, 'This sign-in is over')
        await startAgain(page, alice)
      })

      it('Okta is away at the start: later the same form works', async () => {
        const example = await startExampleHere({ limits: { sends: false } })
        const page = await visitor({ javaScriptEnabled })
        await page.goto(`${example.origin}/login`)
        await page.getByLabel('Username').fill(alice)
        await page.getByLabel('Text message').check()
        breakOkta(example, 'oob-authenticate')
        await press(page, 'Sign in')
        await heading(page, 'Sign-in is not available right now')

        await page.getByRole('link', { name: 'Try again' }).click()
        await heading(page, 'Sign in')
        expect(await page.getByLabel('Username').inputValue()).to.equal(alice)
        expect(await page.getByLabel('Text message').isChecked()).to.equal(true)
        await press(page, 'Sign in')
        await heading(page, 'Check your phone')
      })

      it('Okta is away when the code comes: later the same code works', async () => {
        const example = await startExampleHere()
        const page = await begin(example, alice, 'Text message')
        const { code = '' } = newest(example.okta)
        breakOkta(example, 'token')
        await submitCode(page, code)
        await heading(page, 'Sign-in is not available right now')

        await page.getByRole('link', { name: 'Try again' }).click()
        await heading(page, 'Check your phone')
        await submitCode(page, code)
        await expectSignedIn(page, example.origin, alice)
      })

      it('the session is gone: the page says that it is over, and a new start works', async () => {
        const example = await startExampleHere({ limits: { sends: false } })
        const page = await begin(example, alice, 'Text message')
        await page.context().clearCookies()
        await submitCode(page, newest(example.okta).code ?? '')
        await heading(page, 'This sign-in is over')

        await startAgain(page, '')
        await beginSignIn(page, example.origin, alice, 'Text message')
        await submitCode(page, newest(example.okta).code ?? '')
        await expectSignedIn(page, example.origin, alice)
      })

      it('signed in elsewhere: a tab that is left behind leads on', async () => {
        const example = await startExampleHere()
        const page = await begin(example, alice, 'Text message')
        const left = await page.context().newPage()
        await left.goto(`${example.origin}/login/challenge`)
        await submitCode(page, newest(example.okta).code ?? '')
        await expectSignedIn(page, example.origin, alice)

        await submitCode(left, newest(example.okta).code ?? '')
        await heading(left, 'You are signed in')
        expect(await left.title()).to.equal('You are signed in')
        await left.getByRole('link', { name: 'Continue' }).click()
        await expectSignedIn(left, example.origin, alice)
      })

      it('cancelled elsewhere: a tab that is left behind says that it is over', async () => {
        const example = await startExampleHere()
        const page = await begin(example, alice, 'Text message')
        const left = await page.context().newPage()
        await left.goto(`${example.origin}/login/challenge`)
        await press(page, 'Cancel')
        await heading(page, 'Sign in')

        await submitCode(left, newest(example.okta).code ?? '')
        await heading(left, 'This sign-in is over')
        await startAgain(left, alice)
      })
    })
  }

  it('expired: the page says so by itself, a code’s page as a push’s', async () => {
    const clock = stopClock()
    const example = await startExampleHere()
    for (const [username, way] of [
      [alice, 'Text message'],
      [bob, 'Okta Verify'],
    ] as const) {
      const page = await visitor()
      await page.clock.install()
      await beginSignIn(page, example.origin, username, way)
      clock.tick(301_000)
      await page.clock.runFor(303_000)
      await heading(page, 'That took too long')
    }
  })

  it('the session is gone: a page that waits for an approval says so by itself', async () => {
    const example = await startExampleHere({}, { pace: { expiresIn: 300, interval: 1 } })
    const page = await visitor()
    await beginSignIn(page, example.origin, bob, 'Okta Verify')
    await page.context().clearCookies()
    await heading(page, 'This sign-in is over')
  })
})
