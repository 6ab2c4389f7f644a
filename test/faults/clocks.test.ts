import { expect } from 'chai'
import { beginFaultyFlow, type FaultyFlow } from '../support/faulty-flow.ts'
import { jsonDoors, shareStandIn } from '../support/flow.ts'

const invalid = [502, 'id_token_invalid']
const complete = [200, 'complete']

/** How far Okta's clock is ahead of ours, in seconds, and how a sign-in ends then. */
const clocks = {
  // `iat` is in the future.
  'five minutes ahead of ours': { ahead: 300, end: invalid },
  'most of a minute ahead of ours': { ahead: 50, end: complete },
  'five minutes behind ours': { ahead: -300, end: complete },
  // `exp` has passed: Okta's ID tokens live for an hour.
  'more than an hour behind ours': { ahead: -3900, end: invalid },
}

const ways = {
  'a code': { channel: 'sms' },
  'a push': { channel: 'push' },
  'a second factor': { channel: 'sms', username: 'erin@example.com' },
}

for (const [name, { ahead, end }] of Object.entries(clocks)) {
  describe(`While Okta’s clock is ${name}`, () => {
    const shared = shareStandIn()

    async function begin(username?: string): Promise<FaultyFlow> {
      const door = jsonDoors['the handlers, as JSON']!
      const options = { timeout: 5, door, ...(username !== undefined && { username }) }
      const flow = await beginFaultyFlow(shared.okta, options)
      flow.faultServer.ahead = ahead
      return flow
    }

    it('a challenge lives as long as Okta says, counted by our own clock', async () => {
      const flow = await begin()

      const { code, challenge } = await flow.start('push')

      expect(code).to.equal('challenge_started')
      expect(Date.parse(challenge?.expiresAt ?? '')).to.equal(Date.now() + 300_000)
      flow.clock.tick(5000)
      const poll = await flow.tab.poll()
      expect(poll).to.include({ code: 'authorization_pending', retryAfter: 5 })
    })

    for (const [way, { channel, username }] of Object.entries<{
      channel: string
      username?: string
    }>(ways)) {
      it(`signing in by ${way} ends with ${end[1]}, and works when the clocks agree`, async () => {
        const flow = await begin(username)

        const step = await flow.signIn(channel)

        expect([step.status, step.code]).to.deep.equal(end)
        expect(await flow.tab.challenge()).to.equal(undefined)
        const user = end === complete ? flow.username : undefined
        expect(await flow.tab.user()).to.equal(user)

        flow.faultServer.ahead = 0
        expect((await flow.signIn(channel)).code).to.equal('complete')
        expect(await flow.tab.user()).to.equal(flow.username)
      })
    }
  })
}
