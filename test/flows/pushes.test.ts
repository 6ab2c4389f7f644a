import { expect } from 'chai'
import { approve, describeFlows } from '../support/flow.ts'
import { stopClock } from '../support/clock.ts'
import { newest } from '../support/stand-in.ts'

const bob = { username: 'bob@example.com', channel: 'push' }
const alice = { username: 'alice@example.com', channel: 'push' }

describeFlows('A push', (begin) => {
  it('that is approved signs its user in', async () => {
    const clock = stopClock()
    const { okta, tab } = await begin()
    await tab.start(bob)
    const challenge = await tab.challenge()
    expect(challenge).to.include({ channel: 'push', bindingMethod: 'none', interval: 5 })
    expect(challenge).not.to.have.property('bindingCode')

    clock.tick(5000)
    expect((await tab.poll()).code).to.equal('authorization_pending')
    expect(await tab.user()).to.equal(undefined)
    approve(okta, challenge)
    clock.tick(5000)

    expect((await tab.poll()).code).to.equal('complete')
    expect(await tab.user()).to.equal('bob@example.com')
  })

  it('shows the number to pick, and signs in who picks it', async () => {
    const clock = stopClock()
    const { okta, tab } = await begin()
    await tab.start(alice)
    const challenge = await tab.challenge()
    expect(challenge?.bindingMethod).to.equal('transfer')
    expect(newest(okta).numbers).to.include(challenge?.bindingCode)

    approve(okta, challenge)
    clock.tick(5000)

    expect((await tab.poll()).code).to.equal('complete')
    expect(await tab.user()).to.equal('alice@example.com')
  })

  const refusals = {
    'answered with another number': (numbers: string[], shown: string | undefined) => ({
      number: numbers.find((number) => number !== shown) ?? '',
    }),
    denied: () => 'deny' as const,
  }
  for (const [how, answer] of Object.entries(refusals)) {
    it(`that is ${how} ends the sign-in`, async () => {
      const clock = stopClock()
      const { okta, tab, calls } = await begin()
      await tab.start(alice)
      const shown = (await tab.challenge())?.bindingCode
      const { id, numbers = [] } = newest(okta)
      okta.directory.answer(id, answer(numbers, shown))

      clock.tick(5000)
      const denied = await tab.poll()

      expect(denied.code).to.equal('challenge_denied')
      expect(denied).not.to.have.property('challenge')
      expect(await tab.user()).to.equal(undefined)
      expect(await tab.challenge()).to.equal(undefined)
      clock.tick(5000)
      expect((await tab.poll()).code).to.equal('no_challenge')
      expect(calls.count('token')).to.equal(1)
    })
  }

  it('takes no code', async () => {
    const clock = stopClock()
    const { tab, calls } = await begin()
    await tab.start(alice)
    const number = (await tab.challenge())?.bindingCode ?? ''
    clock.tick(5000)

    expect((await tab.submit(number)).code).to.equal('wrong_step')
    expect(calls.count('token')).to.equal(0)
    expect((await tab.poll()).code).to.equal('authorization_pending')
  })
})
