import { expect } from 'chai'
import type { Cluster } from '../support/cluster.ts'
import { codeOf, wrongCodeOf } from '../support/flow.ts'

const alice = 'alice@example.com'

export function codes(cluster: () => Cluster): void {
  describe('Codes through four processes', () => {
    it('reach Okta four times when fifty wrong ones come at once, and then it is over everywhere', async () => {
      const { okta } = cluster()
      const tabs = await cluster().tabs(13)
      await tabs[0]?.start(alice, 'sms')
      okta.delay = 100

      const wrong = wrongCodeOf(okta.standIn)
      const fifty = tabs.slice(0, 50)
      const answers = await Promise.all(fifty.map((tab) => tab.submit(wrong)))

      expect(new Set(answers.map(({ process }) => process)).size).to.equal(4)
      expect(okta.tokenCalls).to.equal(4)
      for (const { code, status } of answers) {
        const clean = /^(incorrect_code 401|too_many_attempts 429|no_challenge 403)$/
        expect(`${code} ${status}`).to.match(clean)
      }
      const right = codeOf(okta.standIn)
      const late = await Promise.all(tabs.map((tab) => tab.submit(right)))
      expect(new Set(late.map(({ code }) => code))).to.deep.equal(new Set(['no_challenge']))
      expect(okta.tokenCalls).to.equal(4)
    })

    it('are counted for their user across challenges, whichever process has started them', async () => {
      const { okta, redis } = cluster()
      const tabs = await cluster().tabs(1)
      let tried = 0
      for (const tab of tabs.slice(0, 3)) {
        await tab.start(alice, tried === 0 ? 'sms' : 'voice')
        const wrong = wrongCodeOf(okta.standIn)
        await Promise.all(tabs.map((each) => each.submit(wrong)))
        tried += 4
        await redis.forget('okta-oob:sends:*')
      }
      expect(tried).to.equal(12)
      expect(okta.tokenCalls).to.equal(10)
    })
  })
}
