import { expect } from 'chai'
import { OktaOobStrategy } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import { Browser } from '../support/browser.ts'
import { stopClock } from '../support/clock.ts'
import {
  approve,
  beginFlow,
  codeOf,
  doors,
  jsonDoors,
  shareStandIn,
  Tab,
  wrongCodeOf,
  type Door,
  type Flow,
} from '../support/flow.ts'
import { ScriptedOkta } from '../support/scripted-okta.ts'
import { clientOf, newest } from '../support/stand-in.ts'
import { passportHosts } from '../hosts/passport-hosts.ts'

const alice = 'alice@example.com'
const bob = 'bob@example.com'
const name = 'okta-oob-device'
const json = jsonDoors['the handlers, as JSON'] as Door
const hour = 3_600_000

/** A browser that has nothing but the device cookie of another one. */
function withDeviceOf({ app, tab }: Flow, value = tab.browser.cookies.get(name)): Tab {
  const own = new Tab(app.browser(), json)
  if (value !== undefined) {
    own.browser.cookies.set(name, value)
  }
  return own
}

/** Signs alice in by a text, in a browser that has not been there before. */
async function getDevice(flow: Flow): Promise<string> {
  const { okta, tab } = flow
  await tab.start({ channel: 'sms' })
  expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
  return tab.browser.cookies.get(name) ?? ''
}

describe('A stranger who knows a username', () => {
  const shared = shareStandIn()

  for (const addresses of [1, 1000]) {
    it(`does not keep its owner out for an hour of the day, from ${addresses} addresses`, async () => {
      const clock = stopClock()
      const flow = await beginFlow(shared.okta, {
        routes: (app) => app.set('trust proxy', 1),
        strategy: { limits: { starts: false } },
      })
      await getDevice(flow)
      const { okta, app } = flow
      let count = 0
      const attack = async (): Promise<void> => {
        for (const channel of ['push', 'sms', 'voice']) {
          const stranger = new Tab(app.browser(), json)
          count += 1
          const address = `198.51.${Math.floor((count % addresses) / 250)}.${1 + (count % Math.min(addresses, 250))}`
          const headers = { 'x-forwarded-for': address }
          await stranger.browser.postJson('/start', { username: alice, channel }, headers)
          for (let code = 1; code <= 4; code += 1) {
            await stranger.browser.postJson('/complete', { code: wrongCodeOf(okta) }, headers)
          }
          if (channel === 'push') {
            const { id } = newest(okta, alice)
            okta.directory.answer(id, 'deny')
            clock.tick(5000)
            await stranger.browser.postJson('/complete', {}, headers)
          }
        }
      }
      for (let time = 0; time < 24; time += 1) {
        await attack()
        await attack()
        for (const channel of ['sms', 'voice', 'push']) {
          const owner = withDeviceOf(flow)
          const started = await owner.start({ channel })
          expect(started.code, `${channel} at ${time}:00`).to.equal('challenge_started')
          if (channel === 'push') {
            approve(okta, started.challenge)
            clock.tick(5000)
          }
          const done = channel === 'push' ? await owner.poll() : await owner.submit(codeOf(okta))
          expect(done.code, `${channel} at ${time}:00`).to.equal('complete')
          flow.tab.browser.cookies.set(name, owner.browser.cookies.get(name) ?? '')
          clock.tick(40_000)
        }
        clock.tick(hour / 2)
        await attack()
        clock.tick(hour / 2)
      }
      // All the while, the stranger was held back.
      const stranger = await new Tab(app.browser(), json).start({ channel: 'sms' })
      expect(stranger.code).to.be.oneOf(['too_many_attempts', 'rate_limited'])
    }).timeout(60_000)
  }

  it('gets the pause after a denied push, and the owner does not', async () => {
    const clock = stopClock()
    const flow = await beginFlow(shared.okta)
    await getDevice(flow)
    clock.tick(60_000)
    const stranger = new Tab(flow.app.browser(), json)
    await stranger.start({ channel: 'push' })
    flow.okta.directory.answer(newest(flow.okta, alice).id, 'deny')
    clock.tick(5000)
    expect((await stranger.poll()).code).to.equal('challenge_denied')

    expect((await stranger.start({ channel: 'push' })).code).to.equal('rate_limited')
    expect((await withDeviceOf(flow).start({ channel: 'push' })).code).to.equal('challenge_started')
  })
})

