import { expect } from 'chai'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import type { AuthenticateOptions } from 'passport'
import { OktaOobStrategy } from 'passport-okta-oob'
import {
  alice,
  expectRefusal,
  expectStart,
  expectTokens,
  publicClient,
  refusals,
} from '../support/account.ts'
import { startApp } from '../support/app.ts'
import { stopClock } from '../support/clock.ts'
import { OktaWire } from '../support/okta.ts'

/** A browser before an app whose `/auth` is `passport.authenticate` with these options. */
async function authenticateWith(options: AuthenticateOptions = {}) {
  const { browser, errors } = await startApp(new OktaOobStrategy(publicClient), {
    routes: (app, passport) => {
      app.all('/auth', passport.authenticate('okta-oob', options) as RequestHandler, (req, res) => {
        res.json({ user: req.user })
      })
      app.get('/messages', (req, res) => {
        res.json((req.session as { messages?: string[] }).messages ?? [])
      })
      const report: ErrorRequestHandler = (error, _req, res, next) => {
        if (error instanceof Error && error.name === 'AuthenticationError') {
          res.status((error as { status?: number }).status ?? 500).send(error.message)
        } else {
          next(error)
        }
      }
      app.use('/auth', report)
    },
  })
  return { tab: browser(), errors }
}

const texted = { username: alice, channel: 'sms' }
const waitingText = (): OktaWire => expectStart(new OktaWire().discovery(), { channel: 'sms' })
const waitingPush = (): OktaWire => expectStart(new OktaWire().discovery())

describe('challengeRedirect', () => {
  it('receives, by 303, who has started and who is still waiting', async () => {
    const clock = stopClock()
    expectRefusal(waitingPush(), { oobCode: 'ft-push' }, refusals.pending)
    const { tab } = await authenticateWith({ challengeRedirect: '/wait?here=1' })

    const started = await tab.post('/auth', { username: alice })
    clock.tick(5000)
    const pending = await tab.post('/auth')

    for (const { status, location } of [started, pending]) {
      expect({ status, location }).to.deep.equal({ status: 303, location: '/wait?here=1' })
    }
  })

  it('receives nobody else', async () => {
    const okta = waitingText()
    expectRefusal(okta, { oobCode: 'ft-sms', code: '000000' }, refusals.wrongCode)
    await expectTokens(okta, { oobCode: 'ft-sms', code: '123456' })
    const { tab } = await authenticateWith({ challengeRedirect: '/wait' })

    expect((await tab.post('/auth', { code: '000000' })).status).to.equal(403)
    await tab.post('/auth', texted)
    expect((await tab.post('/auth', { code: '000000' })).status).to.equal(401)
    expect((await tab.post('/auth', { code: '123456' })).status).to.equal(200)
  })
})

describe("Passport's own options", () => {
  it('successRedirect: follows, logged in', async () => {
    await expectTokens(waitingText(), { oobCode: 'ft-sms', code: '123456' })
    const { tab } = await authenticateWith({ successRedirect: '/home' })
    await tab.post('/auth', texted)

    expect((await tab.post('/auth', { code: '123456' })).location).to.equal('/home')
    expect((await tab.get('/me')).json.user.sub).to.equal('00u1alice')
  })

  it('failureRedirect and failureMessage: follow, with a message for the user', async () => {
    expectRefusal(waitingText(), { oobCode: 'ft-sms', code: '000000' }, refusals.wrongCode)
    const { tab } = await authenticateWith({
      challengeRedirect: '/code',
      failureRedirect: '/login',
      failureMessage: true,
    })
    await tab.post('/auth', texted)

    const answer = await tab.post('/auth', { code: '000000' })

    expect(answer.status).to.equal(302)
    expect(answer.location).to.equal('/login')
    expect((await tab.get('/messages')).json).to.deep.equal(['That code is not correct.'])
  })

  it('failWithError: hands an AuthenticationError with the status to the error handler', async () => {
    const { tab } = await authenticateWith({ failWithError: true })

    const missing = await tab.post('/auth', { username: '' })
    expect([missing.status, missing.text]).to.deep.equal([400, 'Bad Request'])
    const none = await tab.post('/auth', { code: '123456' })
    expect([none.status, none.text]).to.deep.equal([403, 'Forbidden'])
  })

  it('failWithError: works for a challenge that waits, too', async () => {
    waitingText()
    const { tab } = await authenticateWith({ failWithError: true })

    const started = await tab.post('/auth', texted)

    expect([started.status, started.text]).to.deep.equal([401, 'Unauthorized'])
  })

  it('session: false signs in without a login session', async () => {
    await expectTokens(waitingText(), { oobCode: 'ft-sms', code: '123456' })
    const { tab } = await authenticateWith({ session: false })
    await tab.post('/auth', texted)

    expect((await tab.post('/auth', { code: '123456' })).json.user.sub).to.equal('00u1alice')
    expect((await tab.get('/me')).json.user).to.equal(null)
  })

  it('assignProperty: sets the user there', async () => {
    await expectTokens(waitingText(), { oobCode: 'ft-sms', code: '123456' })
    const { tab } = await authenticateWith({ assignProperty: 'account' })
    await tab.post('/auth', texted)

    const answer = await tab.post('/auth', { code: '123456' })

    expect(answer.status).to.equal(200)
    expect((await tab.get('/me')).json.user).to.equal(null)
  })
})

describe('The challenge that fail() gets', () => {
  it("is never a header: line breaks in Okta's text do no harm", async () => {
    const clock = stopClock()
    expectRefusal(
      waitingPush(),
      { oobCode: 'ft-push' },
      {
        ...refusals.rejected,
        error_description: 'no\r\nSet-Cookie: planted=1\r\n\r\n<script>alert(1)</script>',
      },
    )
    const { tab } = await authenticateWith()
    await tab.post('/auth', { username: alice })
    clock.tick(5000)

    const answer = await tab.post('/auth')

    expect([answer.status, answer.text]).to.deep.equal([401, 'Unauthorized'])
    expect(answer.headers.has('www-authenticate')).to.equal(false)
    expect(tab.cookies.has('planted')).to.equal(false)
  })

  it("does no harm as an error either, which keeps Okta's text to its cause", async () => {
    expectRefusal(
      waitingText(),
      { oobCode: 'ft-sms', code: '123456' },
      { ...refusals.badClient, error_description: 'no\r\nSet-Cookie: planted=1' },
    )
    const { tab, errors } = await authenticateWith()
    await tab.post('/auth', texted)

    const answer = await tab.post('/auth', { code: '123456' })

    expect(answer.json).to.deep.equal({
      code: 'configuration_error',
      message: 'Sign-in is not set up correctly.',
    })
    expect(tab.cookies.has('planted')).to.equal(false)
    expect(errors[0]).to.have.nested.property('cause.error_description').that.includes('planted')
  })
})
