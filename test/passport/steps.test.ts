import { expect } from 'chai'
import type { RequestHandler } from 'express'
import { OktaOobStrategy, type OktaOobAuthenticateOptions } from 'passport-okta-oob'
import {
  alice,
  expectRefusal,
  expectStart,
  expectTokens,
  publicClient,
  refusals,
} from '../support/account.ts'
import { startApp } from '../support/app.ts'
import { OktaWire } from '../support/okta.ts'

const bob = 'bob@example.com'

/** A browser before `/login`, and before `/pinned`, which pins a step. */
async function tabBefore(
  step?: 'start' | 'complete',
  options: { usernameField?: string; channelField?: string; codeField?: string } = {},
) {
  const { browser } = await startApp(new OktaOobStrategy({ ...publicClient, ...options }), {
    routes: (app, passport) => {
      app.post('/pinned', (req, res, next) => {
        const pin: OktaOobAuthenticateOptions = step ? { step } : {}
        const handler = passport.authenticate('okta-oob', pin, (...args: unknown[]) => {
          const [, user, info, status] = args
          res.status(user ? 200 : Number(status)).json(user || info)
        }) as RequestHandler
        return handler(req, res, next)
      })
    },
  })
  return browser()
}

describe('The step of passport.authenticate', () => {
  it('is a start when the body has a username', async () => {
    expectStart(new OktaWire().discovery(), { channel: 'voice' })
    const tab = await tabBefore()

    const { status, json } = await tab.post('/login', { username: alice, channel: 'voice' })

    expect(status).to.equal(401)
    expect(json.code).to.equal('challenge_started')
    expect(json.challenge).to.include({ channel: 'voice', bindingMethod: 'prompt' })
  })

  it('is a completion when the body has a code, even beside a username', async () => {
    const okta = expectStart(new OktaWire().discovery(), { channel: 'sms' })
    await expectTokens(okta, { oobCode: 'ft-sms', code: '123456' })
    const tab = await tabBefore()
    await tab.post('/login', { username: alice, channel: 'sms' })

    const { json } = await tab.post('/login', { username: alice, code: '123456' })

    expect(json.user.sub).to.equal('00u1alice')
  })

  it('is a start when the code beside the username is empty', async () => {
    expectStart(new OktaWire().discovery())
    const tab = await tabBefore()

    const { json } = await tab.post('/login', { username: alice, code: '' })

    expect(json.code).to.equal('challenge_started')
  })

  it('is a start when the username is empty: login_hint_missing', async () => {
    const tab = await tabBefore()

    for (const username of ['', '  ']) {
      const { status, json } = await tab.post('/login', { username })
      expect([status, json.code]).to.deep.equal([400, 'login_hint_missing'])
    }
  })

  it('is a completion without either field: no_challenge when none waits', async () => {
    const tab = await tabBefore()

    const { status, json } = await tab.post('/login')

    expect([status, json.code]).to.deep.equal([403, 'no_challenge'])
  })

  it('is a completion with an empty code: code_missing when one is waited for', async () => {
    expectStart(new OktaWire().discovery(), { channel: 'sms' })
    const tab = await tabBefore()
    await tab.post('/login', { username: alice, channel: 'sms' })

    for (const body of [{ code: '' }, {}]) {
      const { status, json } = await tab.post('/login', body)
      expect([status, json.code]).to.deep.equal([400, 'code_missing'])
      expect(json.challenge.channel).to.equal('sms')
    }
  })

  it('is a mistake when there is a code for a push: wrong_step', async () => {
    expectStart(new OktaWire().discovery(), { number: '07' })
    const tab = await tabBefore()
    await tab.post('/login', { username: alice })

    const { status, json } = await tab.post('/login', { code: '07' })

    expect([status, json.code]).to.deep.equal([400, 'wrong_step'])
    expect(json.challenge.bindingCode).to.equal('07')
  })

  it('replaces a challenge that waits: the last start wins', async () => {
    const okta = expectStart(new OktaWire().discovery(), { channel: 'sms', oobCode: 'ft-old' })
    expectStart(okta, { username: bob, channel: 'sms', oobCode: 'ft-new' })
    await expectTokens(okta, { oobCode: 'ft-new', code: '123456' })
    const tab = await tabBefore()
    await tab.post('/login', { username: alice, channel: 'sms' })
    await tab.post('/login', { username: bob, channel: 'sms' })

    expect((await tab.post('/login', { code: '123456' })).json).to.have.property('user')
  })

  it('is taken from POST only: wrong_step', async () => {
    const tab = await tabBefore()

    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const body = method === 'GET' ? {} : { body: new URLSearchParams({ username: alice }) }
      const { status, json } = await tab.send('/login?username=alice', { method, ...body })
      expect([method, status, json.code]).to.deep.equal([method, 400, 'wrong_step'])
    }
  })

  it('is never read from the query string', async () => {
    const tab = await tabBefore()

    for (const query of ['username=alice@example.com&channel=sms', 'code=123456']) {
      const { json } = await tab.post(`/login?${query}`)
      expect(json.code).to.equal('no_challenge')
    }
  })
})

