import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { needsChromium, visitor } from '../support/chromium.ts'
import { startExampleHere } from '../support/example-here.ts'
import { newest } from '../support/stand-in.ts'
import { beginSignIn, expectSignedIn, submitCode } from '../support/visit.ts'

const alice = 'alice@example.com'
const bob = 'bob@example.com'
const quick = { pace: { expiresIn: 300, interval: 1 } }

describe('A sign-in in two tabs', function () {
  this.timeout(60_000)

  before(function () {
    needsChromium(this)
  })

  const heading = (page: Page, name: string) => page.getByRole('heading', { name }).waitFor()

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with the script' : 'without JavaScript'

    it(`the second start wins: the first tab’s code leads to where it goes on, ${how}`, async () => {
      const { origin, okta } = await startExampleHere()
      const first = await visitor({ javaScriptEnabled })
      await beginSignIn(first, origin, alice, 'Text message')
      const second = await first.context().newPage()
      await beginSignIn(second, origin, bob, 'Phone call')

      await submitCode(first, newest(okta, alice).code ?? '')
      await heading(first, 'Answer your phone')
      await first.getByRole('alert').getByText('That code is not correct.').waitFor()
      expect(await first.getByRole('main').innerText()).to.include(bob)
      await submitCode(first, newest(okta, bob).code ?? '')
      await expectSignedIn(first, origin, bob)
    })
  }

  it('a code for what is now a push is answered with the push', async () => {
    const { origin, okta } = await startExampleHere()
    const first = await visitor()
    await beginSignIn(first, origin, alice, 'Text message')
    const second = await first.context().newPage()
    await beginSignIn(second, origin, bob, 'Okta Verify')

    await submitCode(first, newest(okta, alice).code ?? '')
    await heading(first, 'Approve the sign-in')
    await first.getByRole('alert').getByText('Please go on here.').waitFor()
  })

  it('both wait for one push: one signs in, the other says so', async () => {
    const { origin, okta } = await startExampleHere({}, quick)
    const first = await visitor()
    await beginSignIn(first, origin, bob, 'Okta Verify')
    const second = await first.context().newPage()
    await second.goto(`${origin}/login/challenge`)
    await heading(second, 'Approve the sign-in')
    okta.directory.answer(newest(okta, bob).id, 'approve')

    const isDone = (page: Page) => page.waitForURL((url) => !url.pathname.endsWith('/challenge'))
    await Promise.all([isDone(first), isDone(second)])
    const titles = [await first.title(), await second.title()]
    expect(titles).to.have.members(['Signed in', 'You are signed in'])
  })

  it('both waited for one push that is denied: both say so, or that it is over', async () => {
    const { origin, okta } = await startExampleHere({}, quick)
    const first = await visitor()
    await beginSignIn(first, origin, bob, 'Okta Verify')
    const second = await first.context().newPage()
    await second.goto(`${origin}/login/challenge`)
    okta.directory.answer(newest(okta, bob).id, 'deny')
    const ended = /Sign-in not approved|This sign-in is over/
    await Promise.all(
      [first, second].map((page) => page.getByRole('heading', { name: ended }).waitFor()),
    )
  })
})
