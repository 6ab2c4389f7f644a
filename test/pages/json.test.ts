import { expect } from 'chai'
import type { ErrorRequestHandler } from 'express'
import { promisify } from 'node:util'
import { LimiterStore } from '../support/limiter-store.ts'
import { startPages } from '../support/pages.ts'
import { newest } from '../support/stand-in.ts'

const alice = 'alice@example.com'
const json = { accept: 'application/json' }

describe('The sign-in pages for a script', () => {
  it('answer as the handlers do', async () => {
    const { browser, okta } = await startPages()
    const user = browser()
    const start = await user.get('/login', json)
    expect(start.json).to.deep.equal({
      status: 'start',
      channels: ['push', 'sms', 'voice', 'email'],
    })
    const none = await user.get('/login/challenge', json)
    expect(none.status).to.equal(403)
    expect(none.json.error.code).to.equal('no_challenge')

    const started = await user.postJson('/login', { username: alice, channel: 'push' })
    expect(started.json.status).to.equal('challenge')
    const pending = await user.post('/login/complete', {}, json)
    expect(pending.json.status).to.equal('pending')
    expect(pending.json.retryAfter).to.be.above(0)
    const resent = await user.postJson('/login/resend', { channel: 'sms' })
    expect(resent.json.challenge.channel).to.equal('sms')
    const shown = await user.get('/login/challenge', json)
    expect(shown.json).to.deep.equal(resent.json)

    const wrong = await user.postJson('/login/complete', { code: '12' })
    expect(wrong.status).to.equal(400)
    expect(wrong.json.error).to.include({ code: 'code_invalid' }).and.have.property('challenge')
    const done = await user.postJson('/login/complete', { code: newest(okta).code })
    expect(done.json).to.deep.equal({ status: 'complete', redirectTo: '/me' })
    expect((await user.get('/me')).json.preferred_username).to.equal(alice)
    expect((await user.postJson('/login/cancel')).json).to.deep.equal({ status: 'cancelled' })
  })

  it('answer with the fields and channels that the strategy’s options name', async () => {
    const { browser, okta } = await startPages({
      strategy: { usernameField: 'login', channelField: 'way', codeField: 'proof' },
    })
    const user = browser()
    const { text } = await user.get('/login')
    expect(text).to.include('name="login"').and.include('name="way"')
    await user.post('/login', { login: alice, way: 'sms' })
    expect((await user.get('/login/challenge')).text).to.include('name="proof"')
    const done = await user.post('/login/complete', { proof: newest(okta).code ?? '' })
    expect(done.location).to.equal('/me')
  })
})

