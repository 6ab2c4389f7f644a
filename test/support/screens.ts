import type { Page } from 'playwright-core'
import { startOnPage, type PagesApp } from './pages.ts'
import { newest } from './stand-in.ts'

/** Leads a page to one screen. */
export type Visit = (page: Page, app: Pick<PagesApp, 'origin' | 'okta'>) => Promise<void>

const alice = 'alice@example.com'
const bob = 'bob@example.com'
const erin = 'erin@example.com'

const waiting =
  (username: string, channel: string): Visit =>
  (page, { origin }) =>
    startOnPage(page, `${origin}/login`, username, channel)

const at =
  (path: string): Visit =>
  async (page, { origin }) => {
    await page.goto(origin + path)
  }

/** An end that this browser has come to: its sign-in no longer waits. */
const over =
  (error: string): Visit =>
  async (page, app) => {
    await waiting(bob, 'push')(page, app)
    await page.locator('form[action$=cancel] button').click()
    await page.locator('#okta-oob-username').waitFor()
    await page.goto(`${app.origin}/login?error=${error}`)
  }

const firstFactor: Visit = async (page, app) => {
  await waiting(erin, 'sms')(page, app)
  await page.locator('.okta-oob-code').fill(newest(app.okta, erin).code ?? '')
  await page.keyboard.press('Enter')
  await page.locator('.okta-oob-step').waitFor()
}

/** Screens that come of what happens to the browser, and not of the sign-in. */
export const passing: ReadonlySet<string> = new Set([
  'a push, without a network',
  'a code that is late',
])

/** Every screen of the sign-in pages. */
export const screens: Record<string, Visit> = {
  'sign in': at('/login'),
  'sign in, after an error': at('/login?error=login_hint_invalid'),
  'a code by text': waiting(alice, 'sms'),
  'a code by phone': waiting(alice, 'voice'),
  'a code by mail': waiting(alice, 'email'),
  'a long username': waiting(`${'a-very-long-name'.repeat(12)}@example.com`, 'sms'),
  'a code that is late': async (page, app) => {
    await page.clock.install()
    await waiting(alice, 'sms')(page, app)
    await page.clock.runFor(31_000)
  },
  'a wrong code': async (page, app) => {
    await waiting(alice, 'sms')(page, app)
    await page.locator('.okta-oob-code').fill('12')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
  },
  'a number to pick': waiting(alice, 'push'),
  'a push to approve': waiting(bob, 'push'),
  'a push, sent again': async (page, app) => {
    await waiting(bob, 'push')(page, app)
    // What the script shows when it has been sent again, without the wait before that.
    await page.evaluate(`
      history.pushState(null, '', '?notice=sent')
      dispatchEvent(new PopStateEvent('popstate'))
    `)
    await page.locator('[role=status]').filter({ hasText: /\S/ }).waitFor()
  },
  'a push, without a network': async (page, app) => {
    await waiting(bob, 'push')(page, app)
    await page.context().setOffline(true)
    // As if the user came back to the page, which then asks at once.
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`)
    await page.locator('[role=status]').filter({ hasText: /\S/ }).waitFor()
  },
  'a second factor': firstFactor,
  'an authenticator app': async (page, app) => {
    await firstFactor(page, app)
    await page.locator('button[value=otp]').click()
    await page.locator('.okta-oob-code').waitFor()
  },
  denied: over('challenge_denied'),
  expired: over('challenge_expired'),
  'too many attempts': over('too_many_attempts'),
  'too soon': at('/login?error=rate_limited&wait=25'),
  'codes used up': at('/login?error=too_many_attempts&wait=1500'),
  ended: at('/login/challenge'),
  'no cookie': async (page, { origin }) => {
    await page.context().clearCookies()
    await page.goto(`${origin}/login/challenge`, { referer: `${origin}/login` })
  },
  unavailable: at('/login?error=upstream_unavailable'),
  'signed in elsewhere': async (page, app) => {
    await waiting(bob, 'sms')(page, app)
    await page.locator('.okta-oob-code').fill(newest(app.okta, bob).code ?? '')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/me$/)
    await page.goto(`${app.origin}/login/challenge`)
  },
  'signed in already': async (page, app) => {
    await waiting(bob, 'sms')(page, app)
    await page.locator('.okta-oob-code').fill(newest(app.okta, bob).code ?? '')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/me$/)
    await page.goto(`${app.origin}/login`)
  },
}
