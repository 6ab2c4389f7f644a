import { expect } from 'chai'
import type { Clock } from '@sinonjs/fake-timers'
import { RateLimiterMemory, type IRateLimiterOptions } from 'rate-limiter-flexible'
import { OktaOobError } from 'passport-okta-oob'
import { stopClock } from '../support/clock.ts'
import {
  approve,
  beginFlow,
  codeOf,
  jsonDoors,
  shareStandIn,
  type Flow,
  type Step,
} from '../support/flow.ts'
import { LimiterStore } from '../support/limiter-store.ts'
import { newest } from '../support/stand-in.ts'

const alice = 'alice@example.com'
const erin = 'erin@example.com'

/** What the store was asked and what Okta was asked, in their order. */
type Trace = ('store' | 'Okta')[]

type Scene = Flow & { clock: Clock; store: LimiterStore }

interface Action {
  user?: string
  before?: (scene: Scene) => unknown
  act: (scene: Scene) => Promise<Step>
  /** Store operations that come when the user has been signed in, and cannot undo that. */
  afterwards?: number
  /** What it answers while the store works. */
  answers: string
}

const text = ({ tab }: Scene): unknown => tab.start({ channel: 'sms' })
const push = ({ tab }: Scene): unknown => tab.start({ channel: 'push' })
const wrongCode = ({ okta }: Scene, user = alice): string =>
  codeOf(okta, user) === '000000' ? '111111' : '000000'

const waitForPush = async (scene: Scene): Promise<void> => {
  await push(scene)
  scene.clock.tick(5000)
}

const actions: Record<string, Action> = {
  'a start by push': {
    act: ({ tab }) => tab.start({ channel: 'push' }),
    answers: 'challenge_started',
  },
  'a start in the place of another': {
    before: push,
    act: ({ tab }) => tab.start({ channel: 'sms' }),
    answers: 'challenge_started',
  },
  'a start that is refused': {
    before: text,
    act: ({ tab }) => tab.start({ channel: 'sms' }),
    answers: 'rate_limited',
  },
  'a resend': {
    before: async (scene) => {
      await text(scene)
      scene.clock.tick(30_000)
    },
    act: ({ tab }) => tab.resend(),
    answers: 'challenge_started',
  },
  'a wrong code': {
    before: text,
    act: (scene) => scene.tab.submit(wrongCode(scene)),
    answers: 'incorrect_code',
  },
  'the last wrong code': {
    before: async (scene) => {
      await text(scene)
      for (let count = 1; count <= 3; count += 1) {
        await scene.tab.submit(wrongCode(scene))
      }
    },
    act: (scene) => scene.tab.submit(wrongCode(scene)),
    answers: 'too_many_attempts',
  },
  'the right code': {
    before: text,
    act: ({ tab, okta }) => tab.submit(codeOf(okta)),
    answers: 'complete',
    afterwards: 5,
  },
  'the right code, before a second factor': {
    user: erin,
    before: ({ tab }) => tab.start({ username: erin, channel: 'sms' }),
    act: ({ tab, okta }) => tab.submit(codeOf(okta, erin)),
    answers: 'challenge_started',
  },
  'a poll too early': {
    before: push,
    act: ({ tab }) => tab.poll(),
    answers: 'authorization_pending',
  },
  'a poll': {
    before: waitForPush,
    act: ({ tab }) => tab.poll(),
    answers: 'authorization_pending',
  },
  'a poll that finds an approval': {
    before: async (scene) => {
      await waitForPush(scene)
      approve(scene.okta, await scene.tab.challenge())
    },
    act: ({ tab }) => tab.poll(),
    answers: 'complete',
    afterwards: 6,
  },
  'a poll that finds a denial': {
    before: async (scene) => {
      await waitForPush(scene)
      scene.okta.directory.answer(newest(scene.okta).id, 'deny')
    },
    act: ({ tab }) => tab.poll(),
    answers: 'challenge_denied',
  },
  'a poll of a challenge that has expired': {
    before: async (scene) => {
      await push(scene)
      scene.clock.tick(300_000)
    },
    act: ({ tab }) => tab.poll(),
    answers: 'challenge_expired',
  },
  'a cancel': { before: push, act: ({ tab }) => tab.cancel(), answers: 'cancelled' },
}

