import { expect } from 'chai'
import { stopClock } from '../support/clock.ts'
import {
  approve,
  beginFlow,
  codeOf,
  describeFlows,
  shareStandIn,
  wrongCodeOf,
  type Flow,
} from '../support/flow.ts'

const alice = 'alice@example.com'
const erin = 'erin@example.com'
const text = { channel: 'sms' }
const named = { channel: 'sms', requestId: 'a-value-that-nobody-guesses' }
const messagesOf = ({ okta }: Flow, username = alice): number =>
  okta.directory.messages(username).length

// The answer to a copy of the tab is one that its browser never gets: it has the cookies of before.
describeFlows('A request whose answer was lost gets that answer when it comes again', (begin) => {
  it('a start: one text, and its code signs in', async () => {
    const flow = await begin()
    const { okta, tab, calls } = flow
    const before = messagesOf(flow)
    await tab.copy().start(named)

    expect((await tab.start(named)).code).to.equal('challenge_started')

    expect(await tab.challenge()).to.include({ channel: 'sms' })
    expect(calls.count('oob-authenticate')).to.equal(1)
    expect(messagesOf(flow)).to.equal(before + 1)
    expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
    expect(await tab.user()).to.equal(alice)
  })

  it('a start while the first one is under way: a second click', async () => {
    const { okta, tab, calls } = await begin()
    const first = calls.hold('oob-authenticate')
    const lost = tab.copy().start(named)
    await first.arrived
    const second = tab.start(named)
    first.release()

    expect((await lost).code).to.equal('challenge_started')
    expect((await second).code).to.equal('challenge_started')
    expect(calls.count('oob-authenticate')).to.equal(1)
    expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
  })

  it('a start for a user that Okta does not know', async () => {
    const { tab, calls } = await begin()
    const nobody = { ...named, username: 'nobody@example.com' }
    await tab.copy().start(nobody)

    expect((await tab.start(nobody)).code).to.equal('challenge_started')
    expect(calls.count('oob-authenticate')).to.equal(1)
  })

  it('the right code', async () => {
    const { okta, tab, calls } = await begin()
    await tab.start(text)
    const code = codeOf(okta)
    await tab.copy().submit(code)

    expect((await tab.submit(code)).code).to.equal('complete')
    expect(await tab.user()).to.equal(alice)
    expect(calls.count('token')).to.equal(1)
  })

  it('a poll that has found an approval', async () => {
    const clock = stopClock()
    const { okta, tab, calls } = await begin()
    await tab.start()
    approve(okta, await tab.challenge())
    clock.tick(5000)
    await tab.copy().poll()

    expect((await tab.poll()).code).to.equal('complete')
    expect(await tab.user()).to.equal(alice)
    expect(calls.count('token')).to.equal(1)
  })

  it('a code that leads to a second factor', async () => {
    const { okta, tab, calls } = await begin({ strategy: { mfa: { channels: ['sms'] } } })
    await tab.start({ ...text, username: erin })
    const code = codeOf(okta, erin)
    await tab.copy().submit(code)

    await tab.submit(code)
    expect(await tab.challenge()).to.include({ factor: 2 })
    expect(calls.count('token')).to.equal(1)
    expect(calls.count('challenge')).to.equal(1)
    expect((await tab.submit(codeOf(okta, erin))).code).to.equal('complete')
    expect(await tab.user()).to.equal(erin)
  })

  for (const [what, fields] of Object.entries({
    resend: {},
    'another way': { channel: 'voice' },
  })) {
    it(`${what}: one message, which counts`, async () => {
      const clock = stopClock()
      const { okta, tab, calls } = await begin()
      await tab.start(text)
      clock.tick(30_000)
      await tab.copy().resend(fields)

      expect((await tab.resend(fields)).code).to.equal('challenge_started')
      expect(calls.count('oob-authenticate')).to.equal(2)
      expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
    })
  }
})

