import { expect } from 'chai'
import express from 'express'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { needsChromium, visitor } from '../support/chromium.ts'
import { startOnPage, startPages, type PagesApp } from '../support/pages.ts'
import { whenOver } from '../support/resources.ts'
import { newest } from '../support/stand-in.ts'

const alice = 'alice@example.com'

describe('The sign-in pages, wherever they are mounted', function () {
  this.timeout(60_000)

  before(function () {
    needsChromium(this)
  })

  /** A wrong code and a right one, in a browser. */
  const signIn = async (address: string, okta: PagesApp['okta'], javaScriptEnabled: boolean) => {
    const page = await visitor({ javaScriptEnabled })
    const lost: string[] = []
    page.on('response', (response) => {
      if (response.status() === 404 && !response.url().endsWith('/favicon.ico')) {
        lost.push(response.url())
      }
    })
    if (javaScriptEnabled) {
      await startOnPage(page, address, alice, 'sms')
    } else {
      await page.goto(address)
      await page.locator('[name=username]').fill(alice)
      await page.getByLabel('Text message').check()
      await page.locator('main button').click()
    }
    const code = newest(okta).code ?? ''
    for (const typed of [code === '000000' ? '000001' : '000000', code]) {
      await page.getByLabel('Code from the text message').fill(typed)
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.locator('[role=alert]').or(page.locator('pre')).waitFor()
    }
    await page.waitForURL(/\/me$/)
    expect(await page.innerText('body')).to.include(alice)
    expect(lost).to.deep.equal([])
  }

  const places: [string, string][] = [
    ['/login', '/login'],
    ['/login', '/login/'],
    ['/login', '/login?returnTo=%2Fme'],
    ['/', '/'],
    ['/a/b-c/sign%20in', '/a/b-c/sign%20in'],
    ['/tenants/:tenant/login', '/tenants/acme/login/'],
  ]
  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with the script' : 'without JavaScript'

    for (const [mount, path] of places) {
      it(`sign in at ${path}, mounted at ${mount}, ${how}`, async () => {
        const { origin, okta } = await startPages({ mount })
        await signIn(origin + path, okta, javaScriptEnabled)
      })
    }

    it(`sign in behind a proxy that takes away a part of the path, ${how}`, async () => {
      const { origin, okta } = await startPages({ routes: { successRedirect: '/portal/me' } })
      const proxy = await startProxy('/portal', origin)
      await signIn(`${proxy}/portal/login`, okta, javaScriptEnabled)
    })
  }

  it('bring what they need, and tolerate that the app has it too', async () => {
    const { origin, okta, browser } = await startPages({
      before: (app) => {
        app.set('trust proxy', true)
        app.set('etag', false)
        app.set('query parser', 'simple')
        app.enable('strict routing')
        app.enable('case sensitive routing')
        app.use(express.json(), express.urlencoded({ extended: true }), express.text())
      },
    })
    await signIn(`${origin}/login`, okta, true)
    const user = browser()
    const started = await user.postJson('/login', { username: alice, channel: 'sms' })
    expect(started.json.status).to.equal('challenge')
    const done = await user.postJson('/login/complete', { code: newest(okta).code })
    expect(done.json).to.deep.equal({ status: 'complete', redirectTo: '/me' })
  })

  it('go back to the page that sent the user, on this site only', async () => {
    const { browser, okta } = await startPages()
    const user = browser()
    const page = await user.get('/login?returnTo=/orders%3Fid=1')
    expect(page.text).to.match(/name="returnTo"\s+value="\/orders\?id=1"/)
    for (const other of ['//evil.example', 'https://evil.example/', '/\\evil.example']) {
      const { text } = await user.get(`/login?returnTo=${encodeURIComponent(other)}`)
      expect(text).to.not.include('evil.example')
    }

    // It outlives a mistake.
    const fields = { username: '', channel: 'sms', returnTo: '/orders?id=1' }
    const mistake = await user.post('/login', fields)
    const refused = new URL(mistake.location ?? '', 'https://app.example/')
    const again = await user.get(refused.pathname + refused.search)
    expect(again.text).to.match(/name="returnTo"\s+value="\/orders\?id=1"/)
    await user.post('/login', { username: alice, channel: 'sms', returnTo: '/orders?id=1' })
    const done = await user.post('/login/complete', { code: newest(okta).code ?? '' })
    expect(done.location).to.equal('/orders?id=1')
  })
})

/** A reverse proxy that shows an app below a path which the app knows nothing of. */
async function startProxy(prefix: string, target: string): Promise<string> {
  const forward = (req: IncomingMessage, res: ServerResponse) => {
    const { method = '', headers, url = '' } = req
    if (!url.startsWith(`${prefix}/`)) {
      res.writeHead(404).end()
      return
    }
    const onward = request(target + url.slice(prefix.length), { method, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(res)
    })
    req.pipe(onward)
  }
  const server = createServer(forward).listen(0)
  await once(server, 'listening')
  whenOver(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://localhost:${(server.address() as AddressInfo).port}`
}
