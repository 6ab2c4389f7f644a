import { expect } from 'chai'
import type { Express } from 'express'
import passport from 'passport'
import { OktaOobStrategy, type OktaOobStrategyOptions } from 'passport-okta-oob'
import { stopClock } from '../support/clock.ts'
import { approve, beginFlow, codeOf, shareStandIn, type Flow } from '../support/flow.ts'
import type { Page } from '../support/browser.ts'
import { clientOf } from '../support/stand-in.ts'

const alice = 'alice@example.com'
const erin = 'erin@example.com'

type Options = Omit<OktaOobStrategyOptions, 'passReqToCallback' | 'passTokensToCallback'>

describe('A strict strategy beside a weak one, on the same client', () => {
  const shared = shareStandIn()

  /** The weak one is the flow's own; the strict one is at `/strict`. */
  const begin = async (strict: Options, weak: Options = {}): Promise<Flow> => {
    const strategy = new OktaOobStrategy({ ...clientOf(shared.okta.issuer), ...strict })
    return beginFlow(shared.okta, {
      strategy: weak,
      routes: (app: Express) => {
        app.post('/strict/start', strategy.start())
        app.post('/strict/complete', strategy.complete())
        app.post('/strict/resend', strategy.resend())
        app.post('/strict/cancel', strategy.cancel())
        app.get('/strict/challenge', strategy.challenge())
        app.post('/strict/login', passport.authenticate(strategy) as never)
      },
    })
  }

  const codeOfPage = ({ json }: Page): string => json.error?.code ?? json.code ?? json.status

  /** Nothing of the challenge is of any use at the strict door, and it still waits at its own. */
  const expectNothing = async ({ tab }: Flow, fields: object): Promise<void> => {
    const { browser } = tab
    expect(codeOfPage(await browser.postJson('/strict/complete', fields))).to.equal('no_challenge')
    expect((await browser.postJson('/strict/login', fields)).status).to.equal(403)
    expect(codeOfPage(await browser.postJson('/strict/resend'))).to.equal('no_challenge')
    const shown = await browser.get('/strict/challenge', { accept: 'application/json' })
    expect(codeOfPage(shown)).to.equal('no_challenge')
    expect(await tab.user()).to.equal(undefined)
  }

  it('takes no code of a text where only pushes are allowed', async () => {
    const flow = await begin({ channels: ['push'] })
    const { okta, tab, calls } = flow
    await tab.start({ channel: 'sms' })

    await expectNothing(flow, { code: codeOf(okta) })

    expect(calls.count('token')).to.equal(0)
    expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
  })

  it('takes no push without a number where a number is required', async () => {
    const clock = stopClock()
    const flow = await begin({ requireNumberChallenge: true })
    const { okta, tab } = flow
    await tab.start({ username: 'bob@example.com', channel: 'push' })
    approve(okta, undefined)
    clock.tick(5000)

    await expectNothing(flow, {})

    expect((await tab.poll()).code).to.equal('complete')
  })

  it('takes no second factor that it does not offer', async () => {
    const flow = await begin({ mfa: { channels: ['push'] } }, { mfa: { channels: ['sms'] } })
    const { okta, tab } = flow
    await tab.start({ username: erin, channel: 'sms' })
    await tab.submit(codeOf(okta, erin))
    expect(await tab.challenge()).to.include({ factor: 2, channel: 'sms' })

    await expectNothing(flow, { code: codeOf(okta, erin) })

    expect((await tab.submit(codeOf(okta, erin))).code).to.equal('complete')
  })

  it('goes on with what it could have started itself', async () => {
    const { okta, tab } = await begin({ channels: ['sms'] })
    await tab.start({ channel: 'sms' })

    const { json } = await tab.browser.postJson('/strict/complete', { code: codeOf(okta) })

    expect(json.status).to.equal('complete')
  })

  it('can cancel it, and start in its place', async () => {
    const { okta, tab } = await begin({ channels: ['push'] })
    await tab.start({ channel: 'sms' })
    await tab.browser.postJson('/strict/cancel')
    expect(await tab.challenge()).to.equal(undefined)
    await tab.start({ channel: 'voice' })
    const old = tab.copy()

    await tab.browser.postJson('/strict/start', { username: alice })

    expect((await old.submit(codeOf(okta))).code).to.equal('no_challenge')
  })

  it('counts wrong codes, texts and pushes together with it', async () => {
    stopClock()
    const { okta, tab, calls } = await begin({})
    await tab.start({ channel: 'sms' })
    const wrong = codeOf(okta) === '000000' ? '111111' : '000000'
    const left = []
    for (const path of ['/complete', '/strict/complete', '/complete', '/strict/complete']) {
      const { json } = await tab.browser.postJson(path, { code: wrong })
      left.push(json.error.attemptsLeft)
    }

    expect(left).to.deep.equal([3, 2, 1, undefined])
    expect(codeOfPage(await tab.browser.postJson('/complete', { code: codeOf(okta) }))).to.equal(
      'no_challenge',
    )
    expect(calls.count('token')).to.be.at.most(4)
    const text = await tab.browser.postJson('/strict/start', { username: alice, channel: 'sms' })
    expect(codeOfPage(text)).to.equal('rate_limited')
  })
})
