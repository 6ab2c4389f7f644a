import { expect } from 'chai'
import { stopClock } from '../support/clock.ts'
import { approve, codeOf, shareStandIn, wrongCodeOf } from '../support/flow.ts'
import { startPagesOn } from './pages-app.ts'
import { hosts, parsingHosts, type Host } from './servers.ts'

const alice = 'alice@example.com'
const html = { accept: 'text/html' }

/** Everything that `okta.routes()` does, in one host. */
function describePages(host: Host, shared: ReturnType<typeof shareStandIn>): void {
  for (const slash of ['', '/']) {
    it(`sign in by a code, from the page at login${slash}`, async () => {
      const { okta } = shared
      const { login, forms, user } = await startPagesOn(host, okta)

      const start = await forms.open(login + slash)
      expect(start.status).to.equal(200)
      expect(start.headers.get('content-type')).to.equal('text/html; charset=utf-8')
      expect(start.headers.get('cache-control')).to.equal('no-store')
      const challenge = await forms.submit('', { username: alice, channel: 'sms' })
      expect(challenge.status).to.equal(200)
      expect(forms.path).to.equal(`${login}/challenge`)
      const again = await forms.submit('complete', { code: wrongCodeOf(okta) })
      expect(forms.path).to.equal(`${login}/challenge?error=incorrect_code`)
      expect(again.text).to.include('aria-invalid="true"')
      expect(await user()).to.equal(undefined)
      const done = await forms.submit('complete', { code: codeOf(okta) })
      expect(forms.path).to.equal(login.replace('/login', '/me'))
      expect(done.json.preferred_username).to.equal(alice)
    })
  }

  it('sign in by a push that a script polls', async () => {
    const clock = stopClock()
    const { okta } = shared
    const { login, browser, user } = await startPagesOn(host, okta)
    const started = await browser.postJson(login, { username: alice, channel: 'push' })
    expect(started.json).to.include({ status: 'challenge' })

    const pending = await browser.postJson(`${login}/complete`)
    expect(pending.status).to.equal(200)
    expect(pending.json).to.include({ status: 'pending', retryAfter: 5 })
    approve(okta, started.json.challenge)
    clock.tick(5000)
    const done = await browser.postJson(`${login}/complete`)

    expect(done.json.status).to.equal('complete')
    expect(await user()).to.equal(alice)
  })

  it('cancel', async () => {
    const { login, forms, browser } = await startPagesOn(host, shared.okta)
    await forms.open(login)
    await forms.submit('', { username: alice, channel: 'sms' })

    const page = await forms.submit('cancel')

    expect(forms.path).to.equal(`${login}/`)
    expect(page.text).to.include(`value="${alice}"`)
    const none = await browser.get(`${login}/challenge`, { accept: 'application/json' })
    expect(none.status).to.equal(403)
    expect(none.json.error.code).to.equal('no_challenge')
  })

  it('send again through another channel', async () => {
    const { okta } = shared
    const { login, forms, user } = await startPagesOn(host, okta)
    await forms.open(login)
    await forms.submit('', { username: alice, channel: 'sms' })

    const call = await forms.submit('resend', { channel: 'voice' })
    expect(forms.path).to.equal(`${login}/challenge`)
    expect(call.text).to.include('Code from the call')
    await forms.submit('complete', { code: codeOf(okta) })

    expect(await user()).to.equal(alice)
  })

  it('bring their stylesheets and scripts', async () => {
    const { login, forms, browser } = await startPagesOn(host, shared.okta)
    await forms.open(login)

    const assets = forms.assets()
    expect(assets).to.have.lengthOf(4)
    for (const path of assets) {
      const { status, headers, text } = await browser.get(path)
      expect(status, path).to.equal(200)
      const type = path.endsWith('.css') ? /^text\/css\b/ : /^(text|application)\/javascript\b/
      expect(headers.get('content-type'), path).to.match(type)
      expect(text, path).to.have.length.above(100)
    }
    expect((await browser.get(`${login}/assets/0/nothing.css`)).status).to.equal(404)
  })

  it('leave other paths to the host', async () => {
    const { login, browser } = await startPagesOn(host, shared.okta)

    const answers = [
      await browser.get(`${login}/nothing`, html),
      await browser.post(`${login}/nothing`, { username: alice }),
      await browser.postJson(`${login}/complete/more`, { code: '123456' }),
      await browser.get(`${login}2`),
    ]

    expect(answers.map(({ status }) => status)).to.deep.equal([404, 404, 404, 404])
  })

  it('leave the body of a route of the host’s own to the host', async () => {
    const { login, browser } = await startPagesOn(host, shared.okta)

    const { status, json } = await browser.postJson(`${login}/help`, { topic: 'push' })

    expect(status).to.equal(200)
    expect(json).to.deep.equal({ topic: 'push' })
  })

  it('answer HEAD as GET, without a body', async () => {
    const { login, browser } = await startPagesOn(host, shared.okta)

    const { status, headers, text } = await browser.send(login, { method: 'HEAD', headers: html })

    expect(status).to.equal(200)
    expect(headers.get('content-type')).to.equal('text/html; charset=utf-8')
    expect(text).to.equal('')
  })

  it('count the starts of one address', async () => {
    const { login, browser } = await startPagesOn(host, shared.okta, {
      limits: { starts: { points: 1, duration: 600 } },
    })
    await browser.postJson(login, { username: alice, channel: 'sms' })

    const second = await browser.postJson(login, { username: 'bob@example.com', channel: 'sms' })

    expect(second.status).to.equal(429)
    expect(second.json.error.code).to.equal('rate_limited')
  })

  it('say that the sign-in is not available while Okta is down', async () => {
    const { login, forms, browser } = await startPagesOn(host, shared.okta, {
      fetch: () => Promise.reject(new TypeError('down')),
    })
    await forms.open(login)

    const page = await forms.submit('', { username: alice, channel: 'sms' })
    expect(page.status).to.equal(503)
    expect(page.headers.get('retry-after')).to.match(/^\d+$/)
    expect(page.text).to.include('<title>Error: Sign-in is not available right now</title>')
    const { status, json } = await browser.postJson(login, { username: alice, channel: 'sms' })
    expect(status).to.equal(503)
    expect(json.error.code).to.equal('upstream_unavailable')
  })

  it('leave what is wrong with the app to the host’s error handler', async () => {
    const { login, browser } = await startPagesOn(host, shared.okta, { clientSecret: 'wrong' })
    expect((await browser.get(login, html)).status).to.equal(200)

    const { status } = await browser.post(login, { username: alice, channel: 'sms' })

    expect(status).to.equal(500)
  })

  it('leave a body that is not what it says to the host’s error handler', async () => {
    const { login, browser } = await startPagesOn(host, shared.okta)
    expect((await browser.get(login, html)).status).to.equal(200)
    const headers = { 'content-type': 'application/json' }

    const { status } = await browser.send(login, { method: 'POST', body: '{', headers })

    expect(status).to.equal(400)
  })
}

describe('The sign-in pages, mounted without a body parser', function () {
  this.timeout(10_000)
  const shared = shareStandIn()
  for (const [name, host] of Object.entries(hosts)) {
    describe(`in ${name}`, () => {
      describePages(host, shared)
    })
  }
})

describe('The sign-in pages, mounted behind a body parser', function () {
  this.timeout(10_000)
  const shared = shareStandIn()
  for (const [name, host] of Object.entries(parsingHosts)) {
    describe(`in ${name}`, () => {
      describePages(host, shared)
    })
  }
})
