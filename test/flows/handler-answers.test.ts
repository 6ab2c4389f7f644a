import { expect } from 'chai'
import type { Express } from 'express'
import type { OktaOobStrategy } from 'passport-okta-oob'
import type { Page } from '../support/browser.ts'
import { stopClock } from '../support/clock.ts'
import {
  beginFlow,
  codeOf,
  shareStandIn,
  wrongCodeOf,
  type Flow,
  type FlowOptions,
} from '../support/flow.ts'
import { newest } from '../support/stand-in.ts'

type Scene = Flow & { clock: ReturnType<typeof stopClock> }

interface Row {
  when: string
  strategy?: FlowOptions['strategy']
  /** What has happened before. */
  after?: (scene: Scene) => unknown
  path: string
  fields?: (scene: Scene) => Record<string, string>
  status?: number
  json: object
  /** What `req.oktaOob` is without redirects, where that differs from `json`. */
  bare?: object
  location: string
  retryAfter?: string
}

const alice = { username: 'alice@example.com' }
const pushView = { channel: 'push', bindingMethod: 'transfer', interval: 5 }

const text = ({ tab }: Scene): unknown => tab.start({ channel: 'sms' })
const push = ({ tab }: Scene): unknown => tab.start()

const failed = (code: string, more: object = {}): object => ({
  status: 'failed',
  error: { code, ...more },
})

const rows: Row[] = [
  {
    when: 'a start sends a push',
    path: '/start',
    fields: () => alice,
    json: { status: 'challenge', challenge: pushView },
    location: '/challenge-page',
  },
  {
    when: 'a start has no username',
    path: '/start',
    status: 400,
    json: failed('login_hint_missing'),
    location: '/login-page?error=login_hint_missing',
  },
  {
    when: 'a start has an empty username',
    path: '/start',
    fields: () => ({ username: ' ' }),
    status: 400,
    json: failed('login_hint_missing'),
    location: '/login-page?error=login_hint_missing',
  },
  {
    when: 'a start has a username of too many characters',
    path: '/start',
    fields: () => ({ username: 'a'.repeat(255) }),
    status: 400,
    json: failed('login_hint_invalid'),
    location: '/login-page?error=login_hint_invalid',
  },
  {
    when: 'a start names a channel that is not offered',
    path: '/start',
    fields: () => ({ ...alice, channel: 'email' }),
    status: 400,
    json: failed('channel_not_allowed'),
    location: '/login-page?error=channel_not_allowed',
  },
  {
    when: 'a push is not yet approved',
    after: push,
    path: '/complete',
    json: { status: 'pending', challenge: pushView, retryAfter: 5 },
    location: '/challenge-page',
  },
  {
    when: 'a code is right',
    after: text,
    path: '/complete',
    fields: ({ okta }) => ({ code: codeOf(okta) }),
    json: { status: 'complete', redirectTo: '/welcome' },
    bare: { status: 'complete', redirectTo: undefined },
    location: '/welcome',
  },
  {
    when: 'a code is wrong',
    after: text,
    path: '/complete',
    fields: ({ okta }) => ({ code: wrongCodeOf(okta) }),
    status: 401,
    json: failed('incorrect_code', { challenge: { channel: 'sms' } }),
    location: '/challenge-page?error=incorrect_code',
  },
  {
    when: 'a code is missing',
    after: text,
    path: '/complete',
    status: 400,
    json: failed('code_missing', { challenge: { channel: 'sms' } }),
    location: '/challenge-page?error=code_missing',
  },
  {
    when: 'a code cannot be one',
    after: text,
    path: '/complete',
    fields: () => ({ code: 'x' }),
    status: 400,
    json: failed('code_invalid'),
    location: '/challenge-page?error=code_invalid',
  },
  {
    when: 'a push is given a code',
    after: push,
    path: '/complete',
    fields: () => ({ code: '123456' }),
    status: 400,
    json: failed('wrong_step', { challenge: pushView }),
    location: '/challenge-page?error=wrong_step',
  },
  {
    when: 'the last code is wrong, too',
    after: async ({ tab, okta }) => {
      await tab.start({ channel: 'sms' })
      for (let count = 0; count < 3; count += 1) {
        await tab.submit(wrongCodeOf(okta))
      }
    },
    path: '/complete',
    fields: ({ okta }) => ({ code: wrongCodeOf(okta) }),
    status: 429,
    json: failed('too_many_attempts', { challenge: undefined }),
    location: '/login-page?error=too_many_attempts',
  },
  {
    when: 'the user has no codes left in this hour',
    strategy: { limits: { codesPerUser: { points: 1, duration: 3600 } } },
    after: async ({ tab, okta, clock }) => {
      await tab.start({ channel: 'sms' })
      await tab.submit(wrongCodeOf(okta))
      clock.tick(600)
    },
    path: '/complete',
    fields: ({ okta }) => ({ code: codeOf(okta) }),
    status: 429,
    json: failed('too_many_attempts', { retryAfter: 3600, challenge: { channel: 'sms' } }),
    location: '/challenge-page?error=too_many_attempts',
    retryAfter: '3600',
  },
  {
    when: 'a second text is asked for too soon',
    after: async ({ tab, clock }) => {
      await tab.start({ channel: 'sms' })
      clock.tick(10_000)
    },
    path: '/resend',
    status: 429,
    json: failed('rate_limited', { retryAfter: 20, challenge: { channel: 'sms' } }),
    location: '/challenge-page?error=rate_limited',
    retryAfter: '20',
  },
  {
    when: 'a push is denied',
    after: async ({ tab, okta, clock }) => {
      await tab.start()
      okta.directory.answer(newest(okta).id, 'deny')
      clock.tick(5000)
    },
    path: '/complete',
    status: 401,
    json: failed('challenge_denied', { challenge: undefined }),
    location: '/login-page?error=challenge_denied',
  },
  {
    when: 'a challenge has expired',
    after: async ({ tab, clock }) => {
      await tab.start()
      clock.tick(300_000)
    },
    path: '/complete',
    status: 401,
    json: failed('challenge_expired', { challenge: undefined }),
    location: '/login-page?error=challenge_expired',
  },
  {
    when: 'there is no challenge to complete',
    path: '/complete',
    status: 403,
    json: failed('no_challenge', { challenge: undefined }),
    location: '/login-page?error=no_challenge',
  },
  {
    when: 'a text is sent again',
    after: async ({ tab, clock }) => {
      await tab.start({ channel: 'sms' })
      clock.tick(30_000)
    },
    path: '/resend',
    json: { status: 'challenge', challenge: { channel: 'sms', bindingMethod: 'prompt' } },
    location: '/challenge-page',
  },
  {
    when: 'a resend names a channel that is not offered',
    after: text,
    path: '/resend',
    fields: () => ({ channel: 'email' }),
    status: 400,
    json: failed('channel_not_allowed', { challenge: { channel: 'sms' } }),
    location: '/challenge-page?error=channel_not_allowed',
  },
  {
    when: 'there is no challenge to send again',
    path: '/resend',
    status: 403,
    json: failed('no_challenge', { challenge: undefined }),
    location: '/login-page?error=no_challenge',
  },
  {
    when: 'a challenge is cancelled',
    after: push,
    path: '/cancel',
    json: { status: 'cancelled' },
    location: '/login-page',
  },
  {
    when: 'there is nothing to cancel',
    path: '/cancel',
    json: { status: 'cancelled' },
    location: '/login-page',
  },
]

