import { expect } from 'chai'
import { stopClock } from '../support/clock.ts'
import { beginFlow, shareStandIn, type FlowOptions, type Step } from '../support/flow.ts'

/** Seconds from now until another one may be asked for, as the challenge says. */
const pauseOf = ({ challenge }: Step): number | undefined =>
  challenge?.resendAt === undefined
    ? undefined
    : (Date.parse(challenge.resendAt) - Date.now()) / 1000

describe('resendAt', () => {
  const shared = shareStandIn()
  const begin = async (options?: FlowOptions) => {
    const clock = stopClock()
    const flow = await beginFlow(shared.okta, options)
    /** What a resend says right before the time that the challenge names, and then. */
    const resendAround = async ({ challenge }: Step): Promise<[before: Step, then: Step]> => {
      clock.setSystemTime(Date.parse(challenge?.resendAt ?? '') - 1)
      const before = await flow.tab.resend()
      clock.tick(1)
      return [before, await flow.tab.resend()]
    }
    return { ...flow, clock, resendAround }
  }

  for (const channel of ['sms', 'voice', 'email']) {
    it(`is when another one can be asked for, to the millisecond: ${channel}`, async () => {
      const { tab, resendAround } = await begin({ strategy: { channels: [channel] } })
      const started = await tab.start({ channel })
      expect(pauseOf(started)).to.equal(30)
      expect(await tab.challenge()).to.deep.equal(started.challenge)

      const [before, then] = await resendAround(started)

      expect(before).to.include({ code: 'rate_limited', retryAfter: 1 })
      expect(before.challenge).to.deep.equal(started.challenge)
      expect(then.code).to.equal('challenge_started')
      expect(pauseOf(then)).to.equal(30)
    })
  }

  it('is the end of the longer window, when that is full', async () => {
    const { tab, clock, resendAround } = await begin()
    await tab.start({ channel: 'sms' })
    clock.tick(30_000)
    await tab.resend()
    clock.tick(30_000)
    const third = await tab.resend()
    expect(pauseOf(third)).to.equal(540)
    clock.tick(250_000)
    const push = await tab.resend({ channel: 'push' })
    expect(pauseOf(push)).to.equal(5)
    clock.tick(289_999)
    expect(await tab.resend({ channel: 'sms' })).to.include({ code: 'rate_limited', retryAfter: 1 })
    clock.tick(1)
    const fourth = await tab.resend({ channel: 'sms' })

    expect(pauseOf(fourth)).to.equal(30)
    const [before, fifth] = await resendAround(fourth)
    expect(before.code).to.equal('rate_limited')
    expect(pauseOf(fifth)).to.equal(3600 - 630)
  })

  it('is a few seconds for a push, so that a second click sends none; a new start does', async () => {
    const { tab, clock, calls, resendAround } = await begin()
    const started = await tab.start({ channel: 'push' })
    expect(pauseOf(started)).to.equal(5)
    clock.tick(1000)
    expect(await tab.resend()).to.include({ code: 'rate_limited', retryAfter: 4 })

    const [before, then] = await resendAround(started)

    expect(before).to.include({ code: 'rate_limited', retryAfter: 1 })
    expect(before.challenge).to.deep.equal(started.challenge)
    expect(then.code).to.equal('challenge_started')
    expect((await tab.start({ channel: 'push' })).code).to.equal('challenge_started')
    expect(calls.count('oob-authenticate')).to.equal(3)
  })

  it('is longer for a push when its window is full', async () => {
    const limits = { pushes: { points: 2, duration: 100 } }
    const { tab, clock, resendAround } = await begin({ strategy: { limits } })
    expect(pauseOf(await tab.start({ channel: 'push' }))).to.equal(5)
    clock.tick(20_000)
    const second = await tab.resend()
    expect(pauseOf(second)).to.equal(80)

    const [before, then] = await resendAround(second)

    expect(before).to.include({ code: 'rate_limited', retryAfter: 1 })
    expect(then.code).to.equal('challenge_started')
    expect(pauseOf(then)).to.equal(5)
  })

  it('does not depend on the address, whose starts a resend is not one of', async () => {
    const limits = { starts: { points: 1, duration: 100 } }
    const { tab, resendAround } = await begin({ strategy: { limits } })
    const started = await tab.start({ channel: 'sms' })
    expect(pauseOf(started)).to.equal(30)

    const [before, then] = await resendAround(started)

    expect(before.code).to.equal('rate_limited')
    expect(then.code).to.equal('challenge_started')
  })

  it('is the end of the app’s budget, when that is used up', async () => {
    const limits = { budget: { points: 1, duration: 100 } }
    const { tab, resendAround } = await begin({ strategy: { limits } })
    const started = await tab.start({ channel: 'sms' })
    expect(pauseOf(started)).to.equal(100)

    const [before, then] = await resendAround(started)

    expect(before.code).to.equal('rate_limited')
    expect(then.code).to.equal('challenge_started')
  })

  it('is Okta’s own pause where the app has no limits', async () => {
    const { tab } = await begin({ strategy: { limits: false } })

    expect(pauseOf(await tab.start({ channel: 'sms' }))).to.equal(30)
    expect(pauseOf(await tab.start({ channel: 'push' }))).to.equal(5)
  })

  it('is the same where Okta knows no such user', async () => {
    const { tab, resendAround } = await begin()
    const push = await tab.start({ username: 'nobody@example.com', channel: 'push' })
    expect(pauseOf(push)).to.equal(5)
    expect(await tab.resend()).to.include({ code: 'rate_limited', retryAfter: 5 })
    const started = await tab.start({ username: 'nobody@example.com', channel: 'sms' })
    expect(pauseOf(started)).to.equal(30)

    const [before, then] = await resendAround(started)

    expect(before.code).to.equal('rate_limited')
    expect(then.code).to.equal('challenge_started')
  })
})
