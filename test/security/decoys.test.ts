import { expect } from 'chai'
import type { Clock } from '@sinonjs/fake-timers'
import type { RequestHandler } from 'express'
import { OktaOobStrategy } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import { stopClock } from '../support/clock.ts'
import { forgetLimits } from '../support/limits.ts'
import { RawBrowser } from '../support/raw.ts'
import {
  alice,
  channelOf,
  kinds,
  nancy,
  oktaThatRefusesNancy,
  type Kind,
} from '../support/strangers.ts'
import { WatchedStore } from '../support/watched-store.ts'

type Fields = Record<string, string>

/** Where a browser posts what. */
interface Door {
  post: (browser: RawBrowser, path: string, fields: Fields) => Promise<string>
  start: string
  complete: string
}

const asJson: Door['post'] = (browser, path, fields) => browser.postJson(path, fields)
const asForm: Door['post'] = (browser, path, fields) => browser.postForm(path, fields)

const doors: Record<string, Door> = {
  'passport.authenticate': { post: asJson, start: '/login', complete: '/login' },
  'passport.authenticate, with redirects': {
    post: asForm,
    start: '/redirects',
    complete: '/redirects',
  },
  'the handlers, as JSON': { post: asJson, start: '/start', complete: '/complete' },
  'the handlers, as forms': { post: asForm, start: '/start', complete: '/complete' },
}

/**
 * What two answers to the same request differ in by chance. Everything else has to be the same, to
 * the byte: status line, headers and their order, body.
 */
function withoutChance(answer: string): string {
  return answer
    .replace(/^Date: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r$/m, 'Date: <date>\r')
    .replace(/(?<=^ETag: W\/"[\da-f]+-)[\w+/]{27}(?="\r$)/m, '<hash>')
    .replace(/(?<=^Set-Cookie: connect\.sid=)[^;]+/m, (value) =>
      decodeURIComponent(value).replace(/^s:[\w-]{32}\.[\w+/]{43}$/, '<signed id>'),
    )
    .replace(/(?<="bindingCode":")[1-9]\d(?=")/, '<number>')
}

interface Place {
  clock: Clock
  door: Door
  store: WatchedStore
  origin: string
}

/** Everything that whoever signs in with this username gets to see, and the store with them. */
class Visit {
  readonly seen: string[] = []
  readonly store: WatchedStore
  readonly #username: string
  readonly #clock: Clock
  readonly #door: Door
  #browser: RawBrowser

  constructor(username: string, { clock, door, store, origin }: Place) {
    this.#username = username
    this.#clock = clock
    this.#door = door
    this.store = store
    this.#browser = new RawBrowser(origin)
  }

  start(fields: Fields = {}): Promise<void> {
    return this.#post(this.#door.start, { username: this.#username, ...fields })
  }

  complete(fields: Fields = {}): Promise<void> {
    return this.#post(this.#door.complete, fields)
  }

  resend(): Promise<void> {
    return this.#post('/resend', {})
  }

  cancel(): Promise<void> {
    return this.#post('/cancel', {})
  }

  async look(): Promise<void> {
    this.#see('look', await this.#browser.getJson('/challenge'))
  }

  wait(seconds: number): void {
    this.#clock.tick(seconds * 1000)
    this.seen.push(`${seconds} s later`)
  }

  /** Goes on in another browser, which has no session. */
  leave(): void {
    this.#browser = new RawBrowser(this.#browser.origin)
    this.seen.push('in another browser')
  }

  async #post(path: string, fields: Fields): Promise<void> {
    this.#see(path, await this.#door.post(this.#browser, path, fields))
  }

  #see(what: string, answer: string): void {
    this.seen.push(`${what}\r\n${withoutChance(answer)}`)
  }
}

/** An app in which someone else has just started to sign in. */
async function openApp(kind: Kind): Promise<{ store: WatchedStore; origin: string }> {
  const okta = oktaThatRefusesNancy(kind)
  const strategy = new OktaOobStrategy({ ...okta.options, channels: [channelOf(kind)] })
  const store = new WatchedStore()
  const { origin } = await startApp(strategy, {
    store,
    routes: (app, passport) => {
      const redirects = { challengeRedirect: '/challenge-page', failureRedirect: '/login-page' }
      app.post('/redirects', passport.authenticate('okta-oob', redirects) as RequestHandler)
    },
  })
  await new RawBrowser(origin).postJson('/start', { username: 'someone@example.com' })
  store.calls.length = 0
  return { store, origin }
}

