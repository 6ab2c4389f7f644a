import type { Express } from 'express'
import {
  OktaOobStrategy,
  type ChallengeView,
  type OktaOobAnswer,
  type OktaOobStrategyOptions,
  type Verify,
} from 'passport-okta-oob'
import { startStandIn, type StandIn } from '../../example/okta/stand-in.ts'
import { startApp, type TestApp, type TestAppOptions } from './app.ts'
import type { Browser, Page } from './browser.ts'
import { OktaCalls } from './okta-calls.ts'
import { clientOf, newest } from './stand-in.ts'

export const servers = {
  'the org authorization server': (okta: StandIn) => okta.issuer,
  'a custom authorization server': (okta: StandIn) => okta.customIssuer,
}

/** What a step answered, whichever door it went through. */
export interface Step {
  status: number
  /** `complete`, `cancelled`, or a code of the contract. */
  code: string
  challenge?: ChallengeView
  retryAfter?: number
  page: Page
}

/** One way through the app; forms show no more than where they lead. */
export interface Door {
  start: (browser: Browser, fields: object) => Promise<Step>
  complete: (browser: Browser, fields: object) => Promise<Step>
}

/** The doors whose answers hold the challenge and `retryAfter`. */
export const jsonDoors: Record<string, Door> = {
  'passport.authenticate': {
    start: async (browser, fields) => fromInfo(await browser.postJson('/login', fields)),
    complete: async (browser, fields) => fromInfo(await browser.postJson('/login', fields)),
  },
  'the handlers, as JSON': {
    start: async (browser, fields) => fromJson(await browser.postJson('/start', fields)),
    complete: async (browser, fields) => fromJson(await browser.postJson('/complete', fields)),
  },
}

export const doors: Record<string, Door> = {
  ...jsonDoors,
  'the handlers, as forms': {
    start: async (browser, fields) =>
      fromForm(await browser.post('/start', { ...fields }), 'challenge_started'),
    complete: async (browser, fields) =>
      fromForm(await browser.post('/complete', { ...fields }), 'authorization_pending'),
  },
}

/** A user's tab. */
export class Tab {
  readonly browser: Browser
  readonly #door: Door

  constructor(browser: Browser, door: Door) {
    this.browser = browser
    this.#door = door
  }

  /** Starts for alice through the default channel, unless told otherwise. */
  start(
    fields: {
      username?: string
      channel?: string
      returnTo?: string
      requestId?: string
    } = {},
  ): Promise<Step> {
    return this.#door.start(this.browser, { username: 'alice@example.com', ...fields })
  }

  poll(): Promise<Step> {
    return this.#door.complete(this.browser, {})
  }

  submit(code: string): Promise<Step> {
    return this.#door.complete(this.browser, { code })
  }

  async resend(fields: { channel?: string } = {}): Promise<Step> {
    return fromJson(await this.browser.postJson('/resend', fields))
  }

  async cancel(): Promise<Step> {
    return fromJson(await this.browser.postJson('/cancel'))
  }

  /** The challenge that waits, as the app shows it. */
  async challenge(): Promise<ChallengeView | undefined> {
    return fromJson(await this.browser.get('/challenge', { accept: 'application/json' })).challenge
  }

  /** The username that is signed in. */
  async user(): Promise<string | undefined> {
    const { json } = await this.browser.get('/me')
    return (json as { user: { preferred_username: string } | null }).user?.preferred_username
  }

