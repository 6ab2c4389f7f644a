import { expect } from 'chai'
import { OktaOobStrategy, type OktaOobClientOptions } from 'passport-okta-oob'
import { expired } from '../../example/okta/texts.ts'
import { startApp } from '../support/app.ts'
import { stopClock } from '../support/clock.ts'
import { recordingFetch } from '../support/recording-fetch.ts'
import { clientOf, newest, standIn } from '../support/stand-in.ts'

const erin = 'erin@example.com'
const mfaOob = 'http://auth0.com/oauth/grant-type/mfa-oob'
const mfaOtp = 'http://auth0.com/oauth/grant-type/mfa-otp'
const oob = 'urn:okta:params:oauth:grant-type:oob'

type Issuer = 'issuer' | 'customIssuer'

/** An app whose user has passed the first factor with a text. */
async function afterFirstFactor(
  mfa: NonNullable<OktaOobClientOptions['mfa']> | undefined,
  issuer: Issuer = 'issuer',
) {
  const clock = stopClock()
  const okta = await standIn()
  const { fetch, requests } = recordingFetch()
  const options = { ...clientOf(okta[issuer]), ...(mfa && { mfa }), fetch }
  const { browser } = await startApp(new OktaOobStrategy(options))
  const user = browser()
  await user.postJson('/start', { username: erin, channel: 'sms', returnTo: '/deep' })
  const answer = await user.postJson('/complete', { code: newest(okta, erin).code })
  return { clock, okta, requests, user, answer }
}

for (const issuer of ['issuer', 'customIssuer'] as const) {
  describe(`A second factor (${issuer})`, () => {
    it('by push with a number: a second challenge in the same shape, then the sign-in', async () => {
      const { clock, okta, requests, user, answer } = await afterFirstFactor(
        { channels: ['push'] },
        issuer,
      )
      const { number } = { number: answer.json.challenge.bindingCode }
      expect(answer.json).to.deep.include({ status: 'challenge' })
      expect(answer.json.challenge).to.include({
        factor: 2,
        channel: 'push',
        bindingMethod: 'transfer',
        interval: 5,
      })
      okta.directory.answer(newest(okta, erin).id, { number })
      clock.tick(5000)

      const done = await user.postJson('/complete')

      expect(done.json).to.deep.equal({ status: 'complete', redirectTo: '/deep' })
      const [challenge] = requests('/challenge')
      expect(challenge?.form).to.deep.include({
        challenge_types_supported: mfaOob,
        channel_hint: 'push',
      })
      const token = requests('/token').at(-1)
      expect(token?.form).to.include({
        grant_type: mfaOob,
        mfa_token: challenge?.form['mfa_token'] ?? 'none',
        grant_types_supported: `${oob} ${mfaOob}`,
      })
      expect(token?.form).to.not.have.property('binding_code')
    })

    for (const channel of ['sms', 'voice', 'email']) {
      it(`by ${channel}: the answer has no interval, and the code goes with the mfa_token`, async () => {
        const { okta, requests, user, answer } = await afterFirstFactor(
          { channels: [channel] },
          issuer,
        )
        expect(answer.json.challenge).to.include({ factor: 2, bindingMethod: 'prompt' })
        expect(answer.json.challenge).to.not.have.property('interval')
        const { code } = newest(okta, erin)

        const done = await user.postJson('/complete', { code })

        expect(done.json.status).to.equal('complete')
        expect(requests('/token').at(-1)?.form)
          .to.include({ grant_type: mfaOob, binding_code: code })
          .and.have.property('mfa_token')
      })
    }

    it('by an authenticator app: nothing is sent, the typed code is the otp', async () => {
      const { okta, requests, user, answer } = await afterFirstFactor({ otp: true }, issuer)
      expect(answer.json.challenge).to.include({
        factor: 2,
        channel: 'otp',
        bindingMethod: 'prompt',
      })
      expect(answer.json.challenge).to.not.have.property('resendAt')
      const otp = okta.directory.otpOf(okta.directory.user(erin)!)

      const wrong = await user.postJson('/complete', { code: otp === '000000' ? '1111' : '000000' })
      const done = await user.postJson('/complete', { code: `${otp.slice(0, 3)} ${otp.slice(3)}` })

      expect(wrong.json.error).to.include({ code: 'incorrect_code' })
      expect(wrong.json.error.challenge).to.include({ factor: 2 })
      expect(done.json.status).to.equal('complete')
      expect(requests('/token').at(-1)?.form).to.include({ grant_type: mfaOtp, otp })
    })
  })
}