describe('A device cookie', () => {
  const shared = shareStandIn()
  const limits = { codesPerUser: { points: 1, duration: 3600 }, sends: false as const }

  /** An app in which a stranger has used up the codes of alice. */
  const begin = async (): Promise<Flow> => {
    const flow = await beginFlow(shared.okta, { strategy: { limits } })
    await getDevice(flow)
    const stranger = new Tab(flow.app.browser(), json)
    await stranger.start({ channel: 'sms' })
    expect((await stranger.submit(wrongCodeOf(flow.okta))).code).to.equal('too_many_attempts')
    return flow
  }

  const closed = 'too_many_attempts'

  it('opens nothing by itself', async () => {
    const flow = await begin()
    const thief = withDeviceOf(flow)

    expect(await thief.user()).to.equal(undefined)
    expect(await thief.challenge()).to.equal(undefined)
    expect((await thief.submit('123456')).code).to.equal('no_challenge')
    expect((await thief.start({ channel: 'sms' })).code).to.equal('challenge_started')
    expect(await thief.user()).to.equal(undefined)
  })

  it('has counters of its own, and those of all when they are used up', async () => {
    const clock = stopClock()
    const flow = await begin()
    const { okta } = flow
    const device = withDeviceOf(flow)
    await device.start({ channel: 'sms' })
    expect((await device.submit(wrongCodeOf(okta))).code).to.equal(closed)
    expect((await device.start({ channel: 'sms' })).code).to.equal(closed)
    clock.tick(hour)
    expect((await device.start({ channel: 'sms' })).code).to.equal('challenge_started')
  })

  it('has texts of its own, and those of all when they are used up', async () => {
    stopClock()
    const sends = { points: 1, duration: 3600 }
    const flow = await beginFlow(shared.okta, { strategy: { limits: { sends } } })
    await getDevice(flow)
    const codes = []
    for (let text = 1; text <= 3; text += 1) {
      codes.push((await withDeviceOf(flow).start({ channel: 'voice' })).code)
    }

    // The first sign-in has used up what all browsers share.
    expect(codes).to.deep.equal(['challenge_started', 'rate_limited', 'rate_limited'])
  })

  const spoil: Record<string, (value: string) => string> = {
    cut: (value) => value.slice(0, -1),
    empty: () => '',
    'with another device': (value) => value.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
    'with another time': (value) => value.replace(/\.[a-z\d]+\./, '.zzzzzz.'),
    'without a signature': (value) => value.replace(/\.[^.]*$/, `.${'A'.repeat(22)}`),
    'of odd characters': () => '%F0%9F%98%80~..~;',
    huge: (value) => `${'x'.repeat(3000)}~${value}`.slice(0, 3500),
  }
  for (const [what, change] of Object.entries(spoil)) {
    it(`is none when it is ${what}`, async () => {
      const flow = await begin()
      const value = flow.tab.browser.cookies.get(name) ?? ''
      const changed = change(value)
      const { code } = await withDeviceOf(flow, changed).start({ channel: 'sms' })

      expect(code).to.equal(changed.endsWith(value) ? 'challenge_started' : closed)
    })
  }

  it('is none for another user, nor of another client’s', async () => {
    const flow = await begin()
    await getDevice({ ...flow, tab: withDeviceOf(flow) })
    const other = await beginFlow(
      shared.okta,
      { strategy: { limits, hashKey: 'another key' } },
      shared.okta.issuer,
    )
    const stranger = new Tab(other.app.browser(), json)
    await stranger.start({ username: bob, channel: 'sms' })
    await stranger.submit('000000')
    await stranger.start({ channel: 'sms' })
    await stranger.submit(wrongCodeOf(other.okta))

    const foreign = withDeviceOf(other, flow.tab.browser.cookies.get(name))
    expect((await foreign.start({ channel: 'sms' })).code).to.equal(closed)
    expect((await foreign.start({ username: bob, channel: 'sms' })).code).to.equal(closed)
  })

  it('is a new one at each sign-in, and keeps the other users of the browser', async () => {
    const clock = stopClock()
    const flow = await beginFlow(shared.okta)
    const first = await getDevice(flow)
    clock.tick(60_000)
    const second = await getDevice(flow)
    expect(second).to.not.equal(first)
    expect(second.split('~')).to.have.length(1)
    await flow.tab.start({ username: bob, channel: 'sms' })
    await flow.tab.submit(codeOf(flow.okta, bob))

    const both = flow.tab.browser.cookies.get(name) ?? ''
    expect(both.split('~')).to.have.length(2)
    expect(both).to.include(second)
    expect(both).to.not.include('alice').and.not.include('bob')
  })

  it('is over after its time', async () => {
    const clock = stopClock()
    const flow = await beginFlow(shared.okta, {
      strategy: { limits, deviceCookie: { maxAge: 7200 } },
    })
    await getDevice(flow)
    clock.tick(7_200_000)
    const stranger = new Tab(flow.app.browser(), json)
    await stranger.start({ channel: 'sms' })
    await stranger.submit(wrongCodeOf(flow.okta))

    expect((await withDeviceOf(flow).start({ channel: 'sms' })).code).to.equal(closed)
  })

  for (const [door, through] of Object.entries(doors)) {
    it(`is sent with the sign-in, and with nothing else, through ${door}`, async () => {
      const flow = await beginFlow(shared.okta, {}, shared.okta.issuer, through)
      const { okta, tab } = flow
      const started = await tab.start({ channel: 'sms' })
      const wrong = await tab.submit(wrongCodeOf(okta))
      for (const { page } of [started, wrong]) {
        expect(page.headers.getSetCookie().join()).to.not.include(name)
      }
      const { page } = await tab.submit(codeOf(okta))

      const cookie = page.headers.getSetCookie().find((each) => each.startsWith(name))
      expect(cookie).to.match(
        /^okta-oob-device=[\w-]{27}\.\w+\.[\w-]{22}; Path=\/; Max-Age=15552000; HttpOnly; SameSite=Lax$/,
      )
      expect(page.headers.getSetCookie().some((each) => each.startsWith('connect.sid'))).to.equal(
        true,
      )
    })
  }

  it('is sent by koa-passport, too', async () => {
    const koa = Object.keys(passportHosts).find((each) => each.startsWith('koa')) ?? ''
    const okta = new OktaOobStrategy(clientOf(shared.okta.issuer))
    const browser = new Browser((await passportHosts[koa]?.({ okta })) ?? '')
    await browser.postJson('/login', { username: alice, channel: 'sms' })
    await browser.postJson('/login', { code: codeOf(shared.okta) })

    expect(browser.cookies.get(name)).to.match(/^[\w-]{27}\./)
  })

  it('is secure where the browser has come by https', async () => {
    const flow = await beginFlow(shared.okta, {
      routes: (app) => app.set('trust proxy', 1),
    })
    await flow.tab.start({ channel: 'sms' })
    const headers = { 'x-forwarded-proto': 'https' }
    const page = await flow.tab.browser.postJson('/complete', { code: codeOf(flow.okta) }, headers)

    expect(page.headers.getSetCookie().find((each) => each.startsWith(name))).to.match(/; Secure$/)
  })

  it('has a name and an age of the app’s, or is not sent at all', async () => {
    const named = await beginFlow(shared.okta, {
      strategy: { limits: false, deviceCookie: { name: '__Host-device', maxAge: 60 } },
    })
    await getDevice(named)
    expect([...named.tab.browser.cookies.keys()]).to.include('__Host-device')
    const none = await beginFlow(shared.okta, { strategy: { limits: false, deviceCookie: false } })
    await getDevice(none)
    expect([...none.tab.browser.cookies.keys()]).to.deep.equal(['connect.sid'])
  })

  it('is not sent by a client without a secret, unless it has a hashKey', async () => {
    for (const hashKey of [undefined, 'a key']) {
      const okta = new ScriptedOkta()
      expect(okta.options).to.not.have.property('clientSecret')
      const strategy = new OktaOobStrategy({ ...okta.options, limits: false, hashKey })
      const tab = (await startApp(strategy)).browser()
      await tab.postJson('/start', { username: alice, channel: 'sms' })
      const { json: answer } = await tab.postJson('/complete', { code: '123456' })

      expect(answer.status).to.equal('complete')
      expect(tab.cookies.has(name)).to.equal(hashKey !== undefined)
    }
  })

  it('has options that are checked', () => {
    const wrong = [{ name: '' }, { name: 'a b' }, { maxAge: 0 }, { maxAge: 1e9 }, { age: 1 }, 'yes']
    for (const deviceCookie of wrong) {
      const options = { ...clientOf(shared.okta.issuer), deviceCookie } as never
      expect(() => new OktaOobStrategy(options)).to.throw(TypeError)
    }
  })
})
