import { expect } from 'chai'
import type { OktaOobStrategyOptions } from 'passport-okta-oob'
import type { Page, Route } from 'playwright-core'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { needsChromium, visitor } from '../support/chromium.ts'
import { stopClock } from '../support/clock.ts'
import { startExampleHere } from '../support/example-here.ts'
import { startPages } from '../support/pages.ts'
import { newest } from '../support/stand-in.ts'
import { beginSignIn, expectSignedIn, submitCode } from '../support/visit.ts'

const alice = 'alice@example.com'
const bob = 'bob@example.com'

describe('A sign-in over a bad network', function () {
  this.timeout(60_000)

  before(function () {
    needsChromium(this)
  })

  /** Holds back what is posted there, and counts it, until it is let go or lost. */
  const slow = async (page: Page, path: string) => {
    const held: Route[] = []
    let isSlow = true
    let arrive = () => {}
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve
    })
    await page.route(`**${path}`, async (route) => {
      if (isSlow && route.request().method() === 'POST') {
        held.push(route)
        arrive()
      } else {
        await route.continue()
      }
    })
    const release = async (each: (route: Route) => Promise<void>) => {
      await arrived
      isSlow = false
      await Promise.all(held.map(each))
    }
    const letGo = () => release((route) => route.continue())
    const lose = () => release((route) => route.abort())
    return { held, letGo, lose }
  }

  /** A strategy whose Okta refuses all calls of one kind, as it does when the app is set up wrongly. */
  const refused = (endpoint: string) => {
    const calls: string[] = []
    const strategy: OktaOobStrategyOptions = {
      fetch: (url, init) => {
        if (!url.endsWith(endpoint)) {
          return fetch(url, init)
        }
        calls.push(url)
        return Promise.resolve(Response.json({ error: 'invalid_client' }, { status: 401 }))
      },
    }
    return { calls, strategy }
  }

  for (const way of ['Text message', 'Okta Verify'] as const) {
    it(`an app that fails: says so and sends nothing twice (${way})`, async () => {
      const { calls, strategy } = refused('/oob-authenticate')
      const { origin } = await startPages({ strategy })
      const page = await visitor()
      await beginSignIn(page, origin, bob, way)
      await page.getByRole('alert').getByText('Something went wrong.').waitFor()
      expect(calls).to.have.length(1)
    })
  }

  it('an app that fails while a push waits: says so, and asks no more', async () => {
    const { calls, strategy } = refused('/token')
    const okta = { pace: { expiresIn: 300, interval: 1 } }
    const { origin } = await startPages({ okta, strategy })
    const page = await visitor()
    await beginSignIn(page, origin, bob, 'Okta Verify')
    await page.getByRole('alert').getByText('Something went wrong.').waitFor()
    expect(calls).to.have.length(1)
  })

  it('a look after the other tabs that fails for a moment changes nothing', async () => {
    let isDown = false
    const { origin } = await startPages({
      strategy: {
        limits: {
          limiter: (options) => {
            const limiter = new RateLimiterMemory(options)
            const { get } = limiter
            limiter.get = (key) => (isDown ? Promise.reject(new Error()) : get.call(limiter, key))
            return limiter
          },
        },
      },
    })
    const page = await visitor()
    await beginSignIn(page, origin, bob, 'Text message')
    await page.getByLabel(/^Code/).fill('12')
    isDown = true
    const looked = page.waitForResponse(/challenge$/)
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`)
    expect((await looked).status()).to.equal(503)
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 50))')
    expect(await page.title()).to.equal('Check your phone')
    expect(await page.getByLabel(/^Code/).inputValue()).to.equal('12')
  })

  it('offline in mid-wait: the page says so, and signs in when the network is back', async () => {
    const { origin, okta } = await startExampleHere({}, { pace: { expiresIn: 300, interval: 1 } })
    const page = await visitor()
    await beginSignIn(page, origin, bob, 'Okta Verify')
    await page.context().setOffline(true)
    const status = page.getByRole('status')
    await status.getByText('There is no connection. This page tries again by itself.').waitFor()
    expect(await page.title()).to.equal('Approve the sign-in')
    okta.directory.answer(newest(okta, bob).id, 'approve')
    await page.context().setOffline(false)
    await expectSignedIn(page, origin, bob)
  })

  it('offline and back, with nothing approved yet: the page takes back what it said', async () => {
    const { origin } = await startExampleHere({}, { pace: { expiresIn: 300, interval: 1 } })
    const page = await visitor()
    await beginSignIn(page, origin, bob, 'Okta Verify')
    const status = page.getByRole('status')
    await page.context().setOffline(true)
    await status.getByText('There is no connection.').waitFor()
    await page.context().setOffline(false)
    await status.filter({ hasNotText: /\S/ }).waitFor({ state: 'attached' })
    expect(await page.title()).to.equal('Approve the sign-in')
  })

  it('a code that cannot be sent stays in its field, to be sent by its user', async () => {
    const { origin, okta } = await startExampleHere()
    const page = await visitor()
    await beginSignIn(page, origin, alice, 'Text message')
    const { code = '' } = newest(okta)
    await page.context().setOffline(true)
    await submitCode(page, code)
    const status = page.getByRole('status')
    await status.getByText('That could not be sent, since there is no connection.').waitFor()
    expect(await page.getByLabel('Code from the text message').inputValue()).to.equal(code)
    await page.context().setOffline(false)
    await page.getByRole('button', { name: 'Continue' }).click()
    await expectSignedIn(page, origin, alice)
  })

  it('a code that is lost when its time runs out: the page says so by itself', async () => {
    const clock = stopClock()
    const { origin } = await startExampleHere()
    const page = await visitor()
    await page.clock.install()
    await beginSignIn(page, origin, alice, 'Text message')
    const { lose } = await slow(page, '/login/complete')
    await submitCode(page, '123456')
    await page.locator('form[aria-busy]').waitFor()
    clock.tick(301_000)
    await page.clock.runFor(303_000)
    await lose()
    await page.getByRole('status').getByText('That could not be sent').waitFor()
    await page.clock.runFor(2000)
    await page.getByRole('heading', { name: 'That took too long' }).waitFor()
  })

  it('a slow start: pressed three times, it sends one text', async () => {
    const { origin, okta } = await startExampleHere()
    const page = await visitor()
    await page.goto(`${origin}/login`)
    const { held, letGo } = await slow(page, '/login')
    await page.getByLabel('Username').fill(alice)
    await page.getByLabel('Text message').check()
    const button = page.getByRole('button', { name: 'Sign in' })
    await button.dblclick()
    await page.locator('form[aria-busy]').waitFor()
    await page.getByLabel('Username').press('Enter')
    await letGo()
    await page.getByRole('heading', { name: 'Check your phone' }).waitFor()
    expect(held).to.have.length(1)
    expect(okta.directory.messages()).to.have.length(1)
  })

  it('a slow answer to a code: pressed twice, it costs one attempt', async () => {
    const { origin } = await startExampleHere()
    const page = await visitor()
    await beginSignIn(page, origin, alice, 'Text message')
    const { held, letGo } = await slow(page, '/login/complete')
    await page.getByLabel('Code from the text message').fill('12')
    await page.getByRole('button', { name: 'Continue' }).dblclick()
    await page.locator('form[aria-busy]').waitFor()
    await letGo()
    await page.getByRole('alert').getByText('exactly as you received it').waitFor()
    expect(held).to.have.length(1)
    expect(await page.locator('form[aria-busy]').count()).to.equal(0)
  })

  it('a cancel while a slow poll is out: the poll has the first word', async () => {
    const { origin, okta } = await startExampleHere({}, { pace: { expiresIn: 300, interval: 1 } })
    const page = await visitor()
    await beginSignIn(page, origin, bob, 'Okta Verify')
    const { held, letGo } = await slow(page, '/login/complete')
    await page.waitForRequest(/complete$/)
    await page.getByRole('button', { name: 'Cancel' }).click()
    okta.directory.answer(newest(okta, bob).id, 'approve')
    await letGo()
    await expectSignedIn(page, origin, bob)
    expect(held).to.have.length(1)
  })
})