/** Handlers that have nowhere to lead, and the app's own answer behind them. */
function bareRoutes(app: Express, strategy: OktaOobStrategy): void {
  for (const step of ['start', 'complete', 'resend', 'cancel'] as const) {
    app.post(`/bare/${step}`, strategy[step](), (req, res) => {
      res.json({ page: req.oktaOob })
    })
  }
}

function expectHeaders({ headers }: Page, retryAfter: string | null): void {
  expect(headers.get('cache-control')).to.equal('no-store')
  expect(headers.get('retry-after')).to.equal(retryAfter)
}

describe('When', () => {
  const shared = shareStandIn()
  const begin = async ({ strategy, after }: Row): Promise<Scene> => {
    const clock = stopClock()
    const scene = { ...(await beginFlow(shared.okta, { strategy, routes: bareRoutes })), clock }
    await after?.(scene)
    return scene
  }

  for (const row of rows) {
    const { when, path, fields, status = 200, json, bare = json, location, retryAfter = null } = row

    describe(when, () => {
      it(`${path} answers a script with ${status}`, async () => {
        const scene = await begin(row)
        const page = await scene.tab.browser.postJson(path, fields?.(scene))

        expect(page.status).to.equal(status)
        expect(page.json).to.containSubset(json)
        expectHeaders(page, retryAfter)
      })

      it(`${path} leads a form to ${location}`, async () => {
        const scene = await begin(row)
        const page = await scene.tab.browser.post(path, fields?.(scene))

        expect(page.status).to.equal(303)
        expect(page.location).to.equal(location)
        expectHeaders(page, null)
      })

      it(`${path} without redirects leaves the answer to the app`, async () => {
        const scene = await begin(row)
        const page = await scene.tab.browser.post(`/bare${path}`, fields?.(scene))

        expect(page.status).to.equal(status)
        expect(page.json.page).to.containSubset(bare)
        expectHeaders(page, retryAfter)
      })
    })
  }
})
