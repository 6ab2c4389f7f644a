import { expect } from 'chai'
import { stopClock } from '../support/clock.ts'
import { codeOf, describeFlows } from '../support/flow.ts'

const text = { channel: 'sms' }
const bob = { username: 'bob@example.com', channel: 'push' }
const erin = { username: 'erin@example.com', channel: 'sms' }

describeFlows('An answer that comes when its sign-in is over', (begin) => {
  it('to a resend starts nothing: the user has signed in meanwhile', async () => {
    const { okta, tab, calls } = await begin({ strategy: { limits: false } })
    await tab.start(text)
    const code = codeOf(okta)
    const other = tab.copy()
    const held = calls.hold('oob-authenticate')
    const resend = other.resend({ channel: 'voice' })
    await held.arrived

    expect((await tab.submit(code)).code).to.equal('complete')
    held.release()

    expect((await resend).code).to.equal('no_challenge')
    expect(await other.challenge()).to.equal(undefined)
    expect(await tab.user()).to.equal('alice@example.com')
  })

  it('with tokens signs nobody in: the challenge has been found expired meanwhile', async () => {
    const clock = stopClock()
    const { okta, tab, calls } = await begin()
    await tab.start(text)
    const other = tab.copy()
    const held = calls.hold('token')
    const submit = other.submit(codeOf(okta))
    await held.arrived

    clock.tick(300_000)
    expect((await tab.submit(codeOf(okta))).code).to.equal('challenge_expired')
    held.release()

    expect((await submit).code).to.equal('no_challenge')
    expect(await other.user()).to.equal(undefined)
  })

  it('to a second factor starts none: the user has cancelled meanwhile', async () => {
    const { okta, tab, calls } = await begin({ strategy: { mfa: { channels: ['push'] } } })
    await tab.start(erin)
    const other = tab.copy()
    const held = calls.hold('challenge')
    const submit = other.submit(codeOf(okta, erin.username))
    await held.arrived

    expect((await tab.cancel()).code).to.equal('cancelled')
    held.release()

    expect((await submit).code).to.equal('no_challenge')
    expect(await tab.challenge()).to.equal(undefined)
    expect(await other.challenge()).to.equal(undefined)
  })

  it('to a poll is not “pending”: the user has cancelled meanwhile', async () => {
    const clock = stopClock()
    const { tab, calls } = await begin()
    await tab.start(bob)
    clock.tick(5000)
    const held = calls.hold('token')
    const poll = tab.copy().poll()
    await held.arrived

    await tab.cancel()
    held.release()

    expect((await poll).code).to.equal('no_challenge')
  })

  it('to a wrong code is not “incorrect”: the user has cancelled meanwhile', async () => {
    const { okta, tab, calls } = await begin()
    await tab.start(text)
    const wrong = codeOf(okta) === '000000' ? '111111' : '000000'
    const held = calls.hold('token')
    const submit = tab.copy().submit(wrong)
    await held.arrived

    await tab.cancel()
    held.release()

    expect((await submit).code).to.equal('no_challenge')
  })
})
