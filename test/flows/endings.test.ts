import { expect } from 'chai'
import type { SessionData } from 'express-session'
import { stopClock } from '../support/clock.ts'
import { approve, codeOf, describeFlows, type Flow, type Tab } from '../support/flow.ts'
import { Hold } from '../support/okta-calls.ts'
import { newest } from '../support/stand-in.ts'

const bob = { username: 'bob@example.com', channel: 'push' }
const text = { channel: 'sms' }

function stored({ store }: Flow['app'], sessionId: string): Promise<SessionData | undefined> {
  return new Promise((resolve, reject) => {
    store.get(sessionId, (error, data) => (error ? reject(error) : resolve(data ?? undefined)))
  })
}

/** There may be an answer under the old id, for a request that comes again, and nothing else. */
async function expectDead(app: Flow['app'], old: Tab): Promise<void> {
  expect(await old.user()).to.equal(undefined)
  const left = Object.keys((await stored(app, old.sessionId)) ?? {})
  expect(left.filter((key) => key !== 'cookie' && key !== 'okta-oob-left')).to.deep.equal([])
}

describeFlows('A challenge that has expired', (begin) => {
  it('ends by the clock, without another request to Okta', async () => {
    const clock = stopClock()
    const { okta, tab, calls } = await begin()
    await tab.start(bob)
    approve(okta, await tab.challenge())

    clock.tick(300_000)
    const expired = await tab.poll()

    expect(expired.code).to.equal('challenge_expired')
    expect(expired).not.to.have.property('challenge')
    expect(calls.count('token')).to.equal(0)
    expect((await tab.poll()).code).to.equal('no_challenge')
    expect(await tab.user()).to.equal(undefined)
  })

  it('takes no code any more, and shows itself no more', async () => {
    const clock = stopClock()
    const { okta, tab, calls } = await begin()
    await tab.start(text)

    clock.tick(299_999)
    expect(await tab.challenge()).to.include({ channel: 'sms' })
    clock.tick(1)
    expect(await tab.challenge()).to.equal(undefined)

    expect((await tab.submit(codeOf(okta))).code).to.equal('challenge_expired')
    expect(calls.count('token')).to.equal(0)
  })

  it('ends when Okta says so before the clock does', async () => {
    const clock = stopClock()
    const { okta, tab, calls } = await begin()
    await tab.start(bob)
    newest(okta, bob.username).expiresAt = Date.now()

    clock.tick(5000)

    expect((await tab.poll()).code).to.equal('challenge_expired')
    clock.tick(5000)
    expect((await tab.poll()).code).to.equal('no_challenge')
    expect(calls.count('token')).to.equal(1)
  })
})

describeFlows('A challenge that a second start has replaced', (begin) => {
  it('signs nobody in, although its push is approved', async () => {
    const clock = stopClock()
    const { okta, tab } = await begin()
    await tab.start(bob)
    const first = newest(okta, bob.username).id
    await tab.start(bob)
    okta.directory.answer(first, 'approve')

    clock.tick(5000)

    expect((await tab.poll()).code).to.equal('authorization_pending')
    expect(await tab.user()).to.equal(undefined)
    okta.directory.answer(newest(okta, bob.username).id, 'approve')
    clock.tick(5000)
    expect((await tab.poll()).code).to.equal('complete')
  })

  it('is gone from the tab that has its old cookie, and so is its session', async () => {
    const clock = stopClock()
    const { okta, app, tab, calls } = await begin()
    await tab.start(bob)
    const old = tab.copy()
    await tab.start(bob)
    approve(okta, undefined)
    clock.tick(5000)

    expect((await old.poll()).code).to.equal('no_challenge')
    expect(calls.count('token')).to.equal(0)
    await expectDead(app, old)
  })

  it('has been replaced for a poll under way too, even when that one brings tokens', async () => {
    const clock = stopClock()
    const { okta, app, tab, calls } = await begin()
    await tab.start(bob)
    approve(okta, undefined)
    clock.tick(5000)
    const held = calls.hold('token')
    const old = tab.copy()
    const poll = old.poll()
    await held.arrived

    await tab.start(text)
    held.release()

    expect((await poll).code).to.equal('no_challenge')
    await expectDead(app, old)
    expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
    expect(await tab.user()).to.equal('alice@example.com')
  })
})

