import { expect } from 'chai'
import type { Cluster } from '../support/cluster.ts'
import { codeOf } from '../support/flow.ts'
import { newest } from '../support/stand-in.ts'

const alice = 'alice@example.com'
const bob = 'bob@example.com'
const requestId = 'a-value-that-nobody-guesses'

export function repeats(cluster: () => Cluster): void {
  describe('A request that reaches four processes', () => {
    it('sends one text when it starts, at once and again, and its code signs in once', async () => {
      const { okta } = cluster()
      const tabs = await cluster().tabs(1)
      const before = okta.standIn.directory.messages(alice).length
      // Each has the cookies of before the start, as a browser that has lost each answer.
      const lost = tabs.map((tab) => tab.copy())

      const answers = await Promise.all(lost.map((tab) => tab.start(alice, 'sms', requestId)))
      answers.push((await tabs[0]?.copy().start(alice, 'sms', requestId)) as (typeof answers)[0])

      expect(new Set(answers.map(({ process }) => process)).size).to.equal(4)
      expect(new Set(answers.map(({ code }) => code))).to.deep.equal(new Set(['challenge']))
      expect(okta.standIn.directory.messages(alice)).to.have.length(before + 1)

      const code = codeOf(okta.standIn)
      const [first, ...others] = lost
      const codes = await Promise.all([
        first?.submit(code),
        ...others.map((tab) => tab.submit(code)),
      ])
      expect(new Set(codes.map((answer) => answer?.code))).to.deep.equal(new Set(['complete']))
      expect(okta.tokenCalls).to.equal(1)
      for (const tab of lost) {
        expect(await tab.isSignedIn()).to.equal(true)
      }
    })

    it('signs in by one poll that has found the approval, whichever process is asked again', async () => {
      const { okta } = cluster()
      const tabs = await cluster().tabs(1)
      await tabs[0]?.start(bob, 'push')
      okta.standIn.directory.answer(newest(okta.standIn, bob).id, 'approve')
      const later = tabs.map((tab) => tab.copy())
      let first = await tabs[0]?.copy().poll()
      while (first?.code === 'pending') {
        first = await tabs[0]?.copy().poll()
      }
      expect(first?.code).to.equal('complete')
      const asked = okta.tokenCalls

      const answers = await Promise.all(later.map((tab) => tab.poll()))

      expect(new Set(answers.map(({ code }) => code))).to.deep.equal(new Set(['complete']))
      expect(okta.tokenCalls).to.equal(asked)
    })
  })
}
