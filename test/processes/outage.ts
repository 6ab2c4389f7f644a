import { expect } from 'chai'
import { Browser, type Page } from '../support/browser.ts'
import type { Answer, Cluster, ClusterTab } from '../support/cluster.ts'
import { wrongCodeOf } from '../support/flow.ts'
import { whenOver } from '../support/resources.ts'

const alice = 'alice@example.com'

export function outage(cluster: () => Cluster): void {
  describe('A Redis that is away', () => {
    let pids: number[]
    let tabs: ClusterTab[]

    beforeEach(async () => {
      tabs = await cluster().tabs(1)
      pids = await cluster().pids()
      expect(await tabs[0]?.start(alice, 'sms')).to.include({ code: 'challenge' })
      cluster().okta.reset()
    })

    /** Everything that a browser with a challenge can ask of each process, and a new one's start. */
    async function askForEverything(): Promise<Answer[]> {
      const wrong = wrongCodeOf(cluster().okta.standIn)
      const strangers = await cluster().tabs(1)
      const asked = tabs.flatMap((tab) => [
        tab.submit(wrong),
        tab.cancel(),
        tab.start(alice, 'sms'),
      ])
      return Promise.all([
        ...asked,
        ...strangers.map((each) => each.start('bob@example.com', 'push')),
      ])
    }

    async function untilAllAnswer(): Promise<void> {
      for (const tab of tabs) {
        while ((await tab.browser.get('/login')).status >= 500) {
          // node-redis tries again soon.
        }
      }
    }

    it('refuses everything, asks nothing of Okta, and everything works and is limited once it is back', async () => {
      const { redis, okta } = cluster()
      await redis.stop()

      const refused = await askForEverything()

      expect(refused).to.have.lengthOf(16)
      expect(new Set(refused.map(({ status }) => status))).to.deep.equal(new Set([503]))
      expect(okta.sent).to.deep.equal([])

      await redis.start()
      await untilAllAnswer()
      expect(await tabs[1]?.start(alice, 'sms')).to.include({ code: 'challenge' })
      expect(await tabs[2]?.start(alice, 'sms')).to.include({ code: 'rate_limited' })
      const wrong = wrongCodeOf(okta.standIn)
      await Promise.all([...tabs, ...tabs].map((tab) => tab.submit(wrong)))
      expect(okta.tokenCalls).to.equal(4)
      expect(new Set(await cluster().pids())).to.deep.equal(new Set(pids))
    })

    it('refuses everything when it accepts connections and does not answer, and forgets nothing', async () => {
      const { redis, okta } = cluster()
      redis.hang()
      whenOver(() => {
        redis.wake()
      })

      const refusing = askForEverything()
      // Each command that is sent makes node-redis more patient.
      const visits: Promise<Page>[] = []
      const visiting = setInterval(() => {
        const browser = new Browser(cluster().origin)
        browser.cookies = tabs[0]?.browser.cookies ?? new Map<string, string>()
        visits.push(browser.get('/'))
      }, 100)
      whenOver(() => {
        clearInterval(visiting)
      })
      const refused = await refusing
      clearInterval(visiting)
      const visited = await Promise.all(visits)

      const statuses = [...refused, ...visited].map(({ status }) => status)
      expect(new Set(statuses)).to.deep.equal(new Set([503]))
      expect(okta.sent).to.deep.equal([])

      redis.wake()
      await untilAllAnswer()
      expect(await tabs[1]?.start(alice, 'sms')).to.include({ code: 'rate_limited' })
      expect(new Set(await cluster().pids())).to.deep.equal(new Set(pids))
    })
  })
}
