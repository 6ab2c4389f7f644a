import { expect } from 'chai'
import { OktaOobStrategy } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import { Browser } from '../support/browser.ts'
import { startExample } from '../support/example.ts'
import { whenOver } from '../support/resources.ts'
import { clientOf, newest, standIn } from '../support/stand-in.ts'

describe('Warnings', () => {
  it('the example prints where it is and no warning, through a whole sign-in', async () => {
    const example = await startExample('npm start', { NODE_OPTIONS: '--trace-warnings' })
    whenOver(example.stop)
    const alice = new Browser(example.origin)
    await alice.post('/login', { username: 'alice@example.com', channel: 'sms' })
    const phone = await (await fetch(example.phone)).text()
    const code = /class="code">(\d+)</.exec(phone)?.[1] ?? ''
    const answer = await alice.post('/login/complete', { code })
    expect(answer.location).to.equal('/')
    await example.stop()

    const notOurs = /^(npm |oidc-provider WARNING: Unsupported runtime)/
    const lines = example.errors().split('\n')
    expect(lines.filter((line) => line !== '' && !notOurs.test(line))).to.deep.equal([])
    expect(example.output()).to.not.match(/warning/i)
  }).timeout(60_000)

  it('the library causes none when many sign in at once', async () => {
    const users = Array.from({ length: 15 }, (_, index) => ({
      username: `user-${index}@example.com`,
      name: `User ${index}`,
      channels: ['sms'],
    }))
    const okta = await standIn({ users })
    const app = await startApp(new OktaOobStrategy(clientOf(okta.issuer)))
    const warnings: Error[] = []
    const listen = (warning: Error) => warnings.push(warning)
    process.on('warning', listen)
    whenOver(() => process.off('warning', listen))

    await Promise.all(
      users.map(async ({ username }) => {
        const browser = app.browser()
        await browser.postJson('/login', { username, channel: 'sms' })
        const { code } = newest(okta, username)
        const { status } = await browser.postJson('/login', { code })
        expect(status).to.equal(200)
      }),
    )
    // Node emits a warning in a later turn than the one that caused it.
    await new Promise(setImmediate)

    expect(warnings).to.deep.equal([])
  })
})
