import { expect } from 'chai'
import type { Clock } from '@sinonjs/fake-timers'
import { stopClock } from '../support/clock.ts'
import { beginFlow, shareStandIn, type Flow, type FlowOptions } from '../support/flow.ts'
import { newest } from '../support/stand-in.ts'

const started = 'challenge_started'

type Scene = Flow & { clock: Clock }

/** The user denies the newest push, and the browser learns of it. */
async function deny({ tab, okta, clock }: Scene, answer: 'deny' | { number: string } = 'deny') {
  okta.directory.answer(newest(okta).id, answer)
  clock.tick(5000)
  return tab.poll()
}

describe('Pushes to one user', () => {
  const shared = shareStandIn()
  const begin = async (options: FlowOptions = {}): Promise<Scene> => {
    const clock = stopClock()
    return { ...(await beginFlow(shared.okta, options)), clock }
  }

  it('are three in 10 min; then a text is still possible', async () => {
    const { tab, clock, calls } = await begin()
    for (let push = 1; push <= 3; push += 1) {
      expect((await tab.start({ channel: 'push' })).code).to.equal(started)
      clock.tick(10_000)
    }

    const refused = await tab.start({ channel: 'push' })

    expect(refused).to.include({ status: 429, code: 'rate_limited', retryAfter: 570 })
    expect(calls.count('oob-authenticate')).to.equal(3)
    expect((await tab.start({ channel: 'sms' })).code).to.equal(started)
    clock.tick(569_999)
    expect(await tab.start({ channel: 'push' })).to.include({
      code: 'rate_limited',
      retryAfter: 1,
    })
    clock.tick(1)
    expect((await tab.start({ channel: 'push' })).code).to.equal(started)
  })

  const denials = { denied: 'deny', 'answered with another number': { number: 'none' } } as const
  for (const [how, answer] of Object.entries(denials)) {
    it(`pause for a minute when one is ${how}; a text is still possible`, async () => {
      const scene = await begin()
      const { tab, clock, calls } = scene
      await tab.start({ channel: 'push' })
      expect((await deny(scene, answer)).code).to.equal('challenge_denied')

      expect(await tab.start({ channel: 'push' })).to.include({
        status: 429,
        code: 'rate_limited',
        retryAfter: 60,
      })
      clock.tick(59_999)
      expect(await tab.start({ channel: 'push' })).to.include({ retryAfter: 1 })
      expect(calls.count('oob-authenticate')).to.equal(1)
      expect((await tab.start({ channel: 'sms' })).code).to.equal(started)
      clock.tick(1)
      // The store in memory has not forgotten the pause yet, but it is over.
      expect((await tab.start({ channel: 'push' })).code).to.equal(started)
    })
  }

  it('do not pause for other users', async () => {
    const scene = await begin()
    await scene.tab.start({ channel: 'push' })
    await deny(scene)

    const bob = await scene.tab.start({ username: 'bob@example.com', channel: 'push' })

    expect(bob.code).to.equal(started)
  })

  it('that a pause refuses are not counted', async () => {
    const scene = await begin()
    const { tab, clock } = scene
    await tab.start({ channel: 'push' })
    await deny(scene)
    for (let count = 1; count <= 5; count += 1) {
      expect((await tab.start({ channel: 'push' })).code).to.equal('rate_limited')
    }
    clock.tick(60_000)

    expect((await tab.start({ channel: 'push' })).code).to.equal(started)
    expect((await tab.start({ channel: 'push' })).code).to.equal(started)
    expect((await tab.start({ channel: 'push' })).code).to.equal('rate_limited')
  })

  it('wait for the window where that is longer than the pause', async () => {
    const scene = await begin()
    const { tab } = scene
    for (let push = 1; push <= 3; push += 1) {
      await tab.start({ channel: 'push' })
    }
    await deny(scene)

    expect(await tab.start({ channel: 'push' })).to.include({
      code: 'rate_limited',
      retryAfter: 595,
    })
  })

  it('pause for a minute from the last denial', async () => {
    const scene = await begin()
    const { tab, app, okta, clock } = scene
    const other = { ...scene, tab: tab.copy() }
    other.tab.browser.cookies = app.browser().cookies
    await tab.start({ channel: 'push' })
    const { id } = newest(okta)
    await other.tab.start({ channel: 'push' })
    await deny(other)
    clock.tick(50_000)

    okta.directory.answer(id, 'deny')
    await tab.poll()
    clock.tick(30_000)

    expect(await tab.start({ channel: 'push' })).to.include({
      code: 'rate_limited',
      retryAfter: 30,
    })
    clock.tick(30_000)
    expect((await tab.start({ channel: 'push' })).code).to.equal(started)
  })

  it('are counted the same where Okta knows no such user', async () => {
    const { tab, calls } = await begin()
    const nobody = { username: 'nobody@example.com', channel: 'push' }
    for (let push = 1; push <= 3; push += 1) {
      expect((await tab.start(nobody)).code).to.equal(started)
    }

    expect(await tab.start(nobody)).to.include({ code: 'rate_limited', retryAfter: 600 })
    expect(calls.count('oob-authenticate')).to.equal(3)
  })
})