  /** Another tab of the same browser, which has the cookies of now. */
  copy(): Tab {
    return new Tab(this.browser.copy(), this.#door)
  }

  get sessionId(): string {
    const cookie = decodeURIComponent(this.browser.cookies.get('connect.sid') ?? '')
    return /^s:(.+?)\./.exec(cookie)?.[1] ?? ''
  }
}

/** An app whose strategy talks to the stand-in, and a tab in front of it. */
export interface Flow {
  okta: StandIn
  app: TestApp
  calls: OktaCalls
  tab: Tab
}

export interface FlowOptions {
  strategy?: Omit<OktaOobStrategyOptions, 'passReqToCallback' | 'passTokensToCallback'> | undefined
  verify?: Verify
  app?: Omit<TestAppOptions, 'routes'>
  /** Adds routes of the test's own. */
  routes?: (app: Express, strategy: OktaOobStrategy) => void
}

export type Begin = (options?: FlowOptions) => Promise<Flow>

/** Describes a behaviour once for each server of Okta's and each door of the app. */
export function describeFlows(
  title: string,
  define: (begin: Begin) => void,
  through: Record<string, Door> = doors,
): void {
  describe(title, () => {
    const shared = shareStandIn()
    for (const [server, issuerOf] of Object.entries(servers)) {
      for (const [name, door] of Object.entries(through)) {
        describe(`on ${server}, through ${name}`, () => {
          define((options) => beginFlow(shared.okta, options, issuerOf(shared.okta), door))
        })
      }
    }
  })
}

/** One stand-in for the tests of a `describe`: making its keys takes longer than a whole flow. */
export function shareStandIn(): { readonly okta: StandIn } {
  let okta: StandIn | undefined
  before(async () => {
    okta = await startStandIn()
  })
  after(() => okta?.close())
  return {
    get okta() {
      if (!okta) {
        throw new Error('the stand-in runs during tests only')
      }
      return okta
    },
  }
}

export async function beginFlow(
  okta: StandIn,
  options: FlowOptions = {},
  issuer: string = okta.issuer,
  door: Door = jsonDoors['the handlers, as JSON'] as Door,
): Promise<Flow> {
  const calls = new OktaCalls(options.strategy?.fetch)
  const settings = {
    ...options.strategy,
    ...clientOf(issuer),
    passTokensToCallback: false as const,
    fetch: calls.fetch,
  }
  const strategy = new OktaOobStrategy(settings, options.verify)
  const routes = (app: Express): void => options.routes?.(app, strategy)
  const app = await startApp(strategy, { ...options.app, routes })
  return { okta, app, calls, tab: new Tab(app.browser(), door) }
}

/** The code in the newest text or call. */
export function codeOf(okta: StandIn, username?: string): string {
  return newest(okta, username).code ?? ''
}

/** A code that Okta has not sent. */
export function wrongCodeOf(okta: StandIn): string {
  return codeOf(okta) === '000000' ? '111111' : '000000'
}

/** Approves the newest push: bob just does, alice picks the number that the browser shows. */
export function approve(okta: StandIn, challenge: ChallengeView | undefined): void {
  const bob = challenge?.bindingCode === undefined
  const { id } = newest(okta, bob ? 'bob@example.com' : 'alice@example.com')
  okta.directory.answer(id, bob ? 'approve' : { number: challenge.bindingCode ?? '' })
}

function fromInfo(page: Page): Step {
  const { status, json } = page
  return status === 200
    ? { status, code: 'complete', page }
    : { status, page, ...(json as { code: string }) }
}

function fromJson(page: Page): Step {
  const { status } = page
  const answer = page.json as OktaOobAnswer | { status?: never; code: string }
  switch (answer.status) {
    case 'challenge':
      return { status, code: 'challenge_started', challenge: answer.challenge, page }
    case 'pending': {
      const { challenge, retryAfter } = answer
      return { status, code: 'authorization_pending', challenge, retryAfter, page }
    }
    case 'failed':
      return { status, page, ...answer.error }
    case 'complete':
    case 'cancelled':
      return { status, code: answer.status, page }
    default:
      return { status, code: answer.code, page }
  }
}

function fromForm(page: Page, waiting: string): Step {
  const { status, location } = page
  if (location === null) {
    return { status, code: (page.json as { code: string }).code, page }
  }
  const { pathname, searchParams } = new URL(location, 'https://app.example')
  const otherwise = pathname === '/challenge-page' ? waiting : 'complete'
  return { status, code: searchParams.get('error') ?? otherwise, page }
}
