import { expect } from 'chai'
import { stopClock } from '../support/clock.ts'
import {
  approve,
  beginFlow,
  codeOf,
  doors,
  shareStandIn,
  wrongCodeOf,
  type Flow,
  type FlowOptions,
} from '../support/flow.ts'

/** A route that makes a session, as an app with a cart does. */
const withCart: FlowOptions = {
  routes: (app) => {
    app.post('/cart', (req, res) => {
      Object.assign(req.session, { cart: ['a book'] })
      res.json({})
    })
    app.get('/cart', (req, res) => {
      res.json((req.session as { cart?: unknown }).cart ?? null)
    })
  },
}

const withLogout: FlowOptions = {
  routes: (app) => {
    app.post('/logout', (req, res, next) => {
      req.logout((error) => (error ? next(error) : res.json({})))
    })
  },
}

for (const [name, door] of Object.entries(doors)) {
  describe(`The challenge and its session, through ${name}`, () => {
    const shared = shareStandIn()
    const begin = (options?: FlowOptions): Promise<Flow> =>
      beginFlow(shared.okta, options, shared.okta.issuer, door)

    it('does not bring a session back to life that was logged out meanwhile', async () => {
      const { okta, tab, calls } = await begin({
        strategy: { limits: false },
        ...withLogout,
      })
      await tab.start({ channel: 'sms' })
      await tab.submit(codeOf(okta))
      const other = tab.copy()
      const held = calls.hold('oob-authenticate')
      const start = other.start({ channel: 'sms' })
      await held.arrived
      await tab.browser.post('/logout')
      held.release()

      expect((await start).code).to.equal('challenge_started')
      expect(await other.user()).to.equal(undefined)
      expect((await other.submit(codeOf(okta))).code).to.equal('complete')
    })

    it('does not bring it back either when its cookie is spelled in another way', async () => {
      const { okta, tab, calls } = await begin({ strategy: { limits: false }, ...withLogout })
      await tab.start({ channel: 'sms' })
      await tab.submit(codeOf(okta))
      const other = tab.copy()
      const value = decodeURIComponent(other.browser.cookies.get('connect.sid') ?? '')
      const spelled = Buffer.from(value).toString('hex').replaceAll(/../g, '%$&')
      other.browser.cookies.set('odd', '%E0%A4%A')
      other.browser.cookies.set('connect.sid', spelled)
      expect(await other.user()).to.equal('alice@example.com')
      const held = calls.hold('oob-authenticate')
      const start = other.start({ channel: 'sms' })
      await held.arrived
      await tab.browser.post('/logout')
      held.release()

      expect((await start).code).to.equal('challenge_started')
      expect(await other.user()).to.equal(undefined)
    })

    it('does not bring back what another tab has dropped or changed meanwhile', async () => {
      const { tab, calls } = await begin({
        strategy: { limits: false },
        routes: (app) => {
          app.post('/data', (req, res) => {
            const { drop, ...data } = req.body as Record<string, string>
            Object.assign(req.session, data)
            Reflect.deleteProperty(req.session, drop ?? '')
            res.json({})
          })
          app.get('/data', (req, res) => {
            const { cookie: _, ...data } = req.session as unknown as Record<string, unknown>
            res.json(data)
          })
        },
      })
      await tab.browser.post('/data', { cart: 'tea', theme: 'dark', plan: 'small' })
      const other = tab.copy()
      const held = calls.hold('oob-authenticate')
      const start = other.start({ channel: 'sms' })
      await held.arrived
      await tab.browser.post('/data', { drop: 'cart', theme: 'light', coupon: 'new' })
      held.release()
      await start

      const { json } = await other.browser.get('/data')
      expect(json).to.include({ theme: 'light', plan: 'small', coupon: 'new' })
      expect(json).to.not.have.property('cart')
    })

    it('does not bring it back either with the end of a challenge', async () => {
      const { okta, tab, calls, app } = await begin({
        strategy: { limits: { sends: false, codesPerChallenge: { points: 1, duration: 600 } } },
        ...withLogout,
      })
      await tab.start({ channel: 'sms' })
      await tab.submit(codeOf(okta))
      await tab.start({ channel: 'sms' })
      const other = tab.copy()
      const held = calls.hold('token')
      const submitted = other.submit(wrongCodeOf(okta))
      await held.arrived
      await tab.browser.post('/logout')
      held.release()

      expect((await submitted).code).to.equal('too_many_attempts')
      expect(await other.user()).to.equal(undefined)
      expect(app.errors).to.deep.equal([])
    })

    for (const sessions of ['without a session', 'with a session', 'with another challenge']) {
      it(`is there for no other browser, ${sessions} of its own`, async () => {
        const clock = stopClock()
        const { okta, app, tab, calls } = await begin(withCart)
        const other = tab.copy()
        if (sessions === 'with a session') {
          await other.browser.post('/cart')
        } else if (sessions === 'with another challenge') {
          await other.start({ username: 'bob@example.com', channel: 'sms' })
          await other.cancel()
        }
        await tab.start({ channel: 'sms' })
        clock.tick(30_000)
        const before = calls.sent.length

        expect((await other.submit(codeOf(okta))).code).to.equal('no_challenge')
        expect((await other.poll()).code).to.equal('no_challenge')
        expect((await other.resend({ channel: 'voice' })).code).to.equal('no_challenge')
        expect(await other.challenge()).to.equal(undefined)
        expect((await other.cancel()).code).to.equal('cancelled')
        expect(calls.sent).to.have.length(before)
        expect(app.errors).to.deep.equal([])

        expect(await tab.challenge()).to.include({ channel: 'sms' })
        expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
        expect(await other.user()).to.equal(undefined)
      })
    }

    it('has a new id from the start on, and another one after signing in', async () => {
      const { okta, tab } = await begin(withCart)
      await tab.browser.post('/cart')
      const ids = [tab.sessionId]
      await tab.start({ channel: 'sms' })
      ids.push(tab.sessionId)
      await tab.submit(codeOf(okta))
      ids.push(tab.sessionId)

      expect(new Set(ids).size).to.equal(3)
      expect(ids).to.satisfy((all: string[]) => all.every((id) => id.length === 32))
    })

    it('has a new id with each further start and resend', async () => {
      const clock = stopClock()
      const { tab } = await begin()
      const ids: string[] = []
      for (const again of [() => tab.start({ channel: 'sms' }), () => tab.resend()]) {
        await again()
        ids.push(tab.sessionId)
        clock.tick(30_000)
      }

      expect(new Set(ids).size).to.equal(2)
    })

    it('leaves its old ids dead: nobody is signed in there, and nothing waits', async () => {
      const { okta, tab } = await begin(withCart)
      await tab.browser.post('/cart')
      const beforeStart = tab.copy()
      await tab.start({ channel: 'sms' })
      const beforeLogin = tab.copy()
      await tab.submit(codeOf(okta))
      expect(await tab.user()).to.equal('alice@example.com')

      for (const old of [beforeStart, beforeLogin]) {
        expect(await old.user()).to.equal(undefined)
        expect((await old.browser.get('/cart')).json).to.equal(null)
        expect(await old.challenge()).to.equal(undefined)
        expect((await old.submit('1234')).code).to.equal('no_challenge')
        expect((await old.resend()).code).to.equal('no_challenge')
      }
    })

    it('makes nothing of an id that someone has planted, before signing in or after', async () => {
      const clock = stopClock()
      const { okta, tab } = await begin(withCart)
      // The attacker gets a session of the app's, and has the victim's browser use it.
      await tab.browser.post('/cart')
      const attacker = tab.copy()
      const planted = attacker.sessionId
      const { challenge } = await tab.start()
      expect(tab.sessionId).not.to.equal(planted)

      expect(await attacker.challenge()).to.equal(undefined)
      approve(okta, challenge ?? (await tab.challenge()))
      clock.tick(5000)
      expect((await attacker.poll()).code).to.equal('no_challenge')
      expect((await tab.poll()).code).to.equal('complete')

      expect(await tab.user()).to.equal('alice@example.com')
      expect(await attacker.user()).to.equal(undefined)
      expect((await attacker.poll()).code).to.equal('no_challenge')
    })

    it('makes nothing of a challenge that someone has planted with a session', async () => {
      const clock = stopClock()
      const { okta, tab, app } = await begin()
      // The attacker starts for the victim in a session that the victim's browser is made to use.
      await tab.start({ channel: 'sms' })
      const victim = tab.copy()
      clock.tick(30_000)
      await victim.start({ channel: 'sms' })

      expect((await tab.submit(codeOf(okta))).code).to.equal('no_challenge')
      expect((await victim.submit(codeOf(okta))).code).to.equal('complete')
      expect(await tab.user()).to.equal(undefined)
      expect(app.errors).to.deep.equal([])
    })

    it('makes nothing of an id that nobody has issued', async () => {
      const { tab } = await begin()
      tab.browser.cookies.set('connect.sid', encodeURIComponent(`s:${'a'.repeat(32)}.forged`))
      const forged = tab.copy()
      await tab.start({ channel: 'sms' })

      expect(tab.sessionId).not.to.equal('a'.repeat(32))
      expect(await forged.challenge()).to.equal(undefined)
    })
  })
}
