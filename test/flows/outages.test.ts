import { expect } from 'chai'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { StandIn } from '../../example/okta/stand-in.ts'
import { stopClock } from '../support/clock.ts'
import { approve, codeOf, describeFlows } from '../support/flow.ts'
import { whenOver } from '../support/resources.ts'

/** Takes Okta down, and gives back how to bring it up again at the same place. */
async function takeDown({ server }: StandIn): Promise<() => Promise<void>> {
  const { port } = server.address() as AddressInfo
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
  const bringUp = async (): Promise<void> => {
    if (!server.listening) {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    }
  }
  whenOver(bringUp)
  return bringUp
}

describeFlows('While Okta cannot be reached', (begin) => {
  it('a start says so, and the next one works', async () => {
    const { okta, tab } = await begin({ strategy: { limits: false } })
    const bringUp = await takeDown(okta)

    const failed = await tab.start({ channel: 'sms' })
    expect(failed).to.include({ status: 503, code: 'upstream_unavailable' })
    expect(await tab.challenge()).to.equal(undefined)

    await bringUp()
    expect((await tab.start({ channel: 'sms' })).code).to.equal('challenge_started')
    expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
  })

  it('a second start says so, and the first challenge goes on waiting', async () => {
    const { okta, tab } = await begin({ strategy: { limits: false } })
    await tab.start({ channel: 'sms' })
    const bringUp = await takeDown(okta)

    expect((await tab.start({ channel: 'voice' })).code).to.equal('upstream_unavailable')
    expect(await tab.challenge()).to.include({ channel: 'sms' })

    await bringUp()
    expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
  })

  it('a push is still pending, and signs in afterwards', async () => {
    const clock = stopClock()
    const { okta, tab, calls } = await begin()
    await tab.start({ channel: 'push' })
    approve(okta, await tab.challenge())
    const bringUp = await takeDown(okta)

    for (let poll = 1; poll <= 2; poll += 1) {
      clock.tick(5000)
      expect((await tab.poll()).code).to.equal('authorization_pending')
      // No push is polled without the keys that its token would be verified with.
      expect(calls.count('token')).to.equal(0)
    }
    expect(await tab.user()).to.equal(undefined)

    await bringUp()
    clock.tick(5000)
    expect((await tab.poll()).code).to.equal('complete')
    expect(await tab.user()).to.equal('alice@example.com')
  })

  it('a push is pending no longer than the challenge lives', async () => {
    const clock = stopClock()
    const { okta, tab, calls } = await begin()
    await tab.start({ channel: 'push' })
    await takeDown(okta)

    clock.tick(299_000)
    expect((await tab.poll()).code).to.equal('authorization_pending')
    clock.tick(1000)
    expect((await tab.poll()).code).to.equal('challenge_expired')
    expect(calls.count('token')).to.equal(0)
  })

  it('a code says so, and works afterwards', async () => {
    const { okta, tab } = await begin()
    await tab.start({ channel: 'sms' })
    const bringUp = await takeDown(okta)

    const failed = await tab.submit(codeOf(okta))
    expect(failed).to.include({ status: 503, code: 'upstream_unavailable' })
    expect(await tab.user()).to.equal(undefined)
    expect(await tab.challenge()).to.include({ channel: 'sms' })

    await bringUp()
    expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
    expect(await tab.user()).to.equal('alice@example.com')
  })
})