describeFlows('A challenge that is cancelled', (begin) => {
  it('signs nobody in, although its push is approved', async () => {
    const clock = stopClock()
    const { okta, tab, calls } = await begin()
    await tab.start(bob)
    approve(okta, undefined)

    expect((await tab.cancel()).code).to.equal('cancelled')

    clock.tick(5000)
    expect((await tab.poll()).code).to.equal('no_challenge')
    expect(await tab.challenge()).to.equal(undefined)
    expect(calls.count('token')).to.equal(0)
  })

  it('stays cancelled when a poll under way brings tokens', async () => {
    const clock = stopClock()
    const { okta, tab, calls } = await begin()
    await tab.start(bob)
    approve(okta, undefined)
    clock.tick(5000)
    const held = calls.hold('token')
    const poll = tab.copy().poll()
    await held.arrived

    await tab.cancel()
    held.release()

    expect((await poll).code).to.equal('no_challenge')
    expect(await tab.user()).to.equal(undefined)
    expect(await tab.challenge()).to.equal(undefined)
  })
})

describeFlows('Cancelling', (begin) => {
  it('too late leaves the sign-in alone, and the old session dead', async () => {
    const hold = new Hold()
    const { okta, app, tab } = await begin({
      routes: (express) => express.use('/cancel', (_req, _res, next) => hold.pass().then(next)),
    })
    await tab.start(text)
    const old = tab.copy()

    const cancel = old.cancel()
    await hold.arrived
    expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
    hold.release()

    expect((await cancel).code).to.equal('cancelled')
    await expectDead(app, old)
    expect(await tab.user()).to.equal('alice@example.com')
  })
})

describeFlows('Signing in from two tabs at once', (begin) => {
  it('by a push happens in exactly one of them, and the old session is dead', async () => {
    const clock = stopClock()
    const { okta, app, tab } = await begin()
    await tab.start(bob)
    const [old, ...tabs] = [tab.copy(), tab.copy(), tab.copy()]
    approve(okta, undefined)
    clock.tick(5000)

    const steps = await Promise.all(tabs.map((each) => each.poll()))

    const codes = steps.map(({ code }) => code)
    expect(codes).to.include('complete')
    const users = await Promise.all(tabs.map((each) => each.user()))
    expect(users).to.deep.equal(
      codes.map((code) => (code === 'complete' ? 'bob@example.com' : undefined)),
    )
    await expectDead(app, old)
    clock.tick(60_000)
    expect((await old.poll()).code).to.equal('no_challenge')
    await expectDead(app, old)
  })

  it('by a code happens once, and the old session is dead', async () => {
    const { okta, app, tab } = await begin()
    await tab.start(text)
    const [old, ...tabs] = [tab.copy(), tab.copy(), tab.copy()]

    const steps = await Promise.all(tabs.map((each) => each.submit(codeOf(okta))))

    expect(steps.map(({ code }) => code)).to.include('complete')
    const users = await Promise.all(tabs.map((each) => each.user()))
    // The other one may have come in time for the answer that the first one got.
    const those = steps.map(({ code }) => (code === 'complete' ? 'alice@example.com' : undefined))
    expect(users).to.deep.equal(those)
    await expectDead(app, old)
  })

  it('gives the other tab the same answer, and asks Okta once, when both send the code', async () => {
    const { okta, app, tab, calls } = await begin()
    await tab.start(text)
    const old = tab.copy()
    await tab.submit('000')
    const winner = calls.hold('token')
    const first = tab.submit(codeOf(okta))
    await winner.arrived
    const asked = calls.count('token')
    const second = old.submit(codeOf(okta))

    winner.release()
    expect((await first).code).to.equal('complete')

    const { sessionId } = old
    expect((await second).code).to.equal('complete')
    expect(await old.user()).to.equal('alice@example.com')
    expect(Object.keys((await stored(app, sessionId)) ?? {})).to.not.include('passport')
    expect(await tab.user()).to.equal('alice@example.com')
    expect(calls.count('token')).to.equal(asked)
  })
})

describeFlows('A stale copy of a challenge', (begin) => {
  it('is no challenge after its sign-in is over, wherever it turns up again', async () => {
    const clock = stopClock()
    const { okta, app, tab, calls } = await begin()
    await tab.start(bob)
    const old = tab.copy()
    const copy = await stored(app, old.sessionId)
    expect(copy).not.to.equal(undefined)
    approve(okta, undefined)
    clock.tick(5000)
    await tab.poll()
    expect(await tab.user()).to.equal('bob@example.com')

    app.store.set(old.sessionId, copy as SessionData)
    clock.tick(5000)

    expect((await old.poll()).code).to.equal('no_challenge')
    expect(await old.challenge()).to.equal(undefined)
    expect((await old.resend()).code).to.equal('no_challenge')
    expect(calls.count('token')).to.equal(1)
    expect(calls.count('oob-authenticate')).to.equal(1)
  })
})
