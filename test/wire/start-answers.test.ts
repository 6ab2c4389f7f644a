import { expect } from 'chai'
import { OktaOobStrategy } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import { stopClock } from '../support/clock.ts'
import { OktaWire } from '../support/okta.ts'
import { oobCode, startAnswers, waitingUser } from '../support/waiting.ts'

const push = { oob_code: oobCode, channel: 'push', binding_method: 'none' }
const transfer = { ...push, binding_method: 'transfer' }

/** The challenge, as the browser sees it, that a start with this answer begins. */
async function challengeOf(body: object, headers: Record<string, string> = {}) {
  const alice = await waitingUser('poll')
  const page = await alice.start({ status: 200, body, headers })
  expect(page.json).to.have.property('code', 'challenge_started')
  return { alice, challenge: page.json.challenge }
}

describe('The number of a number challenge', () => {
  const numbers: [sent: string | number, shown: string][] = [
    ['95', '95'],
    [95, '95'],
    ['07', '07'],
    ['00', '00'],
    [7, '7'],
    ['123456', '123456'],
  ]
  for (const [sent, shown] of numbers) {
    it(`is shown as "${shown}" when Okta sends ${JSON.stringify(sent)}`, async () => {
      const { challenge } = await challengeOf({ ...transfer, binding_code: sent })

      expect(challenge.bindingCode).to.equal(shown)
    })
  }

  it('is not shown where there is none to pick', async () => {
    const { challenge } = await challengeOf({ ...push, binding_code: '95' })

    expect(challenge).not.to.have.property('bindingCode')
  })
})

describe('The interval between polls', () => {
  for (const [sent, interval] of [
    [undefined, 5],
    [null, 5],
    ['9', 5],
    [0, 1],
    [-3, 1],
    [1, 1],
    [12, 12],
  ] as const) {
    it(`is ${interval} s when Okta says ${JSON.stringify(sent)}`, async () => {
      const { alice, challenge } = await challengeOf({ ...push, interval: sent })
      expect(challenge.interval).to.equal(interval)

      const early = await alice.complete()

      expect(early.json).to.include({ code: 'authorization_pending', retryAfter: interval })
    })
  }
})

describe('The life of a challenge', () => {
  for (const [sent, life] of [
    [undefined, 300],
    ['900', 300],
    [120, 120],
    [600, 600],
    [601, 600],
    [86_400, 600],
  ] as const) {
    it(`is ${life} s when Okta says ${JSON.stringify(sent)}`, async () => {
      const { alice, challenge } = await challengeOf({ ...push, expires_in: sent })
      expect(Date.parse(challenge.expiresAt) - Date.now()).to.equal(life * 1000)

      alice.clock.tick(life * 1000)
      const late = await alice.complete()

      expect(late.json.code).to.equal('challenge_expired')
    })
  }
})

describe('An answer to a start', () => {
  it('may be of a channel that did not exist when this was written', async () => {
    const { challenge } = await challengeOf({ ...push, channel: 'hologram' })

    expect(challenge).to.include({ channel: 'hologram', bindingMethod: 'none' })
  })

  it('is of the channel that was asked for when it names none', async () => {
    const { challenge } = await challengeOf({ oob_code: oobCode, binding_method: 'none' })

    expect(challenge.channel).to.equal('push')
  })

  for (const type of ['application/json; charset=utf-8', 'application/json;charset=UTF-8']) {
    it(`may come as ${type}`, async () => {
      const { challenge } = await challengeOf(push, { 'content-type': type })

      expect(challenge.bindingMethod).to.equal('none')
    })
  }

  it('keeps the oob_code from the browser', async () => {
    const alice = await waitingUser('poll')

    const page = await alice.start()

    expect(page.text).not.to.contain(oobCode)
  })

  const wrong: [title: string, body: object | string, named: RegExp][] = [
    ['an unknown binding_method', { ...push, binding_method: 'dance' }, /binding_method/],
    ['no binding_method', { oob_code: oobCode, channel: 'push' }, /binding_method/],
    ['transfer without a number', transfer, /binding_code/],
    ['transfer with words', { ...transfer, binding_code: 'nine' }, /binding_code/],
    ['transfer with an empty number', { ...transfer, binding_code: '' }, /binding_code/],
    ['transfer with a fraction', { ...transfer, binding_code: 9.5 }, /binding_code/],
    ['no oob_code', { ...push, oob_code: undefined }, /oob_code/],
    ['an empty oob_code', { ...push, oob_code: '' }, /oob_code/],
    ['an oob_code that is a number', { ...push, oob_code: 17 }, /oob_code/],
    ['HTML', '<!doctype html><title>Sign in</title>', /JSON object/],
    ['broken JSON', '{"oob_code":', /JSON object/],
    ['an array', [push], /JSON object/],
    ['null', 'null', /JSON object/],
    ['a string', '"ok"', /JSON object/],
    ['nothing', '', /JSON object/],
  ]
  for (const [title, body, named] of wrong) {
    it(`is a protocol_error with ${title}, and says so`, async () => {
      const alice = await waitingUser('poll')

      const page = await alice.start({ status: 200, body })

      expect(page.status).to.equal(502)
      expect(page.json.code).to.equal('protocol_error')
      expect(page.json.message).to.match(named)
      expect(page.json.message).not.to.contain(oobCode)
    })
  }
})

describe('An issuer with a trailing slash', () => {
  for (const issuer of ['https://example.okta.com', 'https://example.okta.com/oauth2/default']) {
    it(`is ${issuer}`, async () => {
      const clock = stopClock()
      const okta = new OktaWire(issuer).discovery()
      const client = { client_id: okta.clientId }
      const form = { ...client, login_hint: 'alice@example.com', channel_hint: 'push' }
      const grant = {
        ...client,
        grant_type: 'urn:okta:params:oauth:grant-type:oob',
        scope: 'openid profile',
        oob_code: oobCode,
      }
      okta
        .post('oob-authenticate', form, 200, startAnswers.poll)
        .post('token', grant, 200, await okta.tokens())
      const strategy = new OktaOobStrategy({ issuer: `${issuer}/`, clientID: okta.clientId })
      const alice = (await startApp(strategy)).browser()
      await alice.postJson('/login', { username: 'alice@example.com' })
      clock.tick(2000)

      const page = await alice.postJson('/login')

      expect(page.json.user.iss).to.equal(issuer)
    })
  }
})
