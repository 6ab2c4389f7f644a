import { expect } from 'chai'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { stopClock } from '../support/clock.ts'
import {
  approve,
  codeOf,
  describeFlows,
  wrongCodeOf,
  type Flow,
  type Step,
  type Tab,
} from '../support/flow.ts'
import { eventually } from '../support/handles.ts'
import type { Endpoint } from '../support/okta-calls.ts'

const erin = 'erin@example.com'
const text = { channel: 'sms' }
const named = { channel: 'sms', requestId: 'a-value-that-nobody-guesses' }

/** The browser loses its connection while Okta is asked, and sends the same request again. */
async function loseAndRepeat(
  { app, calls, tab }: Flow,
  endpoint: Endpoint,
  act: (tab: Tab) => Promise<Step>,
): Promise<Step> {
  const okta = calls.hold(endpoint)
  const leaving = tab.copy()
  const request = once(app.server, 'request') as Promise<[unknown, ServerResponse]>
  const lost = act(leaving).catch((error: Error) => error.name)
  await okta.arrived
  const [, response] = await request
  const closed = once(response, 'close')
  leaving.browser.hangUp()
  await closed
  expect(await lost).to.equal('AbortError')

  const back = once(app.server, 'request')
  const again = act(tab)
  await back
  okta.release()
  return again
}

describeFlows(
  'A browser that loses its connection while Okta is asked, and asks again',
  (begin) => {
    it('shows the code field: one text was sent', async () => {
      const flow = await begin()
      const { okta, tab, calls } = flow

      const step = await loseAndRepeat(flow, 'oob-authenticate', (each) => each.start(named))

      expect(step.code).to.equal('challenge_started')
      expect(calls.count('oob-authenticate')).to.equal(1)
      expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
    })

    it('is signed in by the code that it had sent', async () => {
      const flow = await begin()
      const { okta, tab, calls } = flow
      await tab.start(text)
      const code = codeOf(okta)

      expect((await loseAndRepeat(flow, 'token', (each) => each.submit(code))).code).to.equal(
        'complete',
      )
      expect(await tab.user()).to.equal('alice@example.com')
      expect(calls.count('token')).to.equal(1)
    })

    it('is signed in by the push that was approved', async () => {
      const clock = stopClock()
      const flow = await begin()
      const { app, okta, tab, calls } = flow
      await tab.start()
      approve(okta, await tab.challenge())
      clock.tick(5000)

      const step = await loseAndRepeat(flow, 'token', (each) => each.poll())
      if (step.code === 'authorization_pending') {
        const { sessions } = app.store as unknown as { sessions: object }
        await eventually(() => {
          expect(Object.values(sessions).join('')).to.include('signed-in')
        })
        clock.tick(5000)
      }
      const { code } = step.code === 'complete' ? step : await tab.poll()

      expect(code).to.equal('complete')
      expect(await tab.user()).to.equal('alice@example.com')
      expect(calls.count('token')).to.equal(1)
    })

    it('goes on to the second factor', async () => {
      const flow = await begin({ strategy: { mfa: { channels: ['sms'] } } })
      const { okta, tab, calls } = flow
      await tab.start({ ...text, username: erin })
      const code = codeOf(okta, erin)

      await loseAndRepeat(flow, 'challenge', (each) => each.submit(code))

      expect(await tab.challenge()).to.include({ factor: 2 })
      expect([calls.count('token'), calls.count('challenge')]).to.deep.equal([1, 1])
      expect((await tab.submit(codeOf(okta, erin))).code).to.equal('complete')
    })

    for (const [what, fields] of Object.entries({
      resend: {},
      'another way': { channel: 'voice' },
    })) {
      it(`has one message of ${what}`, async () => {
        const clock = stopClock()
        const flow = await begin()
        const { okta, tab, calls } = flow
        await tab.start(text)
        clock.tick(30_000)

        await loseAndRepeat(flow, 'oob-authenticate', (each) => each.resend(fields))

        expect(calls.count('oob-authenticate')).to.equal(2)
        expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
      })
    }
  },
)

describeFlows('A browser that loses its connection while Okta is asked', (begin) => {
  it('has used up an attempt by a wrong code, like any other', async () => {
    const flow = await begin()
    const { okta, tab, calls } = flow
    await tab.start(text)
    const wrong = wrongCodeOf(okta)
    const held = calls.hold('token')
    const leaving = tab.copy()
    const lost = leaving.submit(wrong).catch(() => undefined)
    await held.arrived
    leaving.browser.hangUp()
    await lost
    held.release()

    // One attempt of four went with the first request.
    const next = await tab.submit(wrong)
    expect(next.code).to.equal('incorrect_code')
    expect(calls.count('token')).to.equal(2)
    const last = await tab.submit(wrong)
    expect(last.code).to.equal('incorrect_code')
    expect((await tab.submit(wrong)).code).to.equal('too_many_attempts')
  })
})

describeFlows('An app whose own timeout has answered before Okta', (begin) => {
  for (const what of ['a start', 'a code'] as const) {
    it(`has ${what} go on: the same request gets its answer`, async () => {
      const answers: (() => void)[] = []
      const flow = await begin({
        routes: (app) => {
          app.use((_req, res, next) => {
            answers.push(() => res.status(503).json({ code: 'too slow' }))
            next()
          })
        },
      })
      const { okta, tab, calls } = flow
      const isStart = what === 'a start'
      if (!isStart) {
        await tab.start(text)
      }
      const code = isStart ? '' : codeOf(okta)
      const endpoint = isStart ? 'oob-authenticate' : 'token'
      const held = calls.hold(endpoint)
      const act = (each: Tab): Promise<Step> => (isStart ? each.start(named) : each.submit(code))
      const lost = tab.copy()
      const first = act(lost)
      await held.arrived
      answers.at(-1)?.()
      expect((await first).status).to.equal(503)

      const again = act(tab)
      held.release()

      expect((await again).code).to.equal(isStart ? 'challenge_started' : 'complete')
      expect(calls.count(endpoint)).to.equal(1)
    })
  }
})
