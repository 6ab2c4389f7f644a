import type { Clock } from '@sinonjs/fake-timers'
import { expect } from 'chai'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import type { StandIn } from '../../example/okta/stand-in.ts'
import type { Message } from '../../example/okta/transaction.ts'
import { beginFlow, Tab, type Door, type Flow, type Step } from '../support/flow.ts'
import { newest } from '../support/stand-in.ts'
import { TestStore } from '../support/store.ts'
import { Ledger } from './ledger.ts'
import type { Challenge, Model } from './model.ts'

export type Send = (tab: Tab) => Promise<Step>

type Cookies = Map<string, string>

/** What a start has sent to a phone, and the number that its browser shows. */
interface Sent {
  message: Message
  number: string | undefined
}

/** The real thing: an app, the stores that outlive its process, two browsers and the phones. */
export class World {
  readonly okta: StandIn
  readonly clock: Clock
  readonly door: Door
  readonly ledger: Ledger = new Ledger()
  readonly #store = new TestStore()
  readonly #limiters = new Map<string, RateLimiterMemory>()
  readonly #cookies: Cookies[] = [new Map(), new Map()]
  readonly #sent = new Map<Challenge, Sent>()
  #flow: Flow | undefined

  constructor(okta: StandIn, clock: Clock, door: Door) {
    this.okta = okta
    this.clock = clock
    this.door = door
    // Each process of the app listens to it.
    this.#store.setMaxListeners(0)
  }

  /**
   * Starts the app, or another process of it. Counters in memory would be gone with the old one,
   * and the limits with them; these are in a store, like the sessions.
   */
  async boot(): Promise<void> {
    const limiter = (options: { keyPrefix: string; points: number; duration: number }) => {
      const kept = this.#limiters.get(options.keyPrefix) ?? new RateLimiterMemory(options)
      this.#limiters.set(options.keyPrefix, kept)
      return kept
    }
    this.#flow = await beginFlow(this.okta, {
      // Browsers that are known have counters of their own: test/security/device-cookies.test.ts.
      strategy: { limits: { limiter }, fetch: this.ledger.fetch, deviceCookie: false },
      verify: (claims, done) => {
        this.ledger.noteLogin(claims)
        done(null, claims)
      },
      app: { store: this.#store },
    })
  }

  /** Has a browser do something, or several things in as many tabs at once. */
  async act(browser: number, ...sends: Send[]): Promise<Step[]> {
    const acts = sends.map((send) => ({ send, tab: this.#tab(browser) }))
    const { sessionId } = this.#tab(browser)
    const isShared = sessionId !== '' && this.#tab(1 - browser).sessionId === sessionId
    this.ledger.acting = isShared ? [0, 1] : [browser]
    const steps = await Promise.all(acts.map(({ send, tab }) => send(tab)))
    // Tabs share their cookies: who signs in in one of them is signed in in all.
    const leading = Math.max(0, steps.map(({ code }) => code).indexOf('complete'))
    this.#cookies[browser] = new Map(acts[leading]?.tab.browser.cookies)
    return steps
  }

  /** Has one tab do something while another one waits for Okta's answer. */
  async actMeanwhile(browser: number, waiting: Send, meanwhile: Send): Promise<Step[]> {
    const held = this.#app.calls.hold('token')
    let answered = (): void => {}
    const unheld = new Promise<void>((resolve) => {
      answered = resolve
    })
    const overtake: Send = async (tab) => {
      await Promise.race([held.arrived, unheld])
      const step = await meanwhile(tab)
      held.release()
      return step
    }
    return this.act(browser, overtake, (tab) => waiting(tab).finally(answered))
  }

  /** Puts the session of a browser into the other one. */
  plant(browser: number): void {
    this.#cookies[1 - browser] = new Map(this.#cookies[browser])
  }

  /** Takes note of what a start has sent. */
  pickUp(challenge: Challenge, number: string | undefined): void {
    this.#sent.set(challenge, { message: newest(this.okta, challenge.user), number })
  }

  press(challenge: Challenge | undefined, button: 'approve' | 'deny'): void {
    const { message, number } = (challenge && this.#sent.get(challenge)) ?? {}
    const approval = number === undefined ? 'approve' : { number }
    this.okta.directory.answer(message?.id ?? '', button === 'deny' ? 'deny' : approval)
  }

  codeOf(challenge: Challenge | undefined): string | undefined {
    return challenge && this.#sent.get(challenge)?.message.code
  }

  /** Holds the app against the model, and both against what may never happen. */
  async check(model: Model): Promise<void> {
    this.ledger.check()
    const stored = Object.entries(await this.#store.contents()).map(([id, session]) => {
      const key = Object.keys(session).find((name) => name.startsWith('okta-oob:')) ?? ''
      const { passport } = session as { passport?: { user?: { preferred_username: string } } }
      const challenge = session[key] as { loginHint: string; oobCode: string } | undefined
      return { id, challenge, user: passport?.user?.preferred_username }
    })
    for (const [browser, session] of model.sessions.entries()) {
      const { sessionId } = this.#tab(browser)
      const { challenge, user } = stored.find(({ id }) => id === sessionId) ?? {}
      expect(user, 'who is signed in').to.equal(session.user)
      expect(challenge?.loginHint.toLowerCase(), 'who is waited for').to.equal(
        session.challenge?.user,
      )
    }
    const codes = stored.flatMap(({ challenge }) => challenge?.oobCode ?? [])
    expect(codes, 'challenges in sessions').to.deep.equal([...new Set(codes)])
  }

  #tab(browser: number): Tab {
    const tab = new Tab(this.#app.app.browser(), this.door)
    tab.browser.cookies = new Map(this.#cookies[browser])
    return tab
  }

  get #app(): Flow {
    if (!this.#flow) {
      throw new Error('the app has not been started')
    }
    return this.#flow
  }
}
