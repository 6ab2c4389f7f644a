import { needsChromium, visitor } from '../support/chromium.ts'
import { startOnPage, startPages } from '../support/pages.ts'
import { newest } from '../support/stand-in.ts'

describe('A host that redirects addresses with a slash at the end', function () {
  this.timeout(60_000)

  before(function () {
    needsChromium(this)
  })

  for (const status of [301, 302]) {
    for (const javaScriptEnabled of [true, false]) {
      const how = javaScriptEnabled ? 'with' : 'without'
      it(`by ${status} has users sign in ${how} JavaScript, also after a mistake`, async () => {
        const { origin, okta } = await startPages({
          before: (app) => {
            app.use(({ path, url }, res, next) => {
              if (path.length > 1 && path.endsWith('/')) {
                res.redirect(status, path.slice(0, -1) + url.slice(path.length))
              } else {
                next()
              }
            })
          },
        })
        const page = await visitor({ javaScriptEnabled })
        await page.goto(`${origin}/login/`)
        await page.locator('[name=username]').fill('\u200B')
        await page.locator('main button').click()
        await page.getByText('Enter your username.').waitFor()
        await startOnPage(page, page.url(), 'alice@example.com', 'sms')
        await page.getByRole('button', { name: 'Cancel' }).click()
        await page.getByRole('heading', { name: 'Sign in' }).waitFor()
        await startOnPage(page, page.url(), 'alice@example.com', 'sms')
        await page.getByLabel('Code from the text message').fill(newest(okta).code ?? '')
        await page.getByRole('button', { name: 'Continue' }).click()
        await page.waitForURL(`${origin}/me`)
      })
    }
  }
})
