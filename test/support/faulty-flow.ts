import type { Clock } from '@sinonjs/fake-timers'
import type { Server } from 'node:http'
import { OktaOobStrategy } from 'passport-okta-oob'
import type { StandIn } from '../../example/okta/stand-in.ts'
import type { Message } from '../../example/okta/transaction.ts'
import { startApp, type TestApp } from './app.ts'
import { stopClock } from './clock.ts'
import { startFaultServer, type FaultServer } from './fault-server.ts'
import { Tab, type Door, type Step } from './flow.ts'
import { clientOf } from './stand-in.ts'

export interface FaultyFlowOptions {
  /** Seconds for one call to Okta. */
  timeout: number
  door: Door
  username?: string
  /** Whether the app asks for the user's claims. */
  userInfo?: boolean
}

/** A user in front of an app that reaches the stand-in through a fault server. */
export class FaultyFlow {
  readonly clock: Clock
  readonly faultServer: FaultServer
  readonly username: string
  readonly #options: FaultyFlowOptions
  /** The app's processes, the one that runs last. */
  readonly #apps: TestApp[]
  tab: Tab

  constructor(clock: Clock, faultServer: FaultServer, app: TestApp, options: FaultyFlowOptions) {
    this.clock = clock
    this.faultServer = faultServer
    this.#apps = [app]
    this.tab = new Tab(app.browser(), options.door)
    this.username = options.username ?? 'alice@example.com'
    this.#options = options
  }

  get app(): TestApp {
    return this.#apps.at(-1) as TestApp
  }

  /** Another process takes the app over: only the sessions are as they were. */
  async restart(): Promise<void> {
    const { cookies } = this.tab.browser
    this.#apps.push(await startFaultyApp(this.faultServer, this.#options, this.app))
    this.tab = new Tab(this.app.browser(), this.#options.door)
    this.tab.browser.cookies = cookies
  }

  start(channel: string): Promise<Step> {
    return this.tab.start({ username: this.username, channel })
  }

  /** Approves the push, as its user does who picks the right number. */
  async approve(): Promise<void> {
    const { okta } = this.faultServer
    const challenge = await this.tab.challenge()
    const { id } = this.#newest('push')
    await this.faultServer.byItsClock(() => {
      okta.directory.answer(id, { number: challenge?.bindingCode ?? '' })
    })
  }

  /** The user does what the challenge that waits wants of them. */
  async complete(): Promise<Step> {
    const challenge = await this.tab.challenge()
    if (challenge?.channel !== 'push') {
      return this.tab.submit(challenge ? (this.#newest(challenge.channel).code ?? '') : '123456')
    }
    await this.approve()
    return this.tab.poll()
  }

  /** Starts anew and goes through all factors. */
  async signIn(channel: string): Promise<Step> {
    let step = await this.start(channel)
    while (step.code === 'challenge_started' || step.code === 'mfa_required') {
      this.clock.tick((step.challenge?.interval ?? 0) * 1000)
      step = await this.complete()
    }
    return step
  }

  /** The servers between the user and Okta. */
  get servers(): Server[] {
    const { server, okta } = this.faultServer
    return [...this.#apps.map((app) => app.server), server, okta.server]
  }

  #newest(channel: string): Message {
    const messages = this.faultServer.okta.directory.messages(this.username)
    const message = messages.find((candidate) => candidate.channel === channel)
    if (!message) {
      throw new Error(`no ${channel} has arrived for ${this.username}`)
    }
    return message
  }
}

export async function beginFaultyFlow(
  okta: StandIn,
  options: FaultyFlowOptions,
): Promise<FaultyFlow> {
  const clock = stopClock()
  const faultServer = await startFaultServer(okta, clock)
  return new FaultyFlow(clock, faultServer, await startFaultyApp(faultServer, options), options)
}

/** The one place where these tests make a strategy. */
function startFaultyApp(
  { okta, fetch }: FaultServer,
  { timeout, userInfo = false }: FaultyFlowOptions,
  before?: TestApp,
): Promise<TestApp> {
  const strategy = new OktaOobStrategy({
    limits: false,
    concealUnknownUsers: false,
    ...clientOf(okta.issuer),
    mfa: { channels: ['voice'] },
    timeout,
    userInfo,
    fetch,
  })
  return startApp(strategy, before && { store: before.store })
}
