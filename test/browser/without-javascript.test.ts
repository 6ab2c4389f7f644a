import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { needsChromium, visitor } from '../support/chromium.ts'
import { stopClock } from '../support/clock.ts'
import { startExampleHere, type ExampleHere } from '../support/example-here.ts'
import {
  beginSignIn,
  expectSignedIn,
  otherThan,
  pressOnPhone,
  readPhone,
  submitCode,
} from '../support/visit.ts'

const alice = 'alice@example.com'
const bob = 'bob@example.com'
const carol = 'carol@example.com'

describe('Signing in to the example without JavaScript', function () {
  this.timeout(60_000)
  let example: ExampleHere

  before(function () {
    needsChromium(this)
  })

  beforeEach(async () => {
    example = await startExampleHere()
  })

  const begin = async (...[username, way]: [string, Parameters<typeof beginSignIn>[3]]) => {
    const page = await visitor({ javaScriptEnabled: false })
    await beginSignIn(page, example.origin, username, way)
    return page
  }

  const pressContinue = async (page: Page) => {
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.waitForLoadState()
  }

  it('a text: a wrong code is told, the right one signs in, and signing out works', async () => {
    const page = await begin(alice, 'Text message')
    const { code } = await readPhone(page, example.phone, alice)
    await submitCode(page, otherThan(code))
    expect(await page.getByRole('alert').innerText()).to.include('not correct')

    await submitCode(page, code)
    await expectSignedIn(page, example.origin, alice)
    await page.getByRole('button', { name: 'Sign out' }).click()
    expect(await page.title()).to.equal('Sign in')
  })

  it('a call: the code signs in', async () => {
    const page = await begin(carol, 'Phone call')
    const { code } = await readPhone(page, example.phone, carol)
    await submitCode(page, code)
    await expectSignedIn(page, example.origin, carol)
  })

  it('no code: the page asks for one', async () => {
    const page = await begin(bob, 'Text message')
    await pressContinue(page)
    expect(await page.getByRole('alert').innerText()).to.equal('Enter the code.')
  })

  it('cancel and send again: plain forms', async () => {
    const clock = stopClock()
    const page = await begin(bob, 'Okta Verify')
    clock.tick(5000)
    await page.getByRole('button', { name: 'Send again' }).click()
    expect(await page.getByRole('status').innerText()).to.include('It has been sent again.')
    expect(await page.title()).to.equal('Approve the sign-in')
    await page.getByRole('button', { name: 'Cancel' }).click()
    expect(await page.title()).to.equal('Sign in')
  })

  it('a push: Continue waits with the user, and signs in or tells of a denial', async () => {
    const clock = stopClock()
    const [approved, denied] = [await begin(alice, 'Okta Verify'), await begin(bob, 'Okta Verify')]
    await pressContinue(approved)
    expect(await approved.title()).to.equal('Approve the sign-in')
    expect(await approved.getByRole('status').innerText()).to.include('Not approved yet.')
    const number = await approved.locator('.okta-oob-number').innerText()
    // A push is answered on the phone's own page, which works without JavaScript too.
    await pressOnPhone(approved, example.phone, alice, number)
    await pressOnPhone(denied, example.phone, bob, 'No, it’s not me')

    clock.tick(5000)
    await pressContinue(approved)
    await expectSignedIn(approved, example.origin, alice)
    await pressContinue(denied)
    expect(await denied.title()).to.equal('Error: Sign-in not approved')
  })
})
