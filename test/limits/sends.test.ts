import { expect } from 'chai'
import { stopClock } from '../support/clock.ts'
import { beginFlow, shareStandIn, type Step } from '../support/flow.ts'
import { newest } from '../support/stand-in.ts'

const started = 'challenge_started'

const said = ({ code, retryAfter }: Step): unknown => (code === started ? code : retryAfter)

describe('Texts, calls and mails to one user', () => {
  const shared = shareStandIn()

  it('are one in 30 s, three in 10 min and five an hour; a refusal says when the next can follow', async () => {
    const clock = stopClock()
    const begin = Date.now()
    const { tab, calls } = await beginFlow(shared.okta)
    const moments: [seconds: number, answer: string | number][] = [
      [0, started],
      [0, 30],
      [29.999, 1],
      [30, started],
      [60, started],
      [60, 540], // 30 s for the first window, the rest of the 10 min for the second
      [90, 510],
      [599.5, 1],
      [600, started],
      [610, 20],
      [630, started],
      [630, 2970],
      [1300, 2300],
      [3599.999, 1],
      [3600, started],
    ]

    const answers = []
    for (const [seconds] of moments) {
      clock.setSystemTime(begin + seconds * 1000)
      answers.push([seconds, said(await tab.start({ channel: 'sms' }))])
    }

    expect(answers).to.deep.equal(moments)
    expect(calls.count('oob-authenticate')).to.equal(6)
  })

  it('are refused with 429, and what waits can still be completed', async () => {
    stopClock()
    const { tab } = await beginFlow(shared.okta)
    const { challenge } = await tab.start({ channel: 'sms' })

    const refused = await tab.start({ channel: 'sms' })

    expect(refused).to.include({ status: 429, code: 'rate_limited', retryAfter: 30 })
    expect(refused.page.headers.get('retry-after')).to.equal('30')
    expect(refused.challenge).to.deep.equal(challenge)
  })

  it('are counted by channel for 30 s, and together for longer', async () => {
    const clock = stopClock()
    const strategy = { channels: ['sms', 'voice', 'email'] }
    const { okta, tab } = await beginFlow(shared.okta, { strategy })

    for (const channel of ['sms', 'voice']) {
      expect((await tab.start({ channel })).code).to.equal(started)
      expect(newest(okta)).to.include({ channel })
      const refused = await tab.start({ channel })
      expect(refused, channel).to.include({ code: 'rate_limited', retryAfter: 30 })
    }
    expect((await tab.start({ channel: 'email' })).code).to.equal(started)

    clock.tick(30_000)
    for (const channel of strategy.channels) {
      const refused = await tab.resend({ channel })
      expect(refused, channel).to.include({ code: 'rate_limited', retryAfter: 570 })
    }
  })

  it('are not counted with pushes', async () => {
    stopClock()
    const { tab } = await beginFlow(shared.okta)
    await tab.start({ channel: 'sms' })

    expect((await tab.start({ channel: 'push' })).code).to.equal(started)
    expect((await tab.start({ channel: 'push' })).code).to.equal(started)
    expect((await tab.start({ channel: 'sms' })).code).to.equal('rate_limited')
  })

  it('are not used up by those that are refused, however many', async () => {
    const clock = stopClock()
    const strategy = { limits: { starts: false as const } }
    const { tab } = await beginFlow(shared.okta, { strategy })

    for (let text = 1; text <= 3; text += 1) {
      expect((await tab.start({ channel: 'sms' })).code).to.equal(started)
      const refused = await Promise.all(
        Array.from({ length: 10 }, () => tab.copy().start({ channel: 'sms' })),
      )
      expect(new Set(refused.map(({ code }) => code))).to.deep.equal(new Set(['rate_limited']))
      clock.tick(30_000)
    }
  })

  it('are one in 30 s also after others were refused for longer', async () => {
    const clock = stopClock()
    const { tab } = await beginFlow(shared.okta)
    for (let text = 1; text <= 3; text += 1) {
      await tab.start({ channel: 'sms' })
      clock.tick(30_000)
    }
    clock.tick(509_999)
    expect((await tab.start({ channel: 'sms' })).code).to.equal('rate_limited')
    clock.tick(1)
    expect((await tab.start({ channel: 'sms' })).code).to.equal(started)

    clock.tick(29_999)
    expect(await tab.start({ channel: 'sms' })).to.include({ code: 'rate_limited', retryAfter: 1 })
  })

  it('are one, when ten are asked for at once', async () => {
    stopClock()
    const { tab, calls } = await beginFlow(shared.okta)

    await Promise.all(Array.from({ length: 10 }, () => tab.copy().start({ channel: 'sms' })))

    expect(calls.count('oob-authenticate')).to.equal(1)
  })

  const faults: Record<string, () => Promise<Response>> = {
    'cannot be reached': () => Promise.reject(new TypeError('no route to host')),
    'is out of order': () => Promise.resolve(new Response('', { status: 503 })),
    'has limits of its own': () => Promise.resolve(new Response('', { status: 429 })),
  }
  for (const [how, answer] of Object.entries(faults)) {
    it(`count when Okta ${how}: who knows what was sent`, async () => {
      const clock = stopClock()
      let works = false
      const { tab, calls } = await beginFlow(shared.okta, {
        strategy: {
          fetch: (url, init) =>
            url.endsWith('/oob-authenticate') && !works ? answer() : fetch(url, init),
        },
      })

      const failed = await tab.start({ channel: 'sms' })
      works = true

      expect(failed.status).to.be.oneOf([429, 503])
      expect(await tab.start({ channel: 'sms' })).to.include({
        code: 'rate_limited',
        retryAfter: 30,
      })
      expect(calls.count('oob-authenticate')).to.equal(1)
      clock.tick(30_000)
      expect((await tab.start({ channel: 'sms' })).code).to.equal(started)
    })
  }

  it('are counted the same where Okta knows no such user', async () => {
    stopClock()
    const { tab, calls } = await beginFlow(shared.okta)
    const nobody = { username: 'nobody@example.com', channel: 'sms' }

    expect((await tab.start(nobody)).code).to.equal(started)
    expect(await tab.start(nobody)).to.include({ code: 'rate_limited', retryAfter: 30 })
    expect(calls.count('oob-authenticate')).to.equal(1)
  })
})
