import { expect } from 'chai'
import { html, OktaOobStrategy, type Frame, type Html, type RoutesOptions } from 'passport-okta-oob'
import { needsChromium, visitor } from '../support/chromium.ts'
import { startOnPage, startPages } from '../support/pages.ts'
import { clientOf, newest } from '../support/stand-in.ts'

const alice = 'alice@example.com'

describe('The options of the sign-in pages', () => {
  const okta = () => new OktaOobStrategy(clientOf('https://example.okta.com'))

  const wrong: [string, unknown][] = [
    ['successRedirect', { successRedirect: 1 }],
    ['successRedirect', { successRedirect: '' }],
    ['channels', { channels: [] }],
    ['channels', { channels: ['email'] }],
    ['channels', { channels: 'push' }],
    ['brand', { brand: 'Example' }],
    ['brand.colour', { brand: { colour: 'red' } }],
    ['brand.logo', { brand: { logo: 1 } }],
    ['brand.colors', { brand: { colors: 'red' } }],
    ['brand.colors.accents', { brand: { colors: { accents: 'red' } } }],
    ['brand.colors.accent', { brand: { colors: { accent: 'red; } body { display: none' } } }],
    ['brand.colors.accent', { brand: { colors: { accent: 'url(https://evil.example)' } } }],
    ['brand.colors.accent', { brand: { colors: { accent: { light: 'red' } } } }],
    ['brand.colors.accent', { brand: { colors: { accent: null } } }],
    ['messages', { messages: 'en' }],
    ['messages', { messages: { 'not a language': {} } }],
    ['messages', { messages: { en: { signin: 'x' } } }],
    ['messages', { messages: { en: { signIn: 1 } } }],
    ['messages', { messages: { en: null } }],
    ['language', { language: 1 }],
    ['layout', { layout: 'page' }],
    ['render', { render: 'page' }],
    ['render', { render: { login: () => '' } }],
    ['render', { render: { signIn: 'x' } }],
    ['contentSecurityPolicy', { contentSecurityPolicy: true }],
    ['onError', { onError: 'log' }],
    ['successRedirects', { successRedirects: '/' }],
    ['options', null],
  ]
  for (const [name, options] of wrong) {
    it(`name the one that is wrong: ${JSON.stringify(options)}`, () => {
      const make = () => okta().routes(options as RoutesOptions)
      expect(make).to.throw(TypeError, `passport-okta-oob: option "${name}"`)
    })
  }

  it('take colours as CSS writes them', () => {
    for (const accent of ['red', '#abc', '#aabbccdd', 'rgb(1 2 3 / 50%)', 'oklch(0.5 0.1 200)']) {
      expect(() => okta().routes({ brand: { colors: { accent } } })).to.not.throw()
    }
  })

  it('brand: name, logo, colours and a stylesheet reach every page', async function () {
    needsChromium(this)
    const logo = '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="24"/>'
    const { origin } = await startPages({
      routes: {
        brand: {
          name: 'Acme & Co.',
          logo: '/logo.svg',
          colors: { accent: '#8a1c4a', card: { light: 'white', dark: 'rgb(10, 20, 30)' } },
          stylesheet: '/acme.css',
        },
      },
      before: (app) => {
        app.get('/logo.svg', (_req, res) => {
          res.type('svg').send(logo)
        })
        app.get('/acme.css', (_req, res) => {
          res.type('css').send('.okta-oob h1 { font-size: 40px }')
        })
      },
    })
    const page = await visitor({ colorScheme: 'dark' })
    await startOnPage(page, `${origin}/login`, alice, 'sms')
    expect(await page.title()).to.equal('Check your phone – Acme & Co.')
    await page.getByRole('img', { name: 'Acme & Co.' }).waitFor()
    expect(await page.evaluate<number>(`document.images[0].naturalWidth`)).to.equal(80)
    const style = (selector: string, property: string) =>
      page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).${property}`)
    expect(await style('main button', 'backgroundColor')).to.equal('rgb(138, 28, 74)')
    expect(await style('.okta-oob-card', 'backgroundColor')).to.equal('rgb(10, 20, 30)')
    expect(await style('h1', 'fontSize')).to.equal('40px')
  })

  it('channels: offers these, in this order, and says how another way is called', async () => {
    const { browser } = await startPages({ routes: { channels: ['sms', 'push'] } })
    const user = browser()
    const offered = (text: string) =>
      [...text.matchAll(/name="channel"\s+value="(\w+)"/g)].map(([, channel]) => channel)
    expect(offered((await user.get('/login')).text)).to.deep.equal(['sms', 'push'])
    await user.post('/login', { username: alice, channel: 'sms' })
    expect(offered((await user.get('/login/challenge')).text)).to.deep.equal(['push'])

    const only = await startPages({ routes: { channels: ['email'] } })
    const { text } = await only.browser().get('/login')
    expect(text).to.match(/type="hidden" name="channel" value="email"/)
    expect(text).to.not.include('fieldset')
  })

  it('layout: the app’s own page around every content', async function () {
    needsChromium(this)
    const layout = async (content: Html, { language, direction, title, head, view }: Frame) =>
      html`<!doctype html>
        <html lang="${language}" dir="${direction}">
          <head>
            <title>${title} at Acme</title>
            ${head}
          </head>
          <body>
            <nav>Acme: ${view.screen}</nav>
            ${content}
          </body>
        </html>`
    const { origin, okta: org } = await startPages({ routes: { layout } })
    const page = await visitor()
    await startOnPage(page, `${origin}/login`, alice, 'sms')
    expect(await page.title()).to.equal('Check your phone at Acme')
    expect(await page.getByRole('navigation').innerText()).to.include('Acme: ')
    await page.getByLabel('Code from the text message').fill(newest(org).code ?? '')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/me$/)
  })

  it('render: single screens from their view model, which is plain data', async () => {
    const models: object[] = []
    const { browser } = await startPages({
      routes: {
        render: {
          signIn: ({ ways, addresses, fields, username = '' }) =>
            html`<form
              action="${addresses.start}"
              data-ways="${ways.map(({ name }) => name).join()}"
            >
              <input name="${fields.username}" value="${username}" />
            </form>`,
          number: async (view) => {
            models.push(view)
            return `<b>Pick ${view.challenge.bindingCode}</b>`
          },
          denied: ({ text, next }) =>
            html`<p>${text} <a href="${next.address}">${next.text}</a></p>`,
        },
      },
    })
    const user = browser()
    await user.post('/login', { username: '<alice>', channel: 'sms' })
    const start = await user.get('/login')
    expect(start.text).to.include('data-ways="Okta Verify,Text message,Phone call,Email"')
    expect(start.text).to.include('value="&lt;alice&gt;"').and.include('<main')
    await user.post('/login', { username: alice, channel: 'push' })
    const number = await user.get('/login/challenge')
    expect(number.text).to.match(/<b>Pick \d\d<\/b>/)
    expect(models).to.deep.equal(structuredClone(models))
    await user.post('/login/cancel')
    const denied = await user.get('/login?error=challenge_denied')
    expect(denied.text).to.match(/<a href=".\/login">Start again<\/a>/)
  })

  it('what the app’s own functions throw goes to its error handler', async () => {
    const fail = () => {
      throw new Error('no template')
    }
    for (const routes of [{ layout: fail }, { render: { signIn: fail } }]) {
      const { browser } = await startPages({
        routes,
        after: (app) => {
          app.use(((error: Error, _req, res, _next) => {
            res.status(500).json({ message: error.message })
          }) as import('express').ErrorRequestHandler)
        },
      })
      expect((await browser().get('/login')).json).to.deep.equal({ message: 'no template' })
    }
  })
})
