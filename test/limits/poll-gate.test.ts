import { expect } from 'chai'
import { stopClock } from '../support/clock.ts'
import { approve, beginFlow, codeOf, shareStandIn, wrongCodeOf } from '../support/flow.ts'

const bob = { username: 'bob@example.com', channel: 'push' }

const rows = [
  'codesPerChallenge',
  'codesPerUser',
  'sends',
  'pushes',
  'pushPause',
  'starts',
  'budget',
] as const

const withoutLimits = {
  'limits: false': false as const,
  'every limit false': Object.fromEntries(rows.map((row) => [row, false as const])),
}

describe('The poll gate', () => {
  const shared = shareStandIn()

  for (const [how, limits] of Object.entries(withoutLimits)) {
    it(`is there with ${how}: one poll per interval, counted from the start`, async () => {
      const clock = stopClock()
      const { okta, tab, calls } = await beginFlow(shared.okta, { strategy: { limits } })
      const { challenge } = await tab.start(bob)
      const tabs = Array.from({ length: 10 }, () => tab.copy())

      expect(await tab.poll()).to.include({ code: 'authorization_pending', retryAfter: 5 })
      expect(calls.count('token')).to.equal(0)
      clock.tick(5000)
      await Promise.all(tabs.map((each) => each.poll()))
      expect(calls.count('token')).to.equal(1)
      approve(okta, challenge)
      clock.tick(4999)
      expect(await tab.poll()).to.include({ code: 'authorization_pending', retryAfter: 1 })
      expect(calls.count('token')).to.equal(1)
      clock.tick(1)

      expect((await tab.poll()).code).to.equal('complete')
    })
  }

  it('is not for codes', async () => {
    stopClock()
    const { okta, tab, calls } = await beginFlow(shared.okta)
    await tab.start({ channel: 'sms' })
    const wrong = wrongCodeOf(okta)

    const both = await Promise.all([tab.submit(wrong), tab.copy().submit(wrong)])
    const right = await tab.submit(codeOf(okta))

    expect(both.map(({ code }) => code)).to.deep.equal(['incorrect_code', 'incorrect_code'])
    expect(right.code).to.equal('complete')
    expect(calls.count('token')).to.equal(3)
  })

  it('stays closed until Okta’s own limit is over', async () => {
    const clock = stopClock()
    let limited = true
    const { okta, tab, calls } = await beginFlow(shared.okta, {
      strategy: {
        limits: false,
        fetch: async (url, init) =>
          url.endsWith('/token') && limited
            ? new Response('', { status: 429, headers: { 'retry-after': '23' } })
            : fetch(url, init),
      },
    })
    const { challenge } = await tab.start(bob)
    approve(okta, challenge)
    clock.tick(5000)

    expect(await tab.poll()).to.include({ code: 'authorization_pending', retryAfter: 23 })
    limited = false
    clock.tick(22_999)
    expect(await tab.poll()).to.include({ code: 'authorization_pending', retryAfter: 1 })
    expect(calls.count('token')).to.equal(1)
    clock.tick(1)
    expect((await tab.poll()).code).to.equal('complete')
  })
})
