import { expect } from 'chai'
import { OktaOobStrategy, type OktaOobStrategyOptions } from 'passport-okta-oob'
import { Browser } from '../support/browser.ts'
import { stopClock } from '../support/clock.ts'
import { approve, codeOf, shareStandIn, wrongCodeOf } from '../support/flow.ts'
import { OktaCalls } from '../support/okta-calls.ts'
import { clientOf } from '../support/stand-in.ts'
import { passportHosts, type StartPassport } from './passport-hosts.ts'

const alice = 'alice@example.com'
const texted = { username: alice, channel: 'sms' }

function describeAuthenticate(
  start: StartPassport,
  shared: ReturnType<typeof shareStandIn>,
  keepsOnServer: boolean,
): void {
  async function begin(options: OktaOobStrategyOptions = {}): Promise<Browser> {
    const okta = new OktaOobStrategy({
      ...clientOf(shared.okta.issuer),
      // One of them keeps the session in a cookie.
      clientSideSessions: 'allow',
      ...options,
    })
    return new Browser(await start({ okta }))
  }

  it('signs in by a code, through a callback', async () => {
    const { okta } = shared
    const browser = await begin()

    const started = await browser.postJson('/login', texted)
    expect(started.status).to.equal(401)
    expect(started.json).to.containSubset({
      code: 'challenge_started',
      challenge: { channel: 'sms' },
    })
    const wrong = await browser.postJson('/login', { code: wrongCodeOf(okta) })
    expect(wrong.status).to.equal(401)
    expect(wrong.json.code).to.equal('incorrect_code')
    const done = await browser.postJson('/login', { code: codeOf(okta) })
    expect(done.status).to.equal(200)
    expect(done.json.user.preferred_username).to.equal(alice)
    const { json } = await browser.get('/me')
    expect(json.user.preferred_username).to.equal(alice)
  })

  it('signs in by a code, through redirects', async () => {
    const { okta } = shared
    const browser = await begin()

    const started = await browser.post('/form', texted)
    expect(started.status).to.equal(303)
    expect(started.location).to.equal('/challenge-page')
    const wrong = await browser.post('/form', { code: wrongCodeOf(okta) })
    expect(wrong.status).to.equal(302)
    expect(wrong.location).to.equal('/login-page')
    const done = await browser.post('/form', { code: codeOf(okta) })
    expect(done.status).to.equal(302)
    expect(done.location).to.equal('/welcome')
    const { json } = await browser.get('/me')
    expect(json.user.preferred_username).to.equal(alice)
  })

  it('signs in by a push: pending, and approved an interval later', async () => {
    const clock = stopClock()
    const browser = await begin()
    const { json: started } = await browser.postJson('/login', { username: alice })

    const pending = await browser.postJson('/login')
    expect(pending.status).to.equal(401)
    expect(pending.json).to.include({ code: 'authorization_pending', retryAfter: 5 })
    approve(shared.okta, started.challenge)
    clock.tick(5000)
    const done = await browser.postJson('/login')

    expect(done.status).to.equal(200)
    expect(done.json.user.preferred_username).to.equal(alice)
  })

  it('leaves nothing of a challenge that has been completed', async () => {
    const { okta } = shared
    const browser = await begin()
    await browser.postJson('/login', texted)
    const code = codeOf(okta)
    const before = new Map(browser.cookies)
    await browser.postJson('/login', { code })

    const again = await browser.postJson('/login', { code })
    expect(again.status).to.equal(403)
    expect(again.json.code).to.equal('no_challenge')
    browser.cookies = before
    const replayed = await browser.postJson('/login', { code })
    expect(replayed.status).to.equal(403)
    expect(replayed.json.code).to.equal('no_challenge')
  })

  it('keeps the app’s own data in the session that a start renews', async () => {
    const browser = await begin()
    await browser.post('/cart')
    const before = browser.cookies.get('sid')

    await browser.postJson('/login', texted)

    expect(browser.cookies.get('sid')).to.be.a('string').and.not.equal(before)
    expect((await browser.get('/cart')).json).to.deep.equal({ cart: 'full' })
    expect((await browser.postJson('/login', { code: codeOf(shared.okta) })).status).to.equal(200)
  })

  /** Starts while something else happens to the session, after Okta has been asked. */
  async function startMeanwhile(meanwhile: (browser: Browser) => Promise<unknown>) {
    const calls = new OktaCalls()
    const browser = await begin({ limits: false, fetch: calls.fetch })
    await browser.postJson('/login', texted)
    await browser.postJson('/login', { code: codeOf(shared.okta) })
    await browser.post('/cart')
    const other = browser.copy()
    const held = calls.hold('oob-authenticate')
    const started = other.postJson('/login', texted)
    await held.arrived
    await meanwhile(browser)
    held.release()
    expect((await started).json.code).to.equal('challenge_started')
    return other
  }

  if (keepsOnServer) {
    it('brings no session back that was logged out while a start was out', async () => {
      const other = await startMeanwhile((browser) => browser.post('/logout'))

      expect((await other.get('/me')).json.user).to.equal(null)
      expect((await other.get('/cart')).json.cart).to.equal(null)
    })

    const polled = { username: 'bob@example.com' }
    const outs: Record<string, [fields: object, end: object, code: string]> = {
      'a poll': [polled, {}, 'authorization_pending'],
      'a wrong code': [texted, { code: '0000' }, 'incorrect_code'],
    }
    for (const [what, [fields, end, code]] of Object.entries(outs)) {
      it(`brings no session back that was logged out while ${what} was out`, async () => {
        const clock = stopClock()
        const calls = new OktaCalls()
        const browser = await begin({ limits: false, fetch: calls.fetch })
        await browser.postJson('/login', texted)
        await browser.postJson('/login', { code: codeOf(shared.okta) })
        await browser.postJson('/login', fields)
        clock.tick(5000)
        const other = browser.copy()
        const held = calls.hold('token')
        const answer = other.postJson('/login', end)
        await held.arrived
        await browser.post('/logout')
        held.release()

        expect((await answer).json.code).to.equal(code)
        expect((await other.get('/me')).json.user).to.equal(null)
      })
    }

    it('brings back nothing that another tab has dropped when a challenge ends', async () => {
      const calls = new OktaCalls()
      const limits = { sends: false as const, codesPerChallenge: { points: 1, duration: 600 } }
      const browser = await begin({ limits, fetch: calls.fetch })
      await browser.post('/cart')
      await browser.postJson('/login', texted)
      const other = browser.copy()
      const held = calls.hold('token')
      const answer = other.postJson('/login', { code: wrongCodeOf(shared.okta) })
      await held.arrived
      await browser.post('/empty')
      held.release()

      expect((await answer).json.code).to.equal('too_many_attempts')
      expect((await other.get('/cart')).json.cart).to.equal(null)
    })

    it('brings back nothing that another tab has dropped while a start was out', async () => {
      const other = await startMeanwhile((browser) => browser.post('/empty'))

      expect((await other.get('/me')).json.user.preferred_username).to.equal(alice)
      expect((await other.get('/cart')).json.cart).to.equal(null)
    })
  }

  it('hands a fault of Okta’s to the callback, and without one to the host', async () => {
    const browser = await begin({
      limits: false,
      fetch: () => Promise.reject(new TypeError('down')),
    })

    const told = await browser.postJson('/login', texted)
    expect(told.status).to.equal(503)
    expect(told.json.code).to.equal('upstream_unavailable')
    expect((await browser.post('/form', texted)).status).to.equal(503)
  })

  it('refuses what another site has sent, before anything is sent', async () => {
    const browser = await begin()
    const sent = shared.okta.directory.messages().length

    const refused = await browser.postJson('/login', texted, { 'sec-fetch-site': 'cross-site' })

    expect(refused.status).to.equal(403)
    expect(refused.json.code).to.equal('cross_site_request')
    expect(shared.okta.directory.messages()).to.have.lengthOf(sent)
  })

  it('counts the starts of one address', async () => {
    const browser = await begin({ limits: { starts: { points: 1, duration: 600 } } })
    await browser.postJson('/login', texted)

    const second = await browser.postJson('/login', { username: 'bob@example.com', channel: 'sms' })

    expect(second.status).to.equal(429)
    expect(second.json.code).to.equal('rate_limited')
  })

  it('without a session is a session_missing, before anything is sent', async () => {
    const okta = new OktaOobStrategy(clientOf(shared.okta.issuer))
    const browser = new Browser(await start({ okta, sessions: false }))
    const sent = shared.okta.directory.messages().length

    for (const fields of [texted, { code: '123456' }]) {
      const answer = await browser.postJson('/login', fields)
      expect(answer.status).to.equal(500)
      expect(answer.json.code).to.equal('session_missing')
    }
    expect(shared.okta.directory.messages()).to.have.lengthOf(sent)
  })
}

describe('passport.authenticate', function () {
  this.timeout(4_000)
  const shared = shareStandIn()
  for (const [name, start] of Object.entries(passportHosts)) {
    describe(`of ${name}`, () => {
      describeAuthenticate(start, shared, !name.includes('secure-session'))
    })
  }
})
