import { expect } from 'chai'
import { MemoryStore, type SessionData } from 'express-session'
import { codeOf, describeFlows, wrongCodeOf, type Flow, type Step } from '../support/flow.ts'
import { eventually } from '../support/handles.ts'
import { afterSilence, Silence, type StoreMethod } from '../support/silence.ts'

type Callback = (error?: unknown) => void

class HangingStore extends MemoryStore {
  readonly silence = new Silence()

  override get(id: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    this.silence.answer('get', () => super.get(id, callback))
  }

  override set(id: string, session: SessionData, callback?: Callback): void {
    this.silence.answer('set', () => super.set(id, session, callback))
  }

  override destroy(id: string, callback?: Callback): void {
    this.silence.answer('destroy', () => super.destroy(id, callback))
  }

  override touch(id: string, session: SessionData, callback?: Callback): void {
    // A store that is silent when it is read is silent when it is asked to keep a session alive.
    const method = this.silence.method === 'get' ? 'get' : 'touch'
    this.silence.answer(method, () => super.touch(id, session, callback))
  }
}

describeFlows('A session that does not answer', (begin) => {
  const moments: Record<
    string,
    { method: StoreMethod; before?: (flow: Flow) => Promise<unknown> }
  > = {
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
      store.silence.method = method

      const step = await afterSilence(store.silence, () =>
        before ? tab.submit(code) : tab.start({ channel: 'sms' }),
      )

      expect([step.page.status, step.code]).to.deep.equal([500, 'session_failed'])
      expect(app.errors.at(-1))
        .to.have.property('cause')
        .with.property('message')
        .that.matches(/has not answered in 5 seconds/)
      store.silence.letGo()
      await eventually(() => {
        expect(store.silence.isAsked).to.equal(false)
      })
      expect(await tab.user()).to.equal(undefined)
      // The late answer does no harm: a new start signs in.
      const again = tab.copy()
      again.browser.cookies.clear()
      await again.start({ channel: 'voice' })
      expect((await again.submit(codeOf(okta))).code).to.equal('complete')
    })
  }

  /** Once Okta has been asked, the store is silent when it is asked what has become of the session. */
  const silentWhile = async (
    { calls }: Flow,
    silence: Silence,
    endpoint: 'oob-authenticate' | 'token',
    act: () => Promise<Step>,
  ): Promise<Step> => {
    const held = calls.hold(endpoint)
    const answer = act()
    await held.arrived
    silence.method = 'get'
    held.release()
    return answer
  }

  it('is session_failed after five seconds, too, when it is read again after a start', async () => {
    const store = new HangingStore()
    const flow = await begin({ app: { store } })
    const { tab } = flow
    await tab.start({ channel: 'sms' })

    const step = await afterSilence(store.silence, () =>
      silentWhile(flow, store.silence, 'oob-authenticate', () => tab.start({ channel: 'voice' })),
    )

    expect([step.page.status, step.code]).to.deep.equal([500, 'session_failed'])
    store.silence.letGo()
  })

  it('is session_failed after five seconds, too, when it is read again after the last code', async () => {
    const store = new HangingStore()
    const limits = { codesPerChallenge: { points: 1, duration: 600 } }
    const flow = await begin({ app: { store }, strategy: { limits } })
    const { okta, tab } = flow
    await tab.start({ channel: 'sms' })

    const step = await afterSilence(store.silence, () =>
      silentWhile(flow, store.silence, 'token', () => tab.submit(wrongCodeOf(okta))),
    )

    expect([step.page.status, step.code]).to.deep.equal([500, 'session_failed'])
    store.silence.letGo()
  })
})
