import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { needsChromium, visitor } from '../support/chromium.ts'
import { startExampleHere } from '../support/example-here.ts'
import { beginSignIn, otherThan, readPhone, submitCode } from '../support/visit.ts'

describe('What a browser shows when signing in fails', function () {
  this.timeout(60_000)

  before(function () {
    needsChromium(this)
  })

  /** Collects what the developer tools would show in red, but for what our script is refused. */
  const watch = (page: Page): string[] => {
    const complaints: string[] = []
    const refused = /with a status of 4/
    page.on('pageerror', (error) => complaints.push(`threw: ${error.message}`))
    page.on('console', (message) => {
      const isLoud = message.type() === 'error' || message.type() === 'warning'
      if (isLoud && !refused.test(message.text())) {
        complaints.push(`said: ${message.text()}`)
      }
    })
    page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`))
    page.on('response', (response) => {
      const isScript = response.request().resourceType() === 'fetch'
      if (response.status() >= (isScript ? 500 : 400)) {
        complaints.push(`${response.status()}: ${response.url()}`)
      }
    })
    return complaints
  }

  it('an unknown user sees what one who may use the app sees', async () => {
    const example = await startExampleHere()
    const page = await visitor()
    const seen: string[] = []
    for (const username of ['nobody@example.com', 'dave@example.com', 'bob@example.com']) {
      await beginSignIn(page, example.origin, username, 'Text message')
      const text = await page.getByRole('main').innerText()
      seen.push(`${await page.title()}\n${text.replace(username, 'the username')}`)
    }
    expect(new Set(seen).size).to.equal(1)
    expect(seen[0]).to.match(/^Check your phone\n/)
  })

  const titles = {
    '/login?error=login_hint_missing': 'Error: Sign in',
    '/login?error=rate_limited': 'Error: Sign in',
    '/login?error=something_new': 'Error: Sign in',
    '/login/challenge': 'Error: This sign-in is over',
    '/login': 'Sign in',
  }
  it('the title of a page with an error begins with "Error: "', async () => {
    const example = await startExampleHere()
    const page = await visitor({ javaScriptEnabled: false })
    for (const [path, title] of Object.entries(titles)) {
      await page.goto(example.origin + path)
      expect(await page.title(), path).to.equal(title)
    }
  })

  it('an error from the address cannot bring its own words or markup', async () => {
    const example = await startExampleHere()
    const page = await visitor()
    await page.goto(`${example.origin}/login?error=${encodeURIComponent('<b id="x">pay here</b>')}`)
    expect(await page.locator('#x').count()).to.equal(0)
    expect(await page.getByRole('alert').innerText()).to.equal(
      'Something went wrong. Please try again.',
    )
  })

  it('no page throws, complains or asks for what is not there', async () => {
    const example = await startExampleHere()
    const page = await visitor()
    const complaints = watch(page)
    await beginSignIn(page, example.origin, 'nobody@example.com', 'Text message')
    await beginSignIn(page, example.origin, 'bob@example.com', 'Okta Verify')
    await beginSignIn(page, example.origin, 'alice@example.com', 'Text message')
    const { tab, code } = await readPhone(page, example.phone, 'alice@example.com')
    const onPhone = watch(tab)
    await tab.reload()
    await submitCode(page, otherThan(code))
    await page.getByRole('alert').waitFor()
    await submitCode(page, code)
    await page.waitForURL(`${example.origin}/`)

    expect([...complaints, ...onPhone]).to.deep.equal([])
  })

  it('nothing scrolls sideways on a screen of 320 pixels', async () => {
    const example = await startExampleHere()
    const page = await visitor({ viewport: { width: 320, height: 640 } })
    const width = () => page.evaluate<number>('document.documentElement.scrollWidth')
    await page.goto(`${example.origin}/login?error=access_denied`)
    expect(await width()).to.equal(320)
    await beginSignIn(page, example.origin, 'carol@example.com', 'Text message')
    expect(await width()).to.equal(320)
    const { tab, code } = await readPhone(page, example.phone, 'carol@example.com')
    expect(await tab.evaluate<number>('document.documentElement.scrollWidth')).to.equal(320)
    await submitCode(page, code)
    await page.waitForURL(`${example.origin}/`)
    expect(await width()).to.equal(320)
  })
})
