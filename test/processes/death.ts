import { expect } from 'chai'
import type { Answer, Cluster } from '../support/cluster.ts'
import { codeOf } from '../support/flow.ts'
import { newest } from '../support/stand-in.ts'

export function death(cluster: () => Cluster): void {
  describe('A process that is killed', () => {
    it('leaves what it has started to the others, and is replaced', async () => {
      const { standIn } = cluster().okta
      const [first, another] = await cluster().tabs(1)
      const tabs = await cluster().tabs(1)
      const push = await first?.start('bob@example.com', 'push')
      const dead = push?.process ?? 0
      const answering = await Promise.all(tabs.map((tab) => tab.process()))
      const killed = tabs[answering.indexOf(dead)]
      const other = tabs[answering.findIndex((each) => each !== dead)]
      const text = await killed?.start('carol@example.com', 'sms')
      expect([push?.process, text?.process]).to.deep.equal([dead, dead])
      process.kill(dead, 'SIGKILL')
      // Until its death has been noticed, new connections are still given to it, and lost.
      await cluster().example.complained(new RegExp(`^Process (${dead}) has died`, 'm'))

      expect(await other?.submit(codeOf(standIn, 'carol@example.com'))).to.include({
        code: 'complete',
      })
      standIn.directory.answer(newest(standIn, 'bob@example.com').id, 'approve')
      let answer: Answer | undefined
      do {
        answer = await another?.poll()
      } while (answer?.code === 'pending')
      expect(answer).to.include({ code: 'complete', status: 200 })
      expect(answer?.process).to.not.equal(dead)
      expect(await cluster().pids())
        .to.have.lengthOf(4)
        .and.not.include(dead)
    })
  })
}
