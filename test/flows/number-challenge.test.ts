import { expect } from 'chai'
import { stopClock } from '../support/clock.ts'
import { approve, codeOf, describeFlows } from '../support/flow.ts'

const bob = { username: 'bob@example.com', channel: 'push' }
const strategy = { requireNumberChallenge: true }

describeFlows('With requireNumberChallenge', (begin) => {
  it('a push without a number is refused', async () => {
    const clock = stopClock()
    const { okta, tab, calls } = await begin({ strategy })

    const refused = await tab.start(bob)

    expect(refused.code).to.equal('number_challenge_required')
    expect(refused).not.to.have.property('challenge')
    approve(okta, undefined)
    clock.tick(5000)
    expect((await tab.poll()).code).to.equal('no_challenge')
    expect(calls.count('token')).to.equal(0)
  })

  it('a refused push leaves an earlier challenge alone', async () => {
    const { okta, tab } = await begin({ strategy })
    await tab.start({ ...bob, channel: 'sms' })

    expect((await tab.start(bob)).code).to.equal('number_challenge_required')

    expect(await tab.challenge()).to.include({ channel: 'sms' })
    const [push, text] = okta.directory.messages(bob.username)
    expect(push?.channel).to.equal('push')
    expect((await tab.submit(text?.code ?? '')).code).to.equal('complete')
    expect(await tab.user()).to.equal('bob@example.com')
  })

  it('a push with a number goes on', async () => {
    const clock = stopClock()
    const { okta, tab } = await begin({ strategy })
    await tab.start({ channel: 'push' })
    approve(okta, await tab.challenge())
    clock.tick(5000)

    expect((await tab.poll()).code).to.equal('complete')
  })

  it('a text is as good as ever', async () => {
    const { okta, tab } = await begin({ strategy })
    await tab.start({ channel: 'sms' })

    expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
  })
})
