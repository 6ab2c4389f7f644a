import { expect } from 'chai'
import { stopClock } from '../support/clock.ts'
import { beginFlow, codeOf, shareStandIn, type Flow, type Step } from '../support/flow.ts'
import { newest } from '../support/stand-in.ts'

const erin = 'erin@example.com'

describe('A second factor', () => {
  const shared = shareStandIn()

  /** Erin, who has passed the first factor with a text. */
  const begin = async (channels: string[], limits = {}) => {
    const clock = stopClock()
    const flow = await beginFlow(shared.okta, { strategy: { mfa: { channels }, limits } })
    return { ...flow, clock, second: await passFirst(flow) }
  }
  const passFirst = async ({ okta, tab }: Flow): Promise<Step> => {
    await tab.start({ username: erin, channel: 'sms' })
    return tab.submit(codeOf(okta, erin))
  }
  const wrongCode = ({ okta }: Flow): string =>
    codeOf(okta, erin) === '000000' ? '111111' : '000000'

  it('may be a text, within 30 s of the first factor’s', async () => {
    const { okta, tab, second } = await begin(['sms'])

    expect(second.challenge).to.include({ factor: 2, channel: 'sms' })
    expect((await tab.submit(codeOf(okta, erin))).code).to.equal('complete')
    expect(await tab.user()).to.equal(erin)
  })

  it('is sent again once in a window, as the first one', async () => {
    const { okta, tab, clock, calls, second } = await begin(['sms', 'voice'])
    expect(Date.parse(second.challenge?.resendAt ?? '') - Date.now()).to.equal(30_000)

    const refused = await tab.resend({ channel: 'sms' })
    expect(refused).to.include({ status: 429, code: 'rate_limited', retryAfter: 30 })
    expect(refused.challenge).to.include({ factor: 2 })
    expect(calls.count('challenge')).to.equal(1)
    clock.tick(29_999)
    expect((await tab.resend()).code).to.equal('rate_limited')
    clock.tick(1)
    expect((await tab.resend()).challenge).to.include({ factor: 2, channel: 'sms' })
    expect((await tab.submit(codeOf(okta, erin))).code).to.equal('complete')
  })

  it('that is asked for again does not count for the address', async () => {
    const { okta, clock } = { okta: shared.okta, clock: stopClock() }
    const { tab, calls } = await beginFlow(okta, {
      strategy: { mfa: { otp: true }, limits: { starts: { points: 1, duration: 600 } } },
    })
    await tab.start({ username: erin, channel: 'sms' })
    const first = await tab.submit(codeOf(okta, erin))
    expect(first.challenge).to.include({ factor: 2, channel: 'otp' })
    clock.tick(60_000)

    const answers = []
    for (let count = 0; count < 4; count += 1) {
      answers.push((await tab.resend({ channel: 'otp' })).code)
    }

    expect(answers).to.deep.equal(Array(4).fill('challenge_started'))
    expect(calls.count('challenge')).to.equal(5)
  })

  it('leaves the first factor’s limits as they were', async () => {
    const { tab } = await begin(['sms'])

    const again = await tab.start({ username: erin, channel: 'sms' })

    expect(again).to.include({ code: 'rate_limited', retryAfter: 30 })
  })

  it('that its own limit refuses ends the sign-in: the first factor is spent', async () => {
    const flow = await begin(['sms'], {
      sends: { points: 1, duration: 100 },
    })
    flow.clock.tick(99_000)
    await flow.tab.cancel()
    flow.clock.tick(1000)
    expect((await passFirst(flow)).challenge).to.include({ factor: 2 })
    expect((await flow.tab.resend()).code).to.equal('rate_limited')
    await flow.tab.cancel()

    // Another first factor, by push, meets a second one that is still limited.
    await flow.tab.start({ username: erin, channel: 'push' })
    const { id } = newest(flow.okta, erin)
    const shown = await flow.tab.challenge()
    flow.okta.directory.answer(id, { number: shown?.bindingCode ?? '' })
    flow.clock.tick(5000)
    const refused = await flow.tab.poll()

    expect(refused).to.include({ status: 429, code: 'rate_limited', retryAfter: 95 })
    expect(await flow.tab.challenge()).to.equal(undefined)
    expect(await flow.tab.user()).to.equal(undefined)
  })

  it('has pushes of its own, and the pause after a denial of either', async () => {
    const flow = await begin(['push'])
    const { okta, tab, clock } = flow
    okta.directory.answer(newest(okta, erin).id, 'deny')
    clock.tick(5000)
    expect((await tab.poll()).code).to.equal('challenge_denied')

    const first = await tab.start({ username: erin, channel: 'push' })
    expect(first).to.include({ code: 'rate_limited', retryAfter: 60 })
    clock.tick(60_000)

    expect((await passFirst(flow)).challenge).to.include({ factor: 2, channel: 'push' })
    for (let push = 1; push <= 3; push += 1) {
      const { code } = await flow.tab.start({ username: erin, channel: 'push' })
      expect(code).to.equal('challenge_started')
    }
    expect((await tab.start({ username: erin, channel: 'push' })).code).to.equal('rate_limited')
  })

  it('has wrong codes of its own, for its challenge and for its user', async () => {
    const clock = stopClock()
    const flow = await beginFlow(shared.okta, {
      strategy: {
        mfa: { channels: ['sms'] },
        limits: { codesPerUser: { points: 3, duration: 3600 } },
      },
    })
    const { okta, tab } = flow
    const waste = async (): Promise<unknown> =>
      (await tab.submit(wrongCode(flow))).page.json.error.attemptsLeft
    await tab.start({ username: erin, channel: 'sms' })
    expect([await waste(), await waste()]).to.deep.equal([2, 1])
    await tab.submit(codeOf(okta, erin))
    expect(await tab.challenge()).to.include({ factor: 2 })

    expect([await waste(), await waste()]).to.deep.equal([2, 1])
    clock.tick(100_000)
    const third = await tab.submit(wrongCode(flow))

    expect(third).to.include({ code: 'too_many_attempts', retryAfter: 3500 })
    expect(third.challenge).to.include({ factor: 2 })
  })

  it('that succeeds clears the user’s wrong codes; a first one alone does not', async () => {
    const clock = stopClock()
    const flow = await beginFlow(shared.okta, {
      strategy: {
        mfa: { channels: ['sms'] },
        limits: { codesPerUser: { points: 3, duration: 3600 } },
      },
    })
    const { okta, tab } = flow
    const left = async (): Promise<unknown> =>
      (await tab.submit(wrongCode(flow))).page.json.error.attemptsLeft
    await tab.start({ username: erin, channel: 'sms' })
    expect(await left()).to.equal(2)
    await tab.submit(codeOf(okta, erin))
    expect(await left()).to.equal(2)
    expect((await tab.submit(codeOf(okta, erin))).code).to.equal('complete')
    clock.tick(30_000)
    await tab.start({ username: erin, channel: 'sms' })

    expect(await left()).to.equal(2)
  })
})