describeFlows('A request that looks like one whose answer was lost', (begin) => {
  it('is a new one after a minute', async () => {
    const clock = stopClock()
    const { okta, tab, calls } = await begin()
    await tab.copy().start(named)
    const late = tab.copy()
    clock.tick(60_000)
    expect((await tab.start(named)).code).to.equal('challenge_started')
    expect(calls.count('oob-authenticate')).to.equal(2)

    const old = tab.copy()
    await tab.submit(codeOf(okta))
    clock.tick(60_000)
    expect((await old.submit(codeOf(okta))).code).to.equal('no_challenge')
    expect(await late.user()).to.equal(undefined)
  })

  const others = {
    'another user': { ...named, username: 'carol@example.com' },
    'another way': { ...named, channel: 'voice' },
    'another value in the form': { ...named, requestId: 'another-value-that-nobody-guesses' },
    'no value in the form': text,
  }
  for (const [what, fields] of Object.entries(others)) {
    it(`is a new one with ${what}`, async () => {
      const { tab, calls } = await begin({ strategy: { limits: { sends: false } } })
      await tab.copy().start(named)

      await tab.start(fields)
      expect(calls.count('oob-authenticate')).to.equal(2)
    })
  }

  it('is a new one with another code', async () => {
    const { okta, tab } = await begin()
    await tab.start(text)
    const old = tab.copy()
    await tab.submit(codeOf(okta))

    expect((await old.submit(wrongCodeOf(okta))).code).to.equal('no_challenge')
    expect(await old.user()).to.equal(undefined)
  })

  it('is tried anew after a failure that passes', async () => {
    let isDown = true
    const { okta, tab } = await begin({
      strategy: {
        limits: { sends: false },
        fetch: (url, init) =>
          isDown && url.endsWith('oob-authenticate')
            ? Promise.resolve(new Response('', { status: 503 }))
            : fetch(url, init),
      },
    })
    expect((await tab.start({ ...named })).code).to.equal('upstream_unavailable')
    isDown = false

    expect((await tab.start(named)).code).to.equal('challenge_started')
    expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
  })

  it('is judged anew when it was refused before anything was sent', async () => {
    const { tab, calls } = await begin()
    for (const time of ['the first', 'the second']) {
      const empty = await tab.start({ ...named, username: '' })
      expect(empty.code, time).to.equal('login_hint_missing')
    }
    expect(calls.sent).to.deep.equal([])
  })

  it('gains nothing by the cookie from before the start: a planted session', async () => {
    const { okta, tab } = await begin()
    await tab.start(text)
    const planted = tab.copy()
    await tab.start({ username: 'bob@example.com', channel: 'sms', requestId: named.requestId })

    const guess = { username: 'bob@example.com', channel: 'sms', requestId: 'a-guess-of-someone' }
    await planted.copy().start(guess)
    await planted.copy().start({ username: 'bob@example.com', channel: 'sms' })
    expect(await planted.challenge()).to.equal(undefined)
    expect((await planted.submit(codeOf(okta, 'bob@example.com'))).code).to.equal('no_challenge')
    expect(await planted.user()).to.equal(undefined)
  })

  it('does not undo a logout', async () => {
    const { okta, tab } = await begin({
      routes: (app) => {
        app.post('/logout', (req, res, next) => {
          req.logout((error: unknown) => (error ? next(error) : res.json({})))
        })
      },
    })
    await tab.start(text)
    const old = tab.copy()
    const code = codeOf(okta)
    await tab.submit(code)
    await tab.browser.post('/logout')

    expect((await old.submit(code)).code).to.equal('no_challenge')
    expect(await old.user()).to.equal(undefined)
  })

  it('does not bring back a challenge that was cancelled', async () => {
    const { tab, calls } = await begin({ strategy: { limits: { sends: false } } })
    const before = tab.copy()
    await tab.start(named)
    await tab.cancel()

    await before.start(named)
    expect(calls.count('oob-authenticate')).to.equal(2)
    expect(await before.challenge()).to.include({ channel: 'sms' })
  })
})

describe('An answer that is given again', () => {
  const shared = shareStandIn()
  const requestId = 'a-value-that-nobody-guesses'

  it('is a refusal, too, where its form has named it: a wrong code counts once', async () => {
    const { okta, tab, calls } = await beginFlow(shared.okta)
    await tab.start(text)
    const form = { code: wrongCodeOf(okta), requestId }
    const first = await tab.browser.copy().postJson('/complete', form)

    const second = await tab.browser.postJson('/complete', form)

    expect(second.json).to.deep.equal(first.json)
    expect(second.json.error).to.include({ code: 'incorrect_code', attemptsLeft: 3 })
    expect(calls.count('token')).to.equal(1)
  })

  it('is none once the session that it leads to is gone: a start is a new one', async () => {
    const { app, tab, calls } = await beginFlow(shared.okta, { strategy: { limits: false } })
    const lost = tab.copy()
    await lost.start(named)
    app.store.destroy(lost.sessionId)

    expect((await tab.start(named)).code).to.equal('challenge_started')
    expect(calls.count('oob-authenticate')).to.equal(2)
  })

  const verdicts: Record<string, (done: (error: unknown, user?: unknown) => void) => void> = {
    access_denied: (done) => {
      done(null, false)
    },
    undefined: (done) => {
      done(new Error('down'))
    },
  }
  for (const [code, later] of Object.entries(verdicts)) {
    it(`is asked of verify again through passport.authenticate: ${code}`, async () => {
      let asked = 0
      const { okta, tab } = await beginFlow(shared.okta, {
        verify: (claims, done) => {
          asked += 1
          if (asked === 1) {
            done(null, claims)
          } else {
            later(done as never)
          }
        },
      })
      await tab.start(text)
      const form = { code: codeOf(okta) }
      await tab.browser.copy().postJson('/login', form)

      const { status, json } = await tab.browser.postJson('/login', form)

      expect([status, String(json.code)]).to.deep.equal([code === 'undefined' ? 500 : 403, code])
      expect(asked).to.equal(2)
      expect(await tab.user()).to.equal(undefined)
    })
  }
})