describe('A limiter whose store fails', () => {
  const shared = shareStandIn()

  const begin = async (
    { before }: Action,
    clock = stopClock(),
    door = jsonDoors['the handlers, as JSON'],
  ) => {
    const store = new LimiterStore()
    const trace: Trace = []
    const strategy = {
      mfa: { channels: ['sms'] },
      limits: { limiter: store.limiter },
      fetch: (url: string, init: RequestInit) => {
        trace.push('Okta')
        return fetch(url, init)
      },
    }
    const flow = await beginFlow(shared.okta, { strategy }, shared.okta.issuer, door)
    const scene: Scene = { ...flow, clock, store }
    await before?.(scene)
    trace.length = 0
    store.onOperation = () => trace.push('store')
    return { scene, trace }
  }

  /** Completes the challenge with what has come for it: it may be older than the newest message. */
  const finish = async ({ tab, okta, clock }: Scene, user: string): Promise<Step> => {
    const waiting = await tab.challenge()
    // A code that was out when the store failed still holds the turn of equal ones.
    clock.tick(waiting?.bindingMethod === 'prompt' ? 60_000 : 0)
    const messages = okta.directory.messages(user)
    const ofChannel = messages.filter(({ channel }) => channel === waiting?.channel)
    if (waiting?.bindingMethod === 'transfer') {
      okta.directory.answer(ofChannel[0]?.id ?? '', { number: waiting.bindingCode ?? '' })
      // A poll that was out when the store failed still holds the gate.
      clock.tick(80_000)
      return tab.poll()
    }
    const answer = await tab.submit(ofChannel[0]?.code ?? '')
    return answer.code === 'incorrect_code' ? tab.submit(ofChannel[1]?.code ?? '') : answer
  }

  const over = ['no_challenge', 'challenge_expired', 'challenge_denied', 'too_many_attempts']

  /** Completes what waits, unless that is over, or starts again, and signs in. */
  const signIn = async (scene: Scene, user: string): Promise<void> => {
    const { tab, clock } = scene
    const last = await finish(scene, user)
    expect([...over, 'complete', 'challenge_started']).to.include(last.code)
    if (over.includes(last.code)) {
      expect(last).to.not.have.property('challenge')
      clock.tick(3_600_000)
      const again = await tab.start({ username: user, channel: 'sms' })
      expect(again.code).to.equal('challenge_started')
      await finish(scene, user)
    }
    if (user === erin && (await tab.challenge())) {
      await finish(scene, user)
    }
    expect(await tab.user()).to.equal(user)
  }

  for (const [what, action] of Object.entries(actions)) {
    const { act, answers, user = alice, afterwards = 0 } = action

    it(`at any moment of ${what} is limiter_unavailable, and nobody is half signed in`, async () => {
      const clock = stopClock()
      const { scene: healthy, trace: whole } = await begin(action, clock)
      expect((await act(healthy)).code).to.equal(answers)
      const moments = whole.flatMap((asked, index) => (asked === 'store' ? [index] : []))
      expect(moments).to.have.length.above(0)

      const decisive = moments.slice(0, moments.length - afterwards)
      for (const [operation, index] of decisive.entries()) {
        const when = `operation ${operation + 1} of ${decisive.length}`
        const { scene, trace } = await begin(action, clock)
        const { tab, app, store } = scene
        store.health = operation

        const { page, code } = await act(scene)

        expect([page.status, code], when).to.deep.equal([503, 'limiter_unavailable'])
        expect(page.headers.get('retry-after'), when).to.equal('5')
        expect(app.errors, when).to.have.length(1)
        expect(app.errors[0]).to.be.instanceOf(OktaOobError).with.property('retryAfter', 5)
        expect(app.errors[0]).to.have.property('cause').that.is.instanceOf(Error)
        // Nothing that would have come after the failure has happened.
        const asked = (all: Trace): number => all.filter((each) => each === 'Okta').length
        expect(asked(trace), when).to.equal(asked(whole.slice(0, index)))
        expect(await tab.user(), when).to.equal(undefined)

        store.health = Infinity
        expect(await tab.user(), when).to.equal(undefined)
        await signIn(scene, user)
      }
    }).timeout(40_000)
  }

  it('for a moment takes nothing away: a start that was refused leaves room for the next', async () => {
    const { scene } = await begin(actions['a start by push'] as Action)
    const { tab, store, calls } = scene
    const windows = ['starts', 'sends', 'sends', 'sends']
    for (const failing of windows.keys()) {
      let count = 0
      store.onOperation = () => {
        store.health = count === failing ? 0 : Infinity
        count += 1
      }
      for (let time = 1; time <= 5; time += 1) {
        count = 0
        expect((await tab.start({ channel: 'sms' })).code).to.equal('limiter_unavailable')
      }
    }
    store.onOperation = () => {}
    store.health = Infinity

    expect(calls.sent).to.deep.equal([])
    expect((await tab.start({ channel: 'sms' })).code).to.equal('challenge_started')
  })

  it('is limiter_unavailable where a page asks for the challenge, too', async () => {
    const { scene } = await begin({ ...actions['a poll too early'] } as Action)
    scene.store.health = 0

    const { status, json, headers } = await scene.tab.browser.get('/challenge')

    expect([status, json.code]).to.deep.equal([503, 'limiter_unavailable'])
    expect(headers.get('retry-after')).to.equal('5')
    scene.store.health = Infinity
    expect(await scene.tab.challenge()).to.include({ channel: 'push' })
  })

  it('is an error of Passport’s, through passport.authenticate', async () => {
    const { scene } = await begin(
      actions['a start by push'] as Action,
      stopClock(),
      jsonDoors['passport.authenticate'],
    )
    scene.store.health = 0

    const { page, code } = await scene.tab.start()

    expect([page.status, code]).to.deep.equal([503, 'limiter_unavailable'])
    expect(scene.app.errors[0]).to.include({ code: 'limiter_unavailable', retryAfter: 5 })
    expect(scene.calls.sent).to.deep.equal([])
  })

  it('lets nobody guess: fifty codes meet no Okta', async () => {
    const { scene } = await begin(actions['a wrong code'] as Action)
    scene.store.health = 0
    const before = scene.calls.count('token')

    const answers = await Promise.all(
      Array.from({ length: 50 }, () => scene.tab.copy().submit(wrongCode(scene))),
    )

    expect(new Set(answers.map(({ code }) => code))).to.deep.equal(new Set(['limiter_unavailable']))
    expect(scene.calls.count('token')).to.equal(before)
  })

  const failures: Record<string, () => unknown> = {
    'an error': () => Promise.reject(new Error('closed')),
    'an error that it throws': () => {
      throw new Error('closed')
    },
    'something else': () => Promise.reject('closed'),
    nothing: () => Promise.reject(undefined),
    null: () => Promise.reject(null),
  }
  for (const [what, fail] of Object.entries(failures)) {
    it(`is limiter_unavailable, whatever it fails with: ${what}`, async () => {
      class Failing extends RateLimiterMemory {
        override consume = fail as RateLimiterMemory['consume']
      }
      const limiter = (options: IRateLimiterOptions): RateLimiterMemory => new Failing(options)
      const { tab, calls } = await beginFlow(shared.okta, { strategy: { limits: { limiter } } })

      const { page, code } = await tab.start({ channel: 'sms' })

      expect([page.status, code]).to.deep.equal([503, 'limiter_unavailable'])
      expect(page.headers.get('retry-after')).to.equal('5')
      expect(calls.sent).to.deep.equal([])
    })
  }
})
