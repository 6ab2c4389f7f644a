import { expect } from 'chai'
import { MemoryStore, type SessionData } from 'express-session'
import { codeOf, describeFlows, type Flow, type Step } from '../support/flow.ts'
import { eventually } from '../support/handles.ts'
import { whenOver } from '../support/resources.ts'

type Method = 'set' | 'destroy'
type Callback = (error?: unknown) => void

/** A store that does not answer one kind of question until it is let go. */
class HangingStore extends MemoryStore {
  hangs: Method | undefined
  readonly #asked: (() => void)[] = []

  override set(id: string, session: SessionData, callback?: Callback): void {
    this.#answer('set', () => super.set(id, session, callback))
  }

  override destroy(id: string, callback?: Callback): void {
    this.#answer('destroy', () => super.destroy(id, callback))
  }

  get isAsked(): boolean {
    return this.#asked.length > 0
  }

  /** Answers everything, late. */
  letGo(): void {
    this.hangs = undefined
    this.#asked.splice(0).forEach((answer) => answer())
  }

  #answer(method: Method, answer: () => void): void {
    if (method === this.hangs) {
      this.#asked.push(answer)
    } else {
      answer()
    }
  }
}

/** Timers of five seconds end when the test says so; all others are as they were. */
function holdPatience(): { isWaiting: () => boolean; end: () => void } {
  const { setTimeout: start, clearTimeout: stop } = globalThis
  const held = new Map<object, () => void>()
  const fake = (act: () => void, delay?: number): unknown => {
    if (delay !== 5000) {
      return start(act, delay)
    }
    const timer = {}
    held.set(timer, act)
    return timer
  }
  globalThis.setTimeout = Object.assign(fake, start)
  globalThis.clearTimeout = (timer) => {
    if (!held.delete(timer as object)) {
      stop(timer)
    }
  }
  whenOver(() => {
    globalThis.setTimeout = start
    globalThis.clearTimeout = stop
  })
  return {
    isWaiting: () => held.size > 0,
    end: () => {
      for (const [timer, act] of held) {
        held.delete(timer)
        act()
      }
    },
  }
}

/** What the app answers when the store has been silent for five seconds. */
async function afterSilence(store: HangingStore, act: () => Promise<Step>): Promise<Step> {
  const patience = holdPatience()
  const answer = act()
  let isAnswered = false
  void answer.finally(() => {
    isAnswered = true
  })
  await eventually(() => {
    expect(store.isAsked && patience.isWaiting()).to.equal(true)
  })
  expect(isAnswered).to.equal(false)
  // A wait may follow another one: each ends by itself.
  const ending = setInterval(() => patience.end(), 1)
  try {
    return await answer
  } finally {
    clearInterval(ending)
  }
}

describeFlows('A session that does not answer', (begin) => {
  const moments: Record<string, { method: Method; before?: (flow: Flow) => Promise<unknown> }> = {
    'at a start, for its new id': { method: 'destroy' },
    'at a start, for its challenge': { method: 'set' },
    'at the right code, for the end of its challenge': {
      method: 'set',
      before: ({ tab }) => tab.start({ channel: 'sms' }),
    },
    'at the login, for its new id': {
      method: 'destroy',
      before: ({ tab }) => tab.start({ channel: 'sms' }),
    },
  }

  for (const [when, { method, before }] of Object.entries(moments)) {
    it(`is session_failed after five seconds, and signs nobody in, ${when}`, async () => {
      const store = new HangingStore()
      const flow = await begin({ app: { store } })
      const { okta, tab, app } = flow
      await before?.(flow)
      const code = before ? codeOf(okta) : ''
      store.hangs = method

      const step = await afterSilence(store, () =>
        before ? tab.submit(code) : tab.start({ channel: 'sms' }),
      )

      expect([step.page.status, step.code]).to.deep.equal([500, 'session_failed'])
      expect(app.errors.at(-1))
        .to.have.property('cause')
        .with.property('message')
        .that.matches(/has not answered in 5 seconds/)
      store.letGo()
      await eventually(() => {
        expect(store.isAsked).to.equal(false)
      })
      expect(await tab.user()).to.equal(undefined)
      // The late answer does no harm: a new start signs in.
      const again = tab.copy()
      again.browser.cookies.clear()
      await again.start({ channel: 'voice' })
      expect((await again.submit(codeOf(okta))).code).to.equal('complete')
    })
  }
})
