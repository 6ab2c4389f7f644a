import { expect } from 'chai'
import { OktaOobStrategy } from 'passport-okta-oob'
import { startApp, type TestApp } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { stopClock } from '../support/clock.ts'
import { clientOf, newest, standIn } from '../support/stand-in.ts'
import type { StandIn } from '../../example/okta/stand-in.ts'

const address = { 'x-forwarded-for': '203.0.113.7' }
const elsewhere = { 'x-forwarded-for': '198.51.100.9' }

/** An app with the default limits, behind a proxy, and so many users with a phone. */
async function begin(count: number): Promise<{ okta: StandIn; app: TestApp; users: string[] }> {
  const users = Array.from({ length: count }, (_, index) => `user-${index}@example.com`)
  const directory = users.map((username) => ({ username, name: username, channels: ['sms'] }))
  const okta = await standIn({ users: directory })
  const app = await startApp(new OktaOobStrategy(clientOf(okta.issuer)), {
    routes: (express) => express.set('trust proxy', 'loopback'),
  })
  return { okta, app, users }
}

async function start(browser: Browser, username: string, from = address): Promise<string> {
  const { json } = await browser.postJson('/login', { username, channel: 'sms' }, from)
  return json.code
}

function wrong(okta: StandIn, username: string): string {
  return newest(okta, username).code === '000000' ? '000001' : '000000'
}

describe('An office behind one address', () => {
  it('has forty people sign in within a minute, and again after lunch', async () => {
    const clock = stopClock()
    const { okta, app, users } = await begin(40)
    for (const part of ['morning', 'afternoon']) {
      for (const [index, username] of users.entries()) {
        const browser = app.browser()
        expect(await start(browser, username), part).to.equal('challenge_started')
        if (index % 4 === 0) {
          const mistyped = { code: wrong(okta, username) }
          const { json } = await browser.postJson('/login', mistyped, address)
          expect(json.code, part).to.equal('incorrect_code')
        }
        const { code } = newest(okta, username)
        expect((await browser.postJson('/login', { code }, address)).status, part).to.equal(200)
        clock.tick(1400)
      }
      clock.tick(4 * 60_000)
    }
  })
})

describe('A sprayer at one address', () => {
  it('starts for sixty users in ten minutes, known or not, and no more', async () => {
    const clock = stopClock()
    const { app, users, okta } = await begin(40)
    const names = users.flatMap((username) => [username, `no-${username}`])
    const codes = []
    for (const username of names) {
      codes.push(await start(app.browser(), username))
      clock.tick(5000)
    }

    const refused = Array<string>(20).fill('rate_limited')
    expect(codes.slice(60)).to.deep.equal(refused)
    expect(new Set(codes.slice(0, 60))).to.deep.equal(new Set(['challenge_started']))
    expect(okta.directory.messages()).to.have.length(30)
    expect(await start(app.browser(), 'user-39@example.com', elsewhere)).to.equal(
      'challenge_started',
    )
  })

  it('tries a hundred wrong codes an hour, of any users; others go on', async () => {
    const clock = stopClock()
    const { app, okta, users } = await begin(40)
    const codes: string[] = []
    const starts: string[] = []
    let last: Browser | undefined
    for (const username of users) {
      const browser = app.browser()
      starts.push(await start(browser, username))
      if (starts.at(-1) !== 'challenge_started') {
        break
      }
      for (let count = 0; count < 3; count += 1) {
        const guess = { code: wrong(okta, username) }
        codes.push((await browser.postJson('/login', guess, address)).json.code)
      }
      last = browser
      clock.tick(20_000)
    }

    expect(new Set(codes.slice(0, 99))).to.deep.equal(new Set(['incorrect_code']))
    expect(codes.slice(99)).to.deep.equal(Array(3).fill('too_many_attempts'))
    // Nobody there is sent a code that would not be looked at.
    expect(starts.slice(34)).to.deep.equal(['too_many_attempts'])
    const { code } = newest(okta, users[33])
    const refused = await last?.postJson('/login', { code }, address)
    expect(refused?.status).to.equal(429)
    expect(refused?.json.retryAfter).to.equal(3600 - 34 * 20)
    const passed = await last?.postJson('/login', { code }, elsewhere)
    expect(passed?.status).to.equal(200)
  })
})
