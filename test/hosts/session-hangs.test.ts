import { expect } from 'chai'
import { OktaOobStrategy } from 'passport-okta-oob'
import { Browser } from '../support/browser.ts'
import { codeOf, shareStandIn, wrongCodeOf } from '../support/flow.ts'
import { OktaCalls } from '../support/okta-calls.ts'
import { afterSilence, Silence, type StoreMethod } from '../support/silence.ts'
import { clientOf } from '../support/stand-in.ts'
import { passportHosts } from './passport-hosts.ts'

const texted = { username: 'alice@example.com', channel: 'sms' }
const called = { username: 'alice@example.com', channel: 'voice' }

describe('A session that does not answer', () => {
  const shared = shareStandIn()
  const hosts = Object.entries(passportHosts).filter(([name]) => !name.includes('secure-session'))

  for (const [host, start] of hosts) {
    const begin = async () => {
      const silence = new Silence()
      const calls = new OktaCalls()
      const limits = { codesPerChallenge: { points: 1, duration: 600 } }
      const okta = new OktaOobStrategy({
        ...clientOf(shared.okta.issuer),
        limits,
        fetch: calls.fetch,
      })
      const browser = new Browser(await start({ okta, silence }))
      return { silence, calls, browser }
    }

    for (const method of ['destroy', 'set'] as StoreMethod[]) {
      it(`is session_failed after five seconds of a start: ${method}, of ${host}`, async () => {
        const { silence, browser } = await begin()
        await browser.post('/cart')
        silence.method = method

        const { status, json } = await afterSilence(silence, () =>
          browser.postJson('/login', texted),
        )

        expect([status, json.code]).to.deep.equal([500, 'session_failed'])
        silence.letGo()
      })
    }

    for (const what of ['a start', 'the last wrong code']) {
      it(`is session_failed after five seconds, too, when it is read again after ${what}, of ${host}`, async () => {
        const { silence, calls, browser } = await begin()
        await browser.postJson('/login', texted)
        const isStart = what === 'a start'
        const body = isStart ? called : { code: wrongCodeOf(shared.okta) }

        const { status, json } = await afterSilence(silence, async () => {
          const held = calls.hold(isStart ? 'oob-authenticate' : 'token')
          const answer = browser.postJson('/login', body)
          await held.arrived
          silence.method = 'get'
          held.release()
          return answer
        })

        expect([status, json.code]).to.deep.equal([500, 'session_failed'])
        silence.letGo()
      })
    }

    it(`signs in all the same when it answers again, of ${host}`, async () => {
      const { silence, browser } = await begin()
      silence.method = 'set'
      await afterSilence(silence, () => browser.postJson('/login', texted))
      silence.letGo()
      browser.cookies.clear()
      await browser.postJson('/login', called)

      expect((await browser.postJson('/login', { code: codeOf(shared.okta) })).status).to.equal(200)
    })
  }
})
