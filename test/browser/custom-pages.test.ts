import { expect } from 'chai'
import { needsChromium, visitor } from '../support/chromium.ts'
import { startExample, type RunningExample } from '../support/example.ts'
import { otherThan, pressOnPhone, readPhone, submitCode } from '../support/visit.ts'

const bob = 'bob@example.com'

describe('The example with pages of its own', function () {
  this.timeout(60_000)
  let example: RunningExample

  before(async function () {
    needsChromium(this)
    example = await startExample('custom pages')
  })

  after(() => example?.stop())

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with the package’s script' : 'without JavaScript'
    const user = javaScriptEnabled ? bob : 'carol@example.com'

    it(`a text: signs in, ${how}`, async () => {
      const page = await visitor({ javaScriptEnabled })
      await page.goto(`${example.origin}/login`)
      await page.getByLabel('Username').fill(user)
      await page.getByLabel('Text message').check()
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.waitForURL(/challenge/)
      const { code } = await readPhone(page, example.phone, user)

      await submitCode(page, otherThan(code))
      expect(await page.getByRole('alert').innerText()).to.include('not correct')
      await submitCode(page, code)
      await page.waitForURL(`${example.origin}/`)
      expect(await page.getByRole('definition').allInnerTexts()).to.include(user)
    })
  }

  it('a push: the script waits for the approval', async () => {
    const page = await visitor()
    await page.goto(`${example.origin}/login`)
    await page.getByLabel('Username').fill(bob)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(/challenge/)
    await pressOnPhone(page, example.phone, bob, 'Yes, it’s me')
    await page.waitForURL(`${example.origin}/`)
  })
})
