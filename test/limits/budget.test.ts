import { expect } from 'chai'
import { OktaOobStrategy } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import { stopClock } from '../support/clock.ts'
import { beginFlow, shareStandIn, type Flow, type FlowOptions } from '../support/flow.ts'
import { ScriptedOkta } from '../support/scripted-okta.ts'

const alice = 'alice@example.com'
const bob = 'bob@example.com'
const carol = 'carol@example.com'

describe('The budget of an app', () => {
  const shared = shareStandIn()
  const begin = (points: number, more: FlowOptions['strategy'] = {}): Promise<Flow> =>
    beginFlow(shared.okta, {
      strategy: { limits: { budget: { points, duration: 100 } }, ...more },
    })

  it('has no end, unless one is given', async () => {
    const okta = new ScriptedOkta()
    const limits = { starts: false as const }
    const { browser } = await startApp(new OktaOobStrategy({ ...okta.options, limits }))
    const tab = browser()

    for (let user = 1; user <= 100; user += 1) {
      await tab.postJson('/start', { username: `user-${user}@example.com`, channel: 'sms' })
    }

    expect(okta.sent).to.have.length(100)
  })

  it('is for the texts, calls and mails of all users together', async () => {
    const clock = stopClock()
    const { tab, calls } = await begin(3, { channels: ['sms', 'voice', 'email'] })
    await tab.start({ username: alice, channel: 'sms' })
    await tab.start({ username: bob, channel: 'voice' })
    await tab.start({ username: carol, channel: 'email' })
    clock.tick(40_000)

    const refused = await tab.start({ username: alice, channel: 'voice' })

    expect(refused).to.include({ status: 429, code: 'rate_limited', retryAfter: 60 })
    expect(calls.sent.filter((endpoint) => endpoint.endsWith('-authenticate'))).to.have.length(3)
    clock.tick(60_000)
    expect((await tab.start({ username: alice, channel: 'voice' })).code).to.equal(
      'challenge_started',
    )
  })

  it('is not for pushes', async () => {
    stopClock()
    const { tab } = await begin(1)
    await tab.start({ username: bob, channel: 'push' })
    await tab.start({ username: alice, channel: 'sms' })

    expect((await tab.start({ username: bob, channel: 'sms' })).code).to.equal('rate_limited')
    expect((await tab.start({ username: bob, channel: 'push' })).code).to.equal('challenge_started')
  })

  it('is not for what Okta refuses to send', async () => {
    stopClock()
    const { tab } = await begin(1)
    for (const nobody of ['nobody@example.com', 'no-one@example.com']) {
      const { code } = await tab.start({ username: nobody, channel: 'sms' })
      expect(code).to.equal('challenge_started')
    }

    expect((await tab.start({ username: alice, channel: 'sms' })).code).to.equal(
      'challenge_started',
    )
  })

  it('takes nothing from a user, when it is used up', async () => {
    const clock = stopClock()
    const { tab } = await begin(1, {
      limits: { budget: { points: 1, duration: 10 }, sends: { points: 1, duration: 3600 } },
    })
    await tab.start({ username: alice, channel: 'sms' })
    expect((await tab.start({ username: bob, channel: 'sms' })).code).to.equal('rate_limited')
    clock.tick(10_000)

    expect((await tab.start({ username: bob, channel: 'sms' })).code).to.equal('challenge_started')
  })

  it('leaves a user one text in 30 s, also after it has refused some', async () => {
    const clock = stopClock()
    const { tab } = await begin(2, { limits: { budget: { points: 2, duration: 50 } } })
    await tab.start({ username: alice, channel: 'sms' })
    await tab.start({ username: carol, channel: 'sms' })
    clock.tick(49_999)
    expect((await tab.start({ username: bob, channel: 'sms' })).code).to.equal('rate_limited')
    clock.tick(1)
    await tab.start({ username: bob, channel: 'sms' })

    clock.tick(29_999)
    expect(await tab.resend()).to.include({ code: 'rate_limited', retryAfter: 1 })
  })

  it('is not used up by texts that the user’s own limit refuses', async () => {
    stopClock()
    const { tab } = await begin(2)
    await tab.start({ username: alice, channel: 'sms' })
    for (let count = 1; count <= 5; count += 1) {
      expect((await tab.start({ username: alice, channel: 'sms' })).code).to.equal('rate_limited')
    }

    expect((await tab.start({ username: bob, channel: 'sms' })).code).to.equal('challenge_started')
  })

  it('is waited for, where that is longer than the user’s own limit', async () => {
    stopClock()
    const { tab } = await begin(1)
    await tab.start({ username: alice, channel: 'sms' })

    expect((await tab.start({ username: alice, channel: 'sms' })).retryAfter).to.equal(100)
    expect((await tab.start({ username: bob, channel: 'sms' })).retryAfter).to.equal(100)
  })
})
