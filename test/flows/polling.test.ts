import { expect } from 'chai'
import { stopClock } from '../support/clock.ts'
import { approve, describeFlows, jsonDoors, type Step } from '../support/flow.ts'

const bob = { username: 'bob@example.com', channel: 'push' }

const codesOf = (steps: Step[]): string[] => [...new Set(steps.map(({ code }) => code))]

describeFlows(
  'Polling',
  (begin) => {
    it('before the interval is over is answered without Okta, from the start on', async () => {
      const clock = stopClock()
      const { okta, tab, calls } = await begin()
      const { challenge } = await tab.start(bob)
      approve(okta, challenge)

      const early = { code: 'authorization_pending', challenge }
      expect(await tab.poll()).to.deep.include({ ...early, retryAfter: 5 })
      clock.tick(2500)
      expect(await tab.poll()).to.deep.include({ ...early, retryAfter: 3 })
      clock.tick(2499)
      expect(await tab.poll()).to.deep.include({ ...early, retryAfter: 1 })
      expect(calls.count('token')).to.equal(0)
      clock.tick(1)
      expect((await tab.poll()).code).to.equal('complete')
      expect(calls.count('token')).to.equal(1)
    })

    it('reaches Okta once per interval, however many tabs poll', async () => {
      const clock = stopClock()
      const { tab, calls } = await begin()
      await tab.start(bob)
      const tabs = Array.from({ length: 10 }, () => tab.copy())

      for (let interval = 1; interval <= 3; interval += 1) {
        clock.tick(5000)
        const steps = await Promise.all(tabs.map((each) => each.poll()))
        expect(codesOf(steps)).to.deep.equal(['authorization_pending'])
        expect(calls.count('token')).to.equal(interval)
      }
      expect(calls.mostAtOnce).to.equal(1)
    })

    it('waits for a poll that Okta is slow to answer, and counts the interval from its sending', async () => {
      const clock = stopClock()
      const { okta, tab, calls } = await begin()
      const { challenge } = await tab.start(bob)
      const tabs = Array.from({ length: 9 }, () => tab.copy())
      clock.tick(5000)
      const held = calls.hold('token')
      const slow = tab.poll()
      await held.arrived

      clock.tick(6000)
      const steps = await Promise.all(tabs.map((each) => each.poll()))
      expect(codesOf(steps)).to.deep.equal(['authorization_pending'])
      expect(calls.count('token')).to.equal(1)
      held.release()
      expect(await slow).to.include({ code: 'authorization_pending', retryAfter: 1 })

      approve(okta, challenge)
      expect((await tab.poll()).code).to.equal('complete')
      expect(calls.mostAtOnce).to.equal(1)
    })

    it('waits for the repeat, too, that a poll with a nonce makes', async () => {
      const clock = stopClock()
      const { tab, calls } = await begin({ strategy: { dpop: true, timeout: 10 } })
      await tab.start(bob)
      const other = tab.copy()
      clock.tick(5000)
      const first = calls.hold('token')
      const slow = tab.poll()
      await first.arrived
      clock.tick(9000)
      const repeat = calls.hold('token')
      first.release()
      await repeat.arrived

      clock.tick(9000)
      const beside = await other.poll()

      expect(beside).to.include({ code: 'authorization_pending', retryAfter: 5 })
      expect(calls.count('token')).to.equal(2)
      repeat.release()
      expect((await slow).code).to.equal('authorization_pending')
      expect(calls.mostAtOnce).to.equal(1)
    })

    it('slows down by five seconds for good when Okta asks for it', async () => {
      const clock = stopClock()
      let besides = 0
      const { okta, tab, calls } = await begin({
        strategy: {
          // Someone polls with the same oob_code, right before the app does.
          fetch: async (url, init) => {
            if (url.endsWith('/token') && besides > 0) {
              besides -= 1
              await fetch(url, init)
            }
            return fetch(url, init)
          },
        },
      })
      const { challenge } = await tab.start(bob)

      const waits: (number | undefined)[] = []
      for (const [tooFast, wait] of [
        [1, 5000],
        [0, 10_000],
        [1, 10_000],
        [0, 15_000],
      ] as const) {
        clock.tick(wait - 1)
        await tab.poll()
        expect(calls.count('token')).to.equal(waits.length)
        clock.tick(1)
        besides = tooFast
        waits.push((await tab.poll()).retryAfter)
      }
      expect(waits).to.deep.equal([10, 10, 15, 15])

      approve(okta, challenge)
      clock.tick(15_000)
      expect((await tab.poll()).code).to.equal('complete')
    })

    it('is not put off beyond the end of the challenge', async () => {
      const clock = stopClock()
      const { tab } = await begin()
      await tab.start(bob)

      clock.tick(298_000)

      expect(await tab.poll()).to.include({ code: 'authorization_pending', retryAfter: 2 })
    })

    it('of one challenge does not slow another down', async () => {
      const clock = stopClock()
      const { tab, app, calls } = await begin()
      await tab.start(bob)
      const other = tab.copy()
      other.browser.cookies = app.browser().cookies
      await other.start({ username: 'alice@example.com', channel: 'push' })
      clock.tick(5000)

      await tab.poll()
      await other.poll()

      expect(calls.count('token')).to.equal(2)
    })
  },
  jsonDoors,
)