describe('A second factor', () => {
  it('is a waiting challenge for passport.authenticate, with the code mfa_required', async () => {
    const okta = await standIn()
    const strategy = new OktaOobStrategy({ ...clientOf(okta.issuer), mfa: { otp: true } })
    const user = (await startApp(strategy)).browser()
    await user.postJson('/login', { username: erin, channel: 'voice' })

    const answer = await user.postJson('/login', { code: newest(okta, erin).code })

    expect(answer.status).to.equal(401)
    expect(answer.json).to.include({ code: 'mfa_required' })
    expect(answer.json.challenge).to.include({ factor: 2, channel: 'otp' })
  })

  it('can be changed by a resend, to the channels of the second factor only', async () => {
    const { okta, user } = await afterFirstFactor({ channels: ['push', 'voice'], otp: true })

    const refused = await user.postJson('/resend', { channel: 'sms' })
    const called = await user.postJson('/resend', { channel: 'voice' })
    const done = await user.postJson('/complete', { code: newest(okta, erin).code })

    expect(refused.json.error).to.include({ code: 'channel_not_allowed' })
    expect(refused.json.error.challenge).to.include({ factor: 2, channel: 'push' })
    expect(called.json.challenge).to.include({ factor: 2, channel: 'voice' })
    expect(done.json.status).to.equal('complete')
  })

  it('cannot be sent again when its mfa_token has expired, and is over with it', async () => {
    const clock = stopClock()
    const okta = await standIn()
    let isExpired = false
    const strategy = new OktaOobStrategy({
      ...clientOf(okta.issuer),
      mfa: { channels: ['push'] },
      fetch: async (url, init) => {
        const { status, ...body } = expired('mfa-token', 'mfa_token')
        return isExpired && url.endsWith('/challenge')
          ? Response.json(body, { status })
          : fetch(url, init)
      },
    })
    const user = (await startApp(strategy)).browser()
    await user.postJson('/start', { username: erin, channel: 'sms' })
    await user.postJson('/complete', { code: newest(okta, erin).code })
    isExpired = true
    clock.tick(5000)

    const refused = await user.postJson('/resend')

    expect(refused.json.error).to.include({ code: 'challenge_expired' })
    expect(refused.json.error).to.not.have.property('challenge')
    expect((await user.postJson('/complete')).json.error.code).to.equal('no_challenge')
  })

  it('is the first one in the app’s order that the user has', async () => {
    const users = [{ username: erin, name: 'Erin', channels: ['sms', 'voice'], secondFactor: true }]
    const okta = await standIn({ users })
    const mfa = { channels: ['push', 'voice'] }
    const strategy = new OktaOobStrategy({ ...clientOf(okta.issuer), mfa })
    const user = (await startApp(strategy)).browser()
    await user.postJson('/start', { username: erin, channel: 'sms' })

    const answer = await user.postJson('/complete', { code: newest(okta, erin).code })

    expect(answer.json.challenge).to.include({ factor: 2, channel: 'voice' })
  })

  it('that the user has none of ends the sign-in', async () => {
    const users = [{ username: erin, name: 'Erin', channels: ['sms'], secondFactor: true }]
    const okta = await standIn({ users })
    const mfa = { channels: ['push'], otp: true }
    const strategy = new OktaOobStrategy({ ...clientOf(okta.issuer), mfa })
    const user = (await startApp(strategy)).browser()
    await user.postJson('/start', { username: erin, channel: 'sms' })

    const answer = await user.postJson('/complete', { code: newest(okta, erin).code })

    expect(answer.status).to.equal(401)
    expect(answer.json.error.code).to.equal('mfa_required')
    expect(answer.json.error.supported).to.deep.equal([mfaOob, mfaOtp])
    expect((await user.postJson('/complete', { code: '123456' })).json.error.code).to.equal(
      'no_challenge',
    )
  })

  it('without the mfa option is a clear mfa_required that says what Okta would take', async () => {
    const { requests, user, answer } = await afterFirstFactor(undefined)

    expect(answer.status).to.equal(401)
    expect(answer.json.error).to.include({ code: 'mfa_required' })
    expect(answer.json.error.supported).to.deep.equal([mfaOob, mfaOtp])
    expect(requests('/challenge')).to.have.length(0)
    expect(requests('/token')[0]?.form).to.not.have.property('grant_types_supported')
    expect((await user.get('/me')).json.user).to.equal(null)
  })

  it('never takes the place of a first factor: a number challenge redeems with the oob grant', async () => {
    const clock = stopClock()
    const okta = await standIn()
    const { fetch, requests } = recordingFetch()
    const options = { ...clientOf(okta.issuer), mfa: { channels: ['push'] }, fetch }
    const user = (await startApp(new OktaOobStrategy(options))).browser()
    const started = await user.postJson('/start', { username: 'alice@example.com' })
    const number = started.json.challenge.bindingCode
    okta.directory.answer(newest(okta).id, { number })
    clock.tick(5000)

    const done = await user.postJson('/complete')

    expect(done.json.status).to.equal('complete')
    expect(requests('/token')[0]?.form).to.include({ grant_type: oob })
    expect(requests('/token')[0]?.form).to.not.have.property('mfa_token')
  })

  it('that Okta cannot start at the moment ends the sign-in: the first factor is spent', async () => {
    const okta = await standIn()
    const broken = (url: string, init: RequestInit) =>
      url.endsWith('/challenge')
        ? Promise.resolve(new Response('<h1>503</h1>', { status: 503 }))
        : fetch(url, init)
    const mfa = { channels: ['push', 'voice'] }
    const strategy = new OktaOobStrategy({ ...clientOf(okta.issuer), mfa, fetch: broken })
    const user = (await startApp(strategy)).browser()
    await user.postJson('/start', { username: erin, channel: 'sms' })

    const answer = await user.postJson('/complete', { code: newest(okta, erin).code })

    expect(answer.status).to.equal(503)
    expect(answer.json.code).to.equal('upstream_unavailable')
    const next = await user.postJson('/complete', { code: '123456' })
    expect(next.json.error.code).to.equal('no_challenge')
  })
})