describe('The sign-in pages when something is down', () => {
  const report: ErrorRequestHandler = (error: { code?: string }, _req, res, _next) => {
    res.status(500).json({ reported: error.code })
  }

  it('say so with the status that fits, and show a way to go on', async () => {
    let isDown = false
    const { browser, okta } = await startPages({
      strategy: {
        fetch: (url, init) => (isDown ? Promise.reject(new TypeError('down')) : fetch(url, init)),
      },
    })
    const user = browser()
    await user.post('/login', { username: alice, channel: 'sms' })
    const { code = '' } = newest(okta)
    isDown = true

    const failed = await user.post('/login/complete', { code })
    expect(failed.status).to.equal(503)
    expect(failed.headers.get('content-security-policy')).to.include("default-src 'none'")
    expect(failed.text).to.include('<title>Error: Sign-in is not available right now</title>')
    expect(failed.text).to.match(/<a class="okta-oob-button" href=".\/challenge">Try again<\/a>/)
    // The challenge has survived.
    expect((await user.get('/login/challenge')).text).to.include('name="code"')

    const start = await user.post('/login', { username: alice, channel: 'sms' })
    expect(start.status).to.equal(503)
    expect(start.text).to.match(/href=".\/login">Try again<\/a>/)

    const asJson = await user.postJson('/login/complete', { code })
    expect(asJson.status).to.equal(503)
    expect(asJson.json.status).to.equal('failed')
    expect(asJson.json.error.code).to.equal('upstream_unavailable')
  })

  it('leave what is wrong with the app itself to the app', async () => {
    const { browser } = await startPages({
      strategy: { clientSecret: 'wrong' },
      after: (app) => {
        app.use(report)
      },
    })
    const answer = await browser().post('/login', { username: alice, channel: 'sms' })
    expect(answer.json).to.deep.equal({ reported: 'configuration_error' })
    const broken = await browser().send('/login', {
      method: 'POST',
      body: '{',
      headers: { 'content-type': 'application/json' },
    })
    expect(broken.status).to.equal(500)
  })

  it('remember the username after an end, and never put it into an address', async () => {
    const { browser } = await startPages()
    const user = browser()
    const started = await user.post('/login', { username: alice, channel: 'voice' })
    expect(started.location).to.equal('./login/challenge')
    expect((await user.post('/login/cancel')).location).to.equal('./')
    const { text } = await user.get('/login')
    expect(text).to.include(`value="${alice}"`)
    expect(text).to.match(/value="voice"\s+checked/)

    await user.post('/login', { username: 'nobody@example.com', channel: 'sms' })
    expect((await user.get('/login')).text).to.include('value="nobody@example.com"')
  })

  it('remember nothing of a start that was refused, and show who it is that waits', async () => {
    const { browser, store } = await startPages({
      strategy: { limits: { starts: { points: 1, duration: 600 } } },
    })
    const user = browser()
    await user.post('/login', { username: alice, channel: 'sms' })
    for (const channel of ['pigeon', 'sms']) {
      const refused = await user.post('/login', { username: 'mallory@example.com', channel })
      expect(refused.location).to.match(/\?error=(channel_not_allowed|rate_limited&wait=600)$/)
      const stranger = await browser().post('/login', { username: 'mallory@example.com', channel })
      expect(stranger.headers.get('set-cookie')).to.equal(null)
    }

    expect((await user.get('/login/challenge')).text).to.include(`<bdi>${alice}</bdi>`)
    const sessions = await promisify(store.all.bind(store))()
    expect(Object.keys(sessions ?? {})).to.have.length(1)
  })

  it('tell that the limits are down, where the sessions are down with them', async () => {
    const limits = new LimiterStore()
    limits.health = 0
    const { browser, store } = await startPages({
      strategy: { limits: { limiter: limits.limiter } },
    })
    store.set = (_id, _session, done) => done?.(new Error('the store is closed'))

    const answer = await browser().postJson('/login', { username: alice, channel: 'sms' })

    expect(answer.status).to.equal(503)
    expect(answer.json.error.code).to.equal('limiter_unavailable')
    expect(answer.headers.get('retry-after')).to.equal('5')
  })

  it('show nothing of an error or a notice that they do not know', async () => {
    const { browser } = await startPages()
    const user = browser()
    await user.post('/login', { username: alice, channel: 'sms' })
    for (const name of ['constructor', '__proto__', 'toString', 'nonsense']) {
      const start = await user.get(`/login?error=${name}`)
      const waiting = await user.get(`/login/challenge?error=${name}&notice=${name}`)
      expect([start.status, waiting.status], name).to.deep.equal([200, 200])
      expect(start.text + waiting.text, name).to.not.match(/function|native code|\[object/)
    }
  })

  it('remember nothing that another site has posted', async () => {
    const { browser } = await startPages()
    const user = browser()
    const fields = { username: 'mallory@example.com', channel: 'sms' }
    const answer = await user.post('/login', fields, { 'sec-fetch-site': 'cross-site' })
    expect(answer.location).to.equal('./login?error=cross_site_request')
    expect(answer.headers.get('set-cookie')).to.equal(null)
    const { text } = await user.get('/login/?error=cross_site_request')
    expect(text).to.include('please sign in on this page')
    expect(text).to.not.include('mallory')
  })
})