async function typeCodes(visit: Visit): Promise<void> {
  await visit.start({ returnTo: '/account' })
  await visit.look()
  await visit.start() // too soon
  await visit.resend() // too soon
  await visit.complete()
  await visit.complete({ code: 'no\u0000code' })
  for (const code of ['1111', '2222', '3333', '4444', '5555']) {
    await visit.complete({ code })
  }
  await visit.look()
  await visit.resend()
  visit.wait(30)
  await visit.start()
  visit.wait(30)
  await visit.resend()
  await visit.look()
  visit.wait(30)
  await visit.resend() // the third in ten minutes was the last
  for (const code of ['1111', '2222', '3333', '4444']) {
    await visit.complete({ code })
  }
  visit.wait(520)
  visit.leave()
  await visit.look()
  await visit.start()
  for (const code of ['1111', '2222', '3333']) {
    await visit.complete({ code }) // the tenth in an hour was the last
  }
  await visit.look()
  await visit.cancel()
  await visit.look()
  await visit.complete({ code: '1111' })
  visit.wait(30)
  await visit.start()
  visit.wait(10)
  await visit.cancel()
  await visit.resend()
  visit.wait(600)
  await visit.start() // the fifth in an hour was the last
  visit.wait(3600)
  await visit.start()
  visit.wait(239.999)
  await visit.complete({ code: '1111' })
  visit.wait(60.001)
  await visit.look()
  await visit.complete({ code: '2222' })
  await visit.complete({ code: '3333' })
}

async function waitForApproval(visit: Visit): Promise<void> {
  await visit.start({ returnTo: '/account' })
  await visit.look()
  await visit.complete({ code: '1111' })
  for (const seconds of [2.5, 2.5, 1, 4, 7, 7, 200, 75.999, 0.001]) {
    await visit.complete()
    visit.wait(seconds)
  }
  await visit.complete()
  await visit.complete()
  await visit.look()
  await visit.start()
  await visit.resend()
  await visit.look()
  await visit.start() // the third in ten minutes was the last
  await visit.resend()
  visit.leave()
  await visit.complete()
  visit.wait(600)
  await visit.start()
  await visit.start()
  visit.wait(5)
  await visit.complete()
  await visit.cancel()
  await visit.look()
  await visit.complete()
  await visit.cancel()
}

/** What the flows are there to meet, so that nothing is compared that has not happened. */
const met: Record<string, string[]> = {
  typeCodes: [
    'rate_limited',
    'code_missing',
    'code_invalid',
    'incorrect_code',
    'too_many_attempts',
    'no_challenge',
    'challenge_expired',
  ],
  waitForApproval: ['wrong_step', 'rate_limited', 'no_challenge', 'challenge_expired'],
}

function codesIn(seen: string[]): string[] {
  return seen.flatMap((answer) => /"code":"(\w+)"/.exec(answer)?.[1] ?? [])
}

describe('A decoy', () => {
  for (const kind of kinds) {
    for (const [name, door] of Object.entries(doors)) {
      it(`is answered like a challenge, byte by byte: ${kind}, through ${name}`, async () => {
        const clock = stopClock()
        const began = Date.now()
        const flow = kind === 'push' || kind === 'number' ? waitForApproval : typeCodes
        const challenged = new Visit(alice, { clock, door, ...(await openApp(kind)) })
        await flow(challenged)
        clock.setSystemTime(began)
        forgetLimits()
        const concealed = new Visit(nancy, { clock, door, ...(await openApp(kind)) })
        await flow(concealed)

        if (door.post === asJson) {
          expect(codesIn(challenged.seen)).to.include.members(met[flow.name] ?? [])
        }
        expect(concealed.seen).to.deep.equal(challenged.seen)
        expect(concealed.store.calls).to.deep.equal(challenged.store.calls)
      })
    }
  }
})
