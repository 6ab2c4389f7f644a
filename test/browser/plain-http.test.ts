import { expect } from 'chai'
import helmet from 'helmet'
import { needsChromium, visitor } from '../support/chromium.ts'
import { startOnPage, startPages } from '../support/pages.ts'
import { newest } from '../support/stand-in.ts'

describe('Plain http on a host of the network, under helmet', function () {
  this.timeout(60_000)

  before(function () {
    needsChromium(this)
  })

  for (const javaScriptEnabled of [true, false]) {
    it(`signs in ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
      const sites: (string | undefined)[] = []
      const { origin, okta } = await startPages({
        before: (app) => {
          app.use(helmet(), (req, _res, next) => {
            sites.push(req.headers['sec-fetch-site'])
            next()
          })
        },
      })
      const { port } = new URL(origin)
      const here = `http://app.example.test:${port}`
      const page = await visitor({ javaScriptEnabled })
      await startOnPage(page, `${here}/login`, 'alice@example.com', 'sms')
      await page.getByLabel('Code from the text message').fill(newest(okta).code ?? '')
      await page.getByRole('button', { name: 'Continue' }).click()

      await page.waitForURL(`${here}/me`)
      expect(await page.innerText('body')).to.include('alice@example.com')
      // A browser says where a request comes from to hosts that it trusts only.
      expect(new Set(sites)).to.deep.equal(new Set([undefined]))
    })
  }
})
