import { expect } from 'chai'
import { needsChromium, visitor } from '../support/chromium.ts'
import { startExample, type RunningExample } from '../support/example.ts'
import {
  beginSignIn,
  expectSignedIn,
  pressOnPhone,
  readPhone,
  submitCode,
} from '../support/visit.ts'

const alice = 'alice@example.com'
const bob = 'bob@example.com'
const erin = 'erin@example.com'

describe('Signing in to the example with a browser', function () {
  this.timeout(60_000)
  let example: RunningExample

  before(async function () {
    needsChromium(this)
    example = await startExample('directly')
  })

  after(() => example?.stop())

  const begin = async (...[username, way]: [string, Parameters<typeof beginSignIn>[3]]) => {
    const page = await visitor()
    await beginSignIn(page, example.origin, username, way)
    return page
  }

  it('a text: the code from the phone signs in and the claims are shown, until sign-out', async () => {
    const page = await begin(alice, 'Text message')
    const { text, code } = await readPhone(page, example.phone, alice)
    expect(text).to.include('Text message')
    await submitCode(page, code)
    await expectSignedIn(page, example.origin, alice)

    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(`${example.origin}/login`)
    await page.goto(example.origin)
    expect(await page.title()).to.equal('Sign in')
  })

  it('a call: the code is taken with the spaces it was heard with', async () => {
    const page = await begin(bob, 'Phone call')
    const { text, code } = await readPhone(page, example.phone, bob)
    expect(text).to.include('Phone call')
    await submitCode(page, code.split('').join(' '))
    await expectSignedIn(page, example.origin, bob)
  })

  it('a second factor: one more step on the same page, and then signed in', async () => {
    const page = await begin(erin, 'Text message')
    const { code } = await readPhone(page, example.phone, erin)
    await submitCode(page, code)
    await page.getByRole('heading', { name: 'One more step Approve the sign-in' }).waitFor()
    const number = await page.locator('.okta-oob-number').innerText()
    await pressOnPhone(page, example.phone, erin, number)

    await expectSignedIn(page, example.origin, erin)
  })

  it('pushes: the page notices approvals and a wrong number by itself', async () => {
    // Side by side, since each has to wait for the interval between two polls.
    const right = await begin(alice, 'Okta Verify')
    const number = await right.locator('.okta-oob-number').innerText()
    await pressOnPhone(right, example.phone, alice, number)

    const plain = await begin(bob, 'Okta Verify')
    await pressOnPhone(plain, example.phone, bob, 'Yes, it’s me')

    const wrong = await begin(alice, 'Okta Verify')
    const { tab } = await readPhone(wrong, example.phone, alice)
    const offered = tab.getByRole('article').first().getByRole('button', { name: /^\d+$/ })
    const numbers = await offered.allInnerTexts()
    const shown = await wrong.locator('.okta-oob-number').innerText()
    expect(numbers).to.include(shown)
    const other = numbers.find((choice) => choice !== shown) ?? ''
    await pressOnPhone(wrong, example.phone, alice, other)

    await Promise.all([
      wrong.getByRole('heading', { name: 'Sign-in not approved' }).waitFor(),
      expectSignedIn(plain, example.origin, bob),
      expectSignedIn(right, example.origin, alice),
    ])
    expect(wrong.url()).to.equal(`${example.origin}/login/?error=challenge_denied`)
    expect(await wrong.title()).to.equal('Error: Sign-in not approved')
  })
})
