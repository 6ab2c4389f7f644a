import { expect } from 'chai'
import { setTimeout as sleep } from 'node:timers/promises'
import { OktaOobStrategy } from 'passport-okta-oob'
import { startApp, type TestApp, type TestAppOptions } from '../support/app.ts'
import type { Browser } from '../support/browser.ts'
import { stopClock } from '../support/clock.ts'
import { channelOf, nancy, oktaThatRefusesNancy, type Kind } from '../support/strangers.ts'

/** Milliseconds. The Okta here is either quick or slow with an answer, and slowest at first. */
const pace = { quick: 40, slow: 240, first: 400 }

/** An app whose Okta takes its time for those it knows, and none for nancy. */
async function openApp(kind: Kind, options?: TestAppOptions): Promise<TestApp> {
  const okta = oktaThatRefusesNancy(kind)
  const strategy = new OktaOobStrategy({
    ...okta.options,
    channels: [channelOf(kind)],
    limits: false,
    fetch: async (url, init) => {
      const posted = init.body instanceof URLSearchParams ? init.body : undefined
      if (!posted) {
        await sleep(pace.first)
      } else if (posted.get('login_hint') !== nancy) {
        await sleep(Math.random() < 0.5 ? pace.quick : pace.slow)
      }
      return okta.options.fetch(url, init)
    },
  })
  return startApp(strategy, options)
}

type Ask = (browser: Browser) => Promise<unknown>

const start =
  (username: string): Ask =>
  (browser) =>
    browser.postJson('/start', { username })
const complete =
  (code?: string): Ask =>
  (browser) =>
    browser.postJson('/complete', { code })

async function duration(browser: Browser, ask: Ask): Promise<number> {
  const since = performance.now()
  await ask(browser)
  return performance.now() - since
}

/**
 * How often a duration of the first kind is the shorter one of two: a half when nobody can tell
 * them apart, 0 or 1 when everybody can. This is the statistic of Mann and Whitney.
 */
function shorter(some: number[], others: number[]): number {
  const pairs = some.flatMap((one) => others.map((other) => Number(one < other)))
  return pairs.reduce((sum, less) => sum + less, 0) / pairs.length
}

/** In turns and side by side, so that what else the machine does slows both of them down. */
async function expectAlike(reals: Browser[], decoys: Browser[], [real, decoy]: [Ask, Ask]) {
  const durations: [number[], number[]] = [[], []]
  for (let round = 0; round < reals.length; round += 8) {
    const pairs = reals
      .slice(round, round + 8)
      .map((browser, index) => [
        async () => durations[0].push(await duration(browser, real)),
        async () => durations[1].push(await duration(decoys[round + index] as Browser, decoy)),
      ])
    const inTurns = pairs.flatMap((pair, index) => (index % 2 === 0 ? pair : pair.toReversed()))
    await Promise.all(inTurns.map((ask) => ask()))
  }
  const [ofReals, ofDecoys] = durations
  expect(shorter(ofReals, ofDecoys)).to.be.within(...bounds)
  const between = (times: number[]): number =>
    times.filter((time) => time > pace.quick + 60 && time < pace.slow - 40).length
  expect(between(ofDecoys), 'neither quick nor slow').to.be.below(between(ofReals) + many / 2)
  const late = ofDecoys.filter((time) => time > Math.max(...ofReals) + 60)
  expect(late.length, 'later than any real one').to.be.below(many / 6)
}

/**
 * With 24 of each, equal distributions come out of these bounds once in a million times, and
 * answers without a delay always do.
 */
const bounds = [0.1, 0.9] as const
const many = 24

describe('How long a decoy takes', () => {
  for (const kind of ['sms', 'push'] as const) {
    it(`does not tell it from a challenge, at the start or later: ${kind}`, async () => {
      const clock = stopClock()
      const app = await openApp(kind)
      const browsers = () => Array.from({ length: many }, () => app.browser())
      const reals = browsers()
      const decoys = browsers()
      const completes = complete(kind === 'sms' ? '1111' : undefined)
      const first = browsers().slice(0, 8)
      await Promise.all(first.map(start('someone@example.com')))
      clock.tick(5000)
      await Promise.all(first.map(completes))

      await expectAlike(reals, decoys, [start('alice@example.com'), start(nancy)])
      clock.tick(5000)
      await expectAlike(reals, decoys, [completes, completes])
    })
  }

  it('is not none in a process that has never called Okta', async () => {
    const { store, browser } = await openApp('sms')
    const tab = browser()
    await start(nancy)(tab)
    const later = (await openApp('sms', { store })).browser()
    later.cookies = tab.cookies

    expect(await duration(later, complete('1111'))).to.be.above(pace.first + 200)
  })
})
