import { expect } from 'chai'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Cluster, ClusterTab } from '../support/cluster.ts'
import { newest } from '../support/stand-in.ts'

const bob = 'bob@example.com'

/** Polls ten times a second, or as fast as answers come. */
async function pollFor(tab: ClusterTab, milliseconds: number): Promise<Answer[]> {
  const answers: Answer[] = []
  for (const end = Date.now() + milliseconds; Date.now() < end;) {
    const [answer] = await Promise.all([tab.poll(), sleep(100)])
    answers.push(answer)
  }
  return answers
}

const codesOf = (answers: Answer[]): string[] => [...new Set(answers.map(({ code }) => code))]
const processesOf = (answers: Answer[]): Set<number> =>
  new Set(answers.map(({ process }) => process))

export function polls(cluster: () => Cluster): void {
  describe('Polling a challenge through four processes', () => {
    /** A push to bob, a moment before the first poll may reach Okta, and tabs that all see it. */
    async function pushToBob(tabsPerProcess: number): Promise<ClusterTab[]> {
      const tabs = await cluster().tabs(tabsPerProcess)
      await tabs[0]?.start(bob, 'push')
      return tabs
    }

    function approve(): void {
      const { standIn } = cluster().okta
      standIn.directory.answer(newest(standIn, bob).id, 'approve')
    }

    it('reaches Okta once per interval and never twice at once, from ten tabs for each of them', async () => {
      const { okta } = cluster()
      const life = 4
      okta.standIn.directory.pace.expiresIn = life
      okta.delay = 300
      const tabs = await cluster().tabs(10)

      const since = Date.now()
      await tabs[0]?.start(bob, 'push')
      const answers = (await Promise.all(tabs.map((tab) => pollFor(tab, life * 1000)))).flat()
      const elapsed = (Date.now() - since) / 1000

      expect(processesOf(answers).size).to.equal(4)
      expect(okta.tokenCalls).to.be.within(2, 1 + Math.floor(elapsed))
      expect(okta.mostAtOnce).to.equal(1)
      const allowed = ['pending', 'challenge_expired', 'no_challenge']
      expect(allowed).to.include.members(codesOf(answers))
      expect((await tabs[0]?.poll())?.code).to.equal('no_challenge')
    })

    it('slows down in all of them when Okta has told one', async () => {
      const { okta } = cluster()
      const tabs = await pushToBob(1)
      okta.slowDown()
      while (okta.tokenCalls === 0) {
        await Promise.all(tabs.map((tab) => pollFor(tab, 1)))
      }

      const answers = await Promise.all(tabs.map((tab) => pollFor(tab, 1500)))

      expect(processesOf(answers.flat()).size).to.equal(4)
      expect(codesOf(answers.flat())).to.deep.equal(['pending'])
      for (const [first] of answers) {
        expect(first?.retryAfter).to.be.within(2, 6)
      }
      expect(okta.tokenCalls).to.equal(1)
    })

    it('signs in once when twenty polls come at once after the approval', async () => {
      const { okta, example } = cluster()
      const tabs = await pushToBob(5)
      approve()
      await sleep(1000)
      const logged = example.output().length

      const answers = await Promise.all(tabs.map((tab) => tab.poll()))

      expect(answers).to.have.lengthOf(20)
      expect(processesOf(answers).size).to.equal(4)
      // Those that came while the first one was out are told to wait, or get its answer.
      for (const { code, status } of answers) {
        expect([code, status].join(' ')).to.match(/^(complete|pending) 200$|^no_challenge 403$/)
      }
      expect(codesOf(answers)).to.include('complete')
      expect(okta.tokenCalls).to.equal(1)
      const signedIn = await Promise.all(tabs.map((tab) => tab.isSignedIn()))
      expect(signedIn.every(Boolean)).to.equal(true)
      expect(
        example
          .output()
          .slice(logged)
          .match(/"event":"success"/g),
      ).to.have.lengthOf(1)
    })

    for (const [what, answer] of Object.entries({
      'brings tokens': approve,
      'brings nothing': () => {},
    })) {
      it(`stays cancelled when a poll that was under way ${what}`, async () => {
        const { okta } = cluster()
        const tabs = await pushToBob(1)
        const [first, second, third] = tabs as [ClusterTab, ClusterTab, ClusterTab]
        await sleep(1000)
        const held = okta.hold()
        const underWay = first.poll()
        await held.arrived
        expect(await second.poll()).to.include({ code: 'pending' })

        const cancelled = await third.cancel()
        answer()
        held.release()

        expect(cancelled).to.include({ code: 'cancelled', status: 200 })
        expect(await underWay).to.include({ code: 'no_challenge', status: 403 })
        expect(codesOf(await Promise.all(tabs.map((tab) => tab.poll())))).to.deep.equal([
          'no_challenge',
        ])
        const signedIn = await Promise.all(tabs.map((tab) => tab.isSignedIn()))
        expect(signedIn.some(Boolean)).to.equal(false)
        expect(okta.tokenCalls).to.equal(1)
      })
    }
  })
}
