import { expect } from 'chai'
import * as fc from 'fast-check'
import { OktaOobStrategy } from 'passport-okta-oob'
import { startApp, type TestApp } from '../support/app.ts'
import type { Browser, Page } from '../support/browser.ts'
import { stopClock } from '../support/clock.ts'
import { ScriptedOkta } from '../support/scripted-okta.ts'
import { postForm, username } from '../support/hostile-bodies.ts'
import { inTime } from '../support/properties.ts'

describe('Any body at all', () => {
  const names = fc.constantFrom(
    'username',
    'channel',
    'code',
    'returnTo',
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
  )
  const doors = fc.constantFrom('/login', '/start', '/complete', '/resend')
  const likely = fc.constantFrom('', ' ', username, 'push', 'sms', '123456', '12 34', '/path', '\0')

  /** Posts to a browser with a text on its way, and holds what came of it to the contract. */
  async function check(
    { browser }: TestApp,
    okta: ScriptedOkta,
    post: (alice: Browser) => Promise<Page>,
  ) {
    const alice = browser()
    await alice.postJson('/start', { username, channel: 'sms' })
    okta.sent.length = 0

    const answer = await post(alice)

    expect(answer.status).to.be.lessThan(500)
    for (const { endpoint, form } of okta.sent) {
      if (endpoint === 'start') {
        expect(form['login_hint']).to.match(/^(?!\s)[^\p{Cc}]{1,254}(?<!\s)$/u)
        expect(form['channel_hint']).to.be.oneOf(['push', 'sms', 'voice'])
      } else {
        expect(form['binding_code']).to.match(/^\d{4,10}$/)
      }
    }
    if (okta.sent.length === 0) {
      expect(answer.status).to.be.within(400, 499)
      const challenge = await alice.get('/challenge', { accept: 'application/json' })
      expect(challenge.json.challenge).to.include({ channel: 'sms', bindingMethod: 'prompt' })
    }
  }

  const builtins = JSON.stringify(Object.getOwnPropertyNames(Object.prototype))

  afterEach(() => {
    expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).to.equal(builtins)
  })

  it('of JSON is refused, or its fields are as Okta may see them; never a fault', async () => {
    const clock = stopClock()
    const okta = new ScriptedOkta()
    const app = await startApp(new OktaOobStrategy(okta.options))
    const value = fc.oneof(fc.jsonValue(), likely)
    const bodies = fc.oneof(
      { weight: 1, arbitrary: fc.jsonValue() },
      { weight: 4, arbitrary: fc.dictionary(names, value) },
    )
    const property = fc.asyncProperty(doors, bodies, async (door, body) => {
      clock.tick('24:00:00')
      await check(app, okta, (alice) => alice.postJson(door, body))
    })
    await fc.assert(property, { numRuns: 60, ...inTime })
  })

  it('of a form is refused, or its fields are as Okta may see them; never a fault', async () => {
    const clock = stopClock()
    const okta = new ScriptedOkta()
    const app = await startApp(new OktaOobStrategy(okta.options))
    const key = fc
      .tuple(
        names,
        fc.array(fc.oneof(fc.constantFrom('', '0', '9999', '__proto__'), names), { maxLength: 3 }),
      )
      .map(([name, path]) => name + path.map((part) => `[${part}]`).join(''))
    const text = fc.oneof(likely, fc.string({ unit: 'binary' }))
    const bodies = fc.array(fc.tuple(key, text), { maxLength: 5 })
    const property = fc.asyncProperty(doors, bodies, async (door, pairs) => {
      clock.tick('24:00:00')
      const body = new URLSearchParams(pairs).toString()
      await check(app, okta, (alice) => postForm(alice, door, body))
    })
    await fc.assert(property, { numRuns: 60, ...inTime })
  })
})
