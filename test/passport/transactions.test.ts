import { expect } from 'chai'
import { OktaOobStrategy } from 'passport-okta-oob'
import {
  alice,
  expectRefusal,
  expectStart,
  expectTokens,
  publicClient,
  refusals,
} from '../support/account.ts'
import { drive, request } from '../support/actions.ts'
import { startApp } from '../support/app.ts'
import { stopClock } from '../support/clock.ts'
import { OktaWire } from '../support/okta.ts'

const texted = { username: alice, channel: 'sms' }

describe('A challenge', () => {
  it('is redeemed once, even by a request that holds an older copy of the session', async () => {
    const okta = expectStart(new OktaWire().discovery(), { channel: 'sms' })
    await expectTokens(okta, { oobCode: 'ft-sms', code: '123456' })
    const strategy = new OktaOobStrategy(publicClient)
    const session = {}
    await drive(strategy, request(texted, session))
    const older = structuredClone(session)

    const [first] = await drive(strategy, request({ code: '123456' }, session))
    const [second] = await drive(strategy, request({ code: '123456' }, older))

    expect(first?.[0]).to.equal('success')
    expect(second?.[0]).to.equal('fail')
    expect(second?.[1]).to.have.property('code', 'no_challenge')
  })

  it('signs in both of two equal requests, by one call to Okta', async () => {
    const okta = expectStart(new OktaWire().discovery(), { channel: 'sms' })
    await expectTokens(okta, { oobCode: 'ft-sms', code: '123456' })
    const { browser } = await startApp(new OktaOobStrategy(publicClient))
    const tab = browser()
    await tab.post('/login', texted)

    const answers = await Promise.all(
      [tab, tab.copy()].map((each) => each.post('/login', { code: '123456' })),
    )

    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200])
    expect(answers[0]?.json).to.deep.equal(answers[1]?.json)
  })

  it('survives a wrong code, which a second tab may follow with the right one', async () => {
    const okta = expectStart(new OktaWire().discovery(), { channel: 'sms' })
    expectRefusal(okta, { oobCode: 'ft-sms', code: '000000' }, refusals.wrongCode)
    await expectTokens(okta, { oobCode: 'ft-sms', code: '123456' })
    const { browser } = await startApp(new OktaOobStrategy(publicClient))
    const tab = browser()
    await tab.post('/login', texted)

    const wrong = await tab.post('/login', { code: '000000' })
    expect([wrong.status, wrong.json.code]).to.deep.equal([401, 'incorrect_code'])
    expect(wrong.json.challenge.channel).to.equal('sms')
    expect((await tab.copy().post('/login', { code: '123456' })).json).to.have.property('user')
  })

  it('lives for ten minutes at the most, whatever Okta says', async () => {
    const clock = stopClock()
    const okta = new OktaWire().discovery()
    okta.post(
      'oob-authenticate',
      { client_id: okta.clientId, login_hint: alice, channel_hint: 'sms' },
      200,
      { oob_code: 'ft-long', expires_in: 86_400, channel: 'sms', binding_method: 'prompt' },
    )
    expectRefusal(okta, { oobCode: 'ft-long', code: '000000' }, refusals.wrongCode)
    const { browser } = await startApp(new OktaOobStrategy(publicClient))
    const tab = browser()
    await tab.post('/login', texted)

    clock.tick(599_000)
    const late = await tab.post('/login', { code: '000000' })
    clock.tick(1000)
    const tooLate = await tab.post('/login', { code: '123456' })

    expect(late.json.code).to.equal('incorrect_code')
    expect(tooLate.json.code).to.equal('challenge_expired')
  })

  it('replaced in one tab is over in the other: the new one is what a poll finds', async () => {
    const clock = stopClock()
    const okta = expectStart(new OktaWire().discovery(), { oobCode: 'ft-old' })
    expectStart(okta, { oobCode: 'ft-new' })
    await expectTokens(okta, { oobCode: 'ft-new' })
    const strategy = new OktaOobStrategy(publicClient)
    const session = {}
    await drive(strategy, request({ username: alice }, session))
    const otherTab = structuredClone(session)
    await drive(strategy, request({ username: alice }, session))
    clock.tick(5000)

    const [old] = await drive(strategy, request({}, otherTab))
    const [current] = await drive(strategy, request({}, session))

    expect(old?.[1]).to.have.property('code', 'no_challenge')
    expect(current?.[0]).to.equal('success')
  })
})
