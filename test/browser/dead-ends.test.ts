import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { needsChromium, visitor } from '../support/chromium.ts'
import { stopClock } from '../support/clock.ts'
import { startOnPage, startPages, type PagesApp } from '../support/pages.ts'
import { newest } from '../support/stand-in.ts'

const alice = 'alice@example.com'
const bob = 'bob@example.com'

const heading = (page: Page, name: string): Promise<void> =>
  page.getByRole('heading', { name, level: 1 }).waitFor()

const wayOf = (page: Page, name: string) => page.locator('label', { hasText: name })

describe('A sign-in page is no dead end', function () {
  this.timeout(60_000)

  before(function () {
    needsChromium(this)
  })

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with the script' : 'without JavaScript'

    const begin = async (
      limits: object,
      options: Parameters<typeof startPages>[0] = {},
    ): Promise<[Page, PagesApp]> => {
      const app = await startPages({ ...options, strategy: { limits } })
      return [await visitor({ javaScriptEnabled }), app]
    }

    it(`when codes are used up: says from when, and offers what needs none, ${how}`, async () => {
      stopClock()
      const limits = { codesPerUser: { points: 1, duration: 3600 } }
      const [page, { origin, okta }] = await begin(limits)
      await startOnPage(page, `${origin}/login`, bob, 'sms')
      await page.locator('.okta-oob-code').fill('000000')
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.getByText('ways with a code are closed for a while').waitFor()

      await page.goto(`${origin}/login`)
      for (const way of ['Text message', 'Phone call']) {
        expect(await wayOf(page, way).innerText()).to.match(
          javaScriptEnabled ? /again from \d+:\d\d [AP]M/ : /again in (1 hour|60 minutes)/,
        )
      }
      expect(await wayOf(page, 'Okta Verify').innerText()).to.not.include('again')
      const sent = okta.directory.messages(bob).length
      await page.getByLabel('Text message').check({ force: true })
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('alert').getByText('closed for a while').waitFor()
      expect(okta.directory.messages(bob)).to.have.length(sent)

      await page.getByLabel('Okta Verify').check()
      await page.getByRole('button', { name: 'Sign in' }).click()
      await heading(page, 'Approve the sign-in')
    })

    it(`when another way is chosen at once, and after a cancel, ${how}`, async () => {
      stopClock()
      const [page, { origin, okta }] = await begin({})
      await startOnPage(page, `${origin}/login`, bob, 'sms')
      await page.getByRole('button', { name: 'Phone call' }).click()
      await heading(page, 'Answer your phone')
      // A button that would be refused says when it is not.
      const text = page.getByRole('button', { name: 'Text message' })
      expect(await text.locator('xpath=..').innerText()).to.match(
        /again in (30 seconds|0:30|00:30)/,
      )
      expect(okta.directory.messages(bob)).to.have.length(2)

      await page.getByRole('button', { name: 'Cancel' }).click()
      await heading(page, 'Sign in')
      expect(await wayOf(page, 'Text message').innerText()).to.match(/again in/)
      await page.getByLabel('Okta Verify').check()
      await page.getByRole('button', { name: 'Sign in' }).click()
      await heading(page, 'Approve the sign-in')
    })

    it(`when a push is approved and Continue comes too early for Okta, ${how}`, async () => {
      const okta = { pace: { expiresIn: 300, interval: 2 } }
      const [page, app] = await begin({}, { okta })
      await startOnPage(page, `${app.origin}/login`, bob, 'push')
      const { id } = newest(app.okta, bob)
      app.okta.directory.answer(id, 'approve')
      await page.getByRole('button', { name: 'Continue' }).click()
      if (javaScriptEnabled) {
        await page.getByRole('status').getByText('Checking…').waitFor()
      }

      await page.waitForURL(`${app.origin}/me`)
      expect(await page.innerText('body')).to.include(bob)
    })

    for (const viewport of [
      { width: 1366, height: 768 },
      { width: 375, height: 667 },
    ]) {
      for (const channel of ['push', 'sms', 'voice']) {
        const size = `${viewport.width}×${viewport.height}`
        it(`when it is pressed twice at one place: one ${channel} is sent, ${size}, ${how}`, async () => {
          const { origin, okta } = await startPages({ strategy: { limits: false } })
          const page = await visitor({ javaScriptEnabled, viewport })
          await page.goto(`${origin}/login`)
          await page.getByLabel('Username').fill(bob)
          await page.locator(`[name=channel][value=${channel}]`).check()
          const button = page.getByRole('button', { name: 'Sign in' })
          await button.scrollIntoViewIfNeeded()
          const box = (await button.boundingBox()) as {
            x: number
            y: number
            width: number
            height: number
          }
          const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
          await page.mouse.click(x, y)
          await page.locator('form[data-until]').waitFor()
          for (let time = 1; time <= 3; time += 1) {
            await page.mouse.click(x, y)
          }
          const sends = await page.evaluate<boolean>(
            `Boolean(document.elementFromPoint(${x}, ${y})?.closest('.okta-oob-sends'))`,
          )

          expect(sends).to.equal(false)
          expect(okta.directory.messages(bob)).to.have.length(1)
        })
      }
    }

    it(`when the browser keeps no cookie: says so, ${how}`, async () => {
      const { origin } = await startPages({
        before: (app) => {
          app.use((_req, res, next) => {
            const { writeHead } = res
            res.writeHead = function (this: typeof res, ...args: unknown[]) {
              this.removeHeader('set-cookie')
              return writeHead.apply(this, args as never)
            } as typeof res.writeHead
            next()
          })
        },
      })
      const page = await visitor({ javaScriptEnabled })
      await page.goto(`${origin}/login`)
      await page.getByLabel('Username').fill(alice)
      await page.getByRole('button', { name: 'Sign in' }).click()

      await heading(page, 'Cookies are needed')
      await page.getByRole('link', { name: 'Start again' }).click()
      await heading(page, 'Sign in')
    })

    it(`when someone is signed in already: offers to go on, or to sign in anew, ${how}`, async () => {
      const { origin, okta } = await startPages()
      const page = await visitor({ javaScriptEnabled })
      await startOnPage(page, `${origin}/login`, bob, 'sms')
      await page.locator('.okta-oob-code').fill(newest(okta, bob).code ?? '')
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.waitForURL(`${origin}/me`)

      await page.goto(`${origin}/login?returnTo=/me?x`)
      await heading(page, 'You are signed in')
      expect(await page.locator('form').count()).to.equal(0)
      const next = page.getByRole('link', { name: 'Continue' })
      expect(await next.getAttribute('href')).to.equal('/me?x')
      await page.getByRole('link', { name: 'Sign in again' }).click()
      await heading(page, 'Sign in')
      expect(await page.getByLabel('Username').count()).to.equal(1)
    })

    it(`when an address tells of an end that this browser has not seen, ${how}`, async () => {
      const { origin } = await startPages()
      const page = await visitor({ javaScriptEnabled })
      for (const error of ['challenge_denied', 'challenge_expired', 'too_many_attempts']) {
        await page.goto(`${origin}/login?error=${error}`)
        await heading(page, 'Sign in')
        expect(await page.getByRole('alert').count(), error).to.equal(0)
      }
      await startOnPage(page, `${origin}/login`, bob, 'sms')
      await page.goto(`${origin}/login?error=no_challenge`)
      await heading(page, 'Sign in')
    })
  }

  it('in a layout of the app’s own, all of which follows the screens', async () => {
    const { origin } = await startPages({
      routes: {
        layout: (content, { title, head, language, view }) => `<!doctype html>
          <html lang="${language}" class="is-${view.screen}"><head><title>${title}</title>${String(head)}</head>
          <body data-screen="${view.screen}"><header>Step: ${view.screen}</header>${String(content)}
          <footer>Footer of ${view.screen}</footer></body></html>`,
      },
    })
    const page = await visitor()
    await page.goto(`${origin}/login`)
    expect(await page.innerText('header')).to.equal('Step: signIn')
    await page.evaluate('window.isOnePage = true')
    await page.getByLabel('Username').fill(bob)
    await page.getByLabel('Text message').check()
    await page.getByRole('button', { name: 'Sign in' }).click()
    await heading(page, 'Check your phone')

    expect(await page.evaluate('window.isOnePage')).to.equal(true)
    expect(await page.innerText('header')).to.equal('Step: code')
    expect(await page.innerText('footer')).to.equal('Footer of code')
    expect(await page.locator('body').getAttribute('data-screen')).to.equal('code')
    await page.locator('.okta-oob-code').fill('12')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('alert').waitFor()
    expect(await page.title()).to.match(/^Error: /)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await heading(page, 'Sign in')
    expect(await page.innerText('footer')).to.equal('Footer of signIn')
  })
})
