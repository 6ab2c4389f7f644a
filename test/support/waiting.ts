import type { Clock } from '@sinonjs/fake-timers'
import { OktaOobStrategy, type OktaOobStrategyOptions } from 'passport-okta-oob'
import { startApp, type TestApp } from './app.ts'
import type { Browser, Page } from './browser.ts'
import { stopClock } from './clock.ts'
import { OktaWire } from './okta.ts'

export const username = 'alice@example.com'
export const oobCode = 'ftpvP1LB26vCARL7EWM55cUhPA2vdQmHFp'
export const typedCode = '490713'

export interface OktaAnswer {
  status: number
  body: object | string
  headers?: Record<string, string>
}

/** What Okta answers to a start: a push to poll every 2 seconds, or a text. */
export const startAnswers = {
  poll: {
    oob_code: oobCode,
    expires_in: 300,
    interval: 2,
    channel: 'push',
    binding_method: 'none',
  },
  code: { oob_code: oobCode, expires_in: 300, channel: 'sms', binding_method: 'prompt' },
}

export type Completing = keyof typeof startAnswers

/** A user whose challenge can be completed now, in front of an Okta that has not answered yet. */
export class Waiting {
  readonly kind: Completing
  readonly okta: OktaWire
  readonly app: TestApp
  readonly browser: Browser
  readonly clock: Clock

  constructor(kind: Completing, okta: OktaWire, app: TestApp, clock: Clock) {
    this.kind = kind
    this.okta = okta
    this.app = app
    this.browser = app.browser()
    this.clock = clock
  }

  async start(answer: OktaAnswer = { status: 200, body: startAnswers[this.kind] }): Promise<Page> {
    const channel = this.kind === 'poll' ? 'push' : 'sms'
    const form = { client_id: this.okta.clientId, login_hint: username, channel_hint: channel }
    this.okta.post('oob-authenticate', form, answer.status, answer.body, answer.headers)
    if ([404, 405, 410].includes(answer.status)) {
      this.okta.scope
        .post(`${this.okta.path}/primary-authenticate`)
        .optionally()
        .reply(answer.status, answer.body)
    }
    return this.browser.postJson('/login', { username, channel })
  }

  /** Polls or submits the code, and has Okta answer that if it arrives there. */
  async complete(answer?: OktaAnswer): Promise<Page> {
    if (answer) {
      this.okta.post('token', this.tokenForm(), answer.status, answer.body, answer.headers)
    }
    return this.browser.postJson('/login', this.kind === 'code' ? { code: typedCode } : {})
  }

  /** Completes with an ID token, a good one unless told otherwise. */
  async redeem(idToken?: string): Promise<Page> {
    return this.complete({ status: 200, body: await this.okta.tokens(idToken) })
  }

  private tokenForm(): Record<string, string> {
    return {
      client_id: this.okta.clientId,
      grant_type: 'urn:okta:params:oauth:grant-type:oob',
      scope: 'openid profile',
      oob_code: oobCode,
      ...(this.kind === 'code' && { binding_code: typedCode }),
    }
  }
}

export async function waitingUser(
  kind: Completing,
  options: OktaOobStrategyOptions & {
    passReqToCallback?: false
    passTokensToCallback?: false
  } = {},
  metadata: object = {},
): Promise<Waiting> {
  const clock = stopClock()
  const okta = new OktaWire().discovery(metadata)
  const app = await startApp(
    new OktaOobStrategy({ issuer: okta.issuer, clientID: okta.clientId, ...options }),
  )
  const waiting = new Waiting(kind, okta, app, clock)
  await waiting.start()
  clock.tick(startAnswers.poll.interval * 1000)
  return waiting
}