describe('The step option', () => {
  it('start: starts, even with a code in the body', async () => {
    expectStart(new OktaWire().discovery(), { channel: 'sms' })
    const tab = await tabBefore('start')

    const { json } = await tab.post('/pinned', { username: alice, channel: 'sms', code: '123456' })

    expect(json.code).to.equal('challenge_started')
  })

  it('start: asks for the username that is missing', async () => {
    const { json } = await (await tabBefore('start')).post('/pinned', { code: '123456' })

    expect(json.code).to.equal('login_hint_missing')
  })

  it('complete: completes, even with a username in the body', async () => {
    const { json } = await (await tabBefore('complete')).post('/pinned', { username: alice })

    expect(json.code).to.equal('no_challenge')
  })
})

describe('The fields of the body', () => {
  it('may have other names', async () => {
    const okta = expectStart(new OktaWire().discovery(), { channel: 'sms' })
    await expectTokens(okta, { oobCode: 'ft-sms', code: '123456' })
    const names = { usernameField: 'email', channelField: 'via', codeField: 'otp' }
    const tab = await tabBefore(undefined, names)

    expect((await tab.post('/login', { username: alice, code: '1' })).status).to.equal(403)
    await tab.post('/login', { email: alice, via: 'sms' })
    expect((await tab.post('/login', { otp: '123456' })).json).to.have.property('user')
  })

  it('are not found on the prototype of the body', async () => {
    const tab = await tabBefore(undefined, { codeField: 'toString', usernameField: 'constructor' })

    expect((await tab.postJson('/login', {})).json.code).to.equal('no_challenge')
  })

  const huge = '1'.repeat(50_000)
  const codes = {
    'an array': ['123456'],
    'an empty array': [],
    'an object': { $ne: '' },
    'a number': 123456,
    true: true,
    'too short': '123',
    'too long': '12345678901',
    huge,
    letters: 'abcdef',
    'numbers that are no digits': 'ⅠⅡⅢⅣ',
  }
  for (const [what, code] of Object.entries(codes)) {
    it(`a code is refused before Okta sees it, and the challenge stays: ${what}`, async () => {
      const okta = expectStart(new OktaWire().discovery(), { channel: 'sms' })
      const tab = await tabBefore()
      await tab.postJson('/login', { username: alice, channel: 'sms' })

      const { status, json } = await tab.postJson('/login', { code })

      expect([status, json.code]).to.deep.equal([400, 'code_invalid'])
      expect(json.challenge.channel).to.equal('sms')
      expectRefusal(okta, { oobCode: 'ft-sms', code: '000000' }, refusals.wrongCode)
      const next = await tab.postJson('/login', { code: '000 000' })
      expect([next.status, next.json.code]).to.deep.equal([401, 'incorrect_code'])
    })
  }

  const usernames = {
    'an array': [[alice], 'login_hint_invalid'],
    'an object': [{ toString: alice }, 'login_hint_invalid'],
    'a number': [5, 'login_hint_invalid'],
    null: [null, 'login_hint_invalid'],
    huge: [huge, 'login_hint_invalid'],
    '255 characters': ['a'.repeat(255), 'login_hint_invalid'],
    'a line break inside': ['alice\r\n@example.com', 'login_hint_invalid'],
    blank: [' \t ', 'login_hint_missing'],
  } as const
  for (const [what, [username, code]] of Object.entries(usernames)) {
    it(`a username is refused before Okta sees it: ${what}`, async () => {
      const { status, json } = await (await tabBefore()).postJson('/login', { username })

      expect([status, json.code]).to.deep.equal([400, code])
    })
  }

  for (const channel of ['pigeon', 'PUSH', ['push'], { push: true }, 5, null, '__proto__']) {
    it(`a channel that is not offered is refused: ${JSON.stringify(channel)}`, async () => {
      const { status, json } = await (
        await tabBefore()
      ).postJson('/login', { username: alice, channel })

      expect([status, json.code]).to.deep.equal([400, 'channel_not_allowed'])
    })
  }

  for (const body of ['text', 5, null, [], [{ username: alice }]]) {
    it(`a body that is no object has none: ${JSON.stringify(body)}`, async () => {
      const { status, json } = await (await tabBefore()).postJson('/login', body)

      expect([status, json.code]).to.deep.equal([403, 'no_challenge'])
    })
  }
})
