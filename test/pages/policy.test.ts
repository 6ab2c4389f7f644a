import { expect } from 'chai'
import helmet from 'helmet'
import { messages } from 'passport-okta-oob'
import type { Page } from 'playwright-core'
import { needsChromium, visitor } from '../support/chromium.ts'
import { startOnPage, startPages, type PagesApp } from '../support/pages.ts'
import { newest } from '../support/stand-in.ts'
import { blockedByPolicy } from '../support/violations.ts'

const strict =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

const alice = 'alice@example.com'
const bob = 'bob@example.com'
const colors = { accent: { light: '#8a1c4a', dark: '#ffb0cb' } }

describe('The content security policy of the sign-in pages', function () {
  this.timeout(60_000)

  /** What the browser has blocked, as it says itself. */
  const watch = (page: Page): string[] => {
    const blocked: string[] = []
    page.on('console', (message) => {
      if (/Content.Security.Policy|violates|Refused to/i.test(message.text())) {
        blocked.push(message.text())
      }
    })
    page.on('pageerror', (error) => blocked.push(error.message))
    return blocked
  }

  /** Errors, a code, another way, a push, and the way out of it. */
  const walk = async (page: Page, { origin, okta }: PagesApp, hasScript: boolean) => {
    await page.goto(`${origin}/login?error=access_denied`)
    await page.goto(`${origin}/login?error=challenge_expired`)
    if (hasScript) {
      await startOnPage(page, `${origin}/login`, bob, 'push')
    } else {
      await page.goto(`${origin}/login`)
      await page.locator('[name=username]').fill(bob)
      await page.locator('main button').click()
    }
    await page.getByRole('button', { name: 'Text message' }).click()
    const code = page.getByLabel('Code from the text message')
    await code.waitFor()
    await code.fill(newest(okta, bob).code ?? '')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.waitForURL(/\/me$/)
    expect(await page.innerText('body')).to.include(bob)
  }

  it('is the strictest there is, on every page', async () => {
    const { browser } = await startPages({ routes: { brand: { name: 'Example', colors } } })
    const user = browser()
    await user.post('/login', { username: alice, channel: 'sms' })
    for (const path of ['', '?error=access_denied', '?error=challenge_denied', '/challenge']) {
      const { headers, status } = await user.get(`/login${path}`)
      expect(status).to.equal(200)
      expect(headers.get('content-security-policy')).to.equal(strict)
      expect(headers.get('cache-control')).to.equal('no-store')
    }
  })

  const brands = {
    'https://cdn.example.com/logo.svg': ' https://cdn.example.com',
    '//cdn.example.com/logo.svg': ' https://cdn.example.com',
    'data:image/svg+xml,<svg/>': ' data:',
    '/logo.svg': '',
    'logo.svg': '',
  }
  for (const [logo, source] of Object.entries(brands)) {
    it(`names the other origins that the options name, and no more: a logo at ${logo}`, async () => {
      const { browser } = await startPages({
        routes: {
          successRedirect: 'https://app.example.com/home',
          brand: { logo, stylesheet: 'https://css.example.com/a.css' },
        },
      })
      const policy = (await browser().get('/login')).headers.get('content-security-policy')
      expect(policy).to.equal(
        strict
          .replace("img-src 'self'", `img-src 'self'${source}`)
          .replace("style-src 'self'", "style-src 'self' https://css.example.com")
          .replace("form-action 'self'", "form-action 'self' https://app.example.com"),
      )
    })
  }

  it('is the app’s own, or none, when the app says so', async () => {
    const own = await startPages({ routes: { contentSecurityPolicy: "default-src 'self'" } })
    const sent = (await own.browser().get('/login')).headers.get('content-security-policy')
    expect(sent).to.equal("default-src 'self'")
    const none = await startPages({ routes: { contentSecurityPolicy: false } })
    expect((await none.browser().get('/login')).headers.get('content-security-policy')).to.equal(
      null,
    )
  })

  it('is obeyed: no page has a script, a style or a handler in it', async () => {
    const { browser } = await startPages({ routes: { brand: { name: 'Example', colors } } })
    const user = browser()
    const errors = Object.keys(messages.en).filter((key) => key.includes('_'))
    const paths = errors.flatMap((code) => [`?error=${code}`, `/challenge?error=${code}`])
    for (const channel of ['push', 'sms', 'voice', 'email']) {
      await user.post('/login', { username: alice, channel })
      for (const path of ['', '/challenge', ...paths]) {
        const { text } = await user.get(`/login${path}`)
        expect(text, path).to.not.match(/<style|\sstyle=|\son\w+=|javascript:|http-equiv/i)
        expect(text.match(/<script[^>]*>[^<]/g), path).to.equal(null)
      }
    }
  })

  it('is enforced, and what it stops does not go unnoticed by any of these tests', async function () {
    needsChromium(this)
    const { origin } = await startPages()
    const page = await visitor()
    await page.goto(`${origin}/login`)
    const stopped = page.waitForEvent('console')
    await page.evaluate(`document.body.append(document.createElement('style'))
      document.querySelector('body > style').textContent = 'main { display: none }'`)
    await stopped
    expect(blockedByPolicy().join()).to.include(`${origin}/login`)
    expect(await page.getByRole('main').isVisible()).to.equal(true)
  })

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with the script' : 'without JavaScript'

    it(`lets a whole sign-in through, ${how}`, async function () {
      needsChromium(this)
      const app = await startPages({ routes: { brand: { name: 'Example', colors } } })
      const page = await visitor({ javaScriptEnabled })
      const blocked = watch(page)
      await walk(page, app, javaScriptEnabled)
      expect(blocked).to.deep.equal([])
    })

    it(`helmet’s defaults let a whole sign-in through, ${how}`, async function () {
      needsChromium(this)
      const app = await startPages({
        routes: { contentSecurityPolicy: false },
        before: (express) => {
          // Its `upgrade-insecure-requests` is for apps with https.
          const directives = { 'upgrade-insecure-requests': null }
          express.use(helmet({ contentSecurityPolicy: { directives } }))
        },
      })
      const page = await visitor({ javaScriptEnabled })
      const origins = new Set<string | undefined>()
      page.on('request', async (request) => {
        if (request.method() === 'POST') {
          origins.add((await request.allHeaders())['origin'])
        }
      })
      const blocked = watch(page)
      await walk(page, app, javaScriptEnabled)
      expect(blocked).to.deep.equal([])
      // Under helmet's `no-referrer` it would be `null`: the pages have a policy of their own.
      expect(origins).to.deep.equal(new Set([app.origin]))
    })
  }
})
