import { expect } from 'chai'
import type { Express } from 'express'
import type { Page } from 'playwright-core'
import { needsChromium, visitor } from '../support/chromium.ts'
import { stopClock } from '../support/clock.ts'
import { startOnPage, startPages } from '../support/pages.ts'
import { newest } from '../support/stand-in.ts'

const bob = 'bob@example.com'
const soon = { pace: { expiresIn: 300, interval: 1 } }

/** Ends the connection instead of the first answer to a POST of this path, once all else is done. */
function cutOnce(app: Express, path: string): void {
  let isCut = false
  app.use((req, res, next) => {
    if (req.method === 'POST' && req.path === path && !isCut) {
      isCut = true
      const { end } = res
      res.end = function (this: typeof res) {
        req.socket.destroy()
        return end.call(this, '', 'utf8')
      } as typeof res.end
    }
    next()
  })
}

async function fillIn(page: Page, origin: string, channel: string): Promise<void> {
  await page.goto(`${origin}/login`)
  await page.getByLabel('Username').fill(bob)
  await page.locator(`[name=channel][value=${channel}]`).check()
}

describe('A browser that loses its connection', function () {
  this.timeout(60_000)

  before(function () {
    needsChromium(this)
  })

  it('is signed in by a push that was approved while its tab was frozen in the background', async () => {
    const { origin, okta } = await startPages({ okta: soon, strategy: {} })
    const page = await visitor()
    await startOnPage(page, `${origin}/login`, bob, 'push')
    const session = await page.context().newCDPSession(page)
    await session.send('Page.setWebLifecycleState', { state: 'frozen' })
    okta.directory.answer(newest(okta, bob).id, 'approve')
    await session.send('Page.setWebLifecycleState', { state: 'active' })
    await page.bringToFront()

    await page.waitForURL(`${origin}/me`)
    expect(await page.innerText('body')).to.include(bob)
  })

  it('goes on after a minute without a network', async () => {
    const clock = stopClock()
    const { origin, okta } = await startPages({ strategy: {} })
    const page = await visitor()
    await page.clock.install()
    await startOnPage(page, `${origin}/login`, bob, 'push')
    await page.context().setOffline(true)
    for (let seconds = 0; seconds < 60; seconds += 5) {
      clock.tick(5000)
      await page.clock.runFor(5000)
    }
    await page.getByRole('status').getByText('There is no connection.').waitFor()
    okta.directory.answer(newest(okta, bob).id, 'approve')
    await page.context().setOffline(false)
    clock.tick(5000)
    await page.clock.runFor(31_000)

    await page.waitForURL(`${origin}/me`)
    expect(okta.directory.messages(bob)).to.have.length(1)
  })

  for (const channel of ['push', 'sms']) {
    it(`is cut off right after a start by ${channel}, and presses again: one message went out`, async () => {
      const { origin, okta } = await startPages({
        strategy: {},
        before: (app) => cutOnce(app, '/login'),
      })
      const page = await visitor()
      await fillIn(page, origin, channel)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('status').getByText('That could not be sent').waitFor()
      expect(okta.directory.messages(bob)).to.have.length(1)
      await page.getByRole('button', { name: 'Sign in' }).click()

      await page.locator('form[data-until]').waitFor()
      expect(okta.directory.messages(bob)).to.have.length(1)
    })

    it(`is cut off right after a start by ${channel}, and reloads, without JavaScript: one message went out`, async () => {
      const { origin, okta } = await startPages({
        strategy: {},
        before: (app) => cutOnce(app, '/login'),
      })
      const page = await visitor({ javaScriptEnabled: false })
      await fillIn(page, origin, channel)
      await page
        .getByRole('button', { name: 'Sign in' })
        .click()
        .catch(() => {})
      // Chromium repeats some requests by itself; a person reloads, which sends the form again.
      for (let times = 0; times < 3 && !page.url().includes('/challenge'); times += 1) {
        await page.reload().catch(() => {})
      }

      await page.locator('form[data-until]').waitFor()
      expect(okta.directory.messages(bob)).to.have.length(1)
    })
  }

  it('is cut off right after its code, and presses again: it is signed in', async () => {
    const { origin, okta } = await startPages({
      strategy: {},
      before: (app) => cutOnce(app, '/login/complete'),
    })
    const page = await visitor()
    await startOnPage(page, `${origin}/login`, bob, 'sms')
    await page.locator('.okta-oob-code').fill(newest(okta, bob).code ?? '')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('status').getByText('That could not be sent').waitFor()
    await page.getByRole('button', { name: 'Continue' }).click()

    await page.waitForURL(`${origin}/me`)
    expect(await page.innerText('body')).to.include(bob)
  })

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with the script' : 'without JavaScript'
    it(`is slow, and is clicked in every wrong moment: one message, one sign-in, ${how}`, async () => {
      const { origin, okta } = await startPages({ strategy: {} })
      const page = await visitor({ javaScriptEnabled })
      await fillIn(page, origin, 'sms')
      const session = await page.context().newCDPSession(page)
      await session.send('Network.enable')
      await session.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: 300,
        downloadThroughput: 20_000,
        uploadThroughput: 20_000,
      })
      const press = { noWaitAfter: true, force: true }
      const signIn = page.getByRole('button', { name: 'Sign in' })
      await signIn.dblclick(press)
      await signIn.click({ ...press, timeout: 1000 }).catch(() => {})
      await page.locator('form[data-until]').waitFor()
      expect(okta.directory.messages(bob)).to.have.length(1)
      await page.locator('.okta-oob-code').fill(newest(okta, bob).code ?? '')
      const go = page.getByRole('button', { name: 'Continue' })
      await go.dblclick(press)
      await go.click({ ...press, timeout: 1000 }).catch(() => {})

      await page.waitForURL(`${origin}/me`)
      expect(await page.innerText('body')).to.include(bob)
      expect(okta.directory.messages(bob)).to.have.length(1)
    })
  }
})
