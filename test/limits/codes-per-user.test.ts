import { expect } from 'chai'
import { stopClock } from '../support/clock.ts'
import { beginFlow, codeOf, shareStandIn, Tab, wrongCodeOf, type Flow } from '../support/flow.ts'
import { jsonDoors, type Door } from '../support/flow.ts'

const door = jsonDoors['the handlers, as JSON'] as Door

/** Somebody else's browser, or this one without its cookies. */
const newTab = ({ app }: Flow): Tab => new Tab(app.browser(), door)

async function waste(tab: Tab, code: string, times: number): Promise<void> {
  for (let count = 1; count <= times; count += 1) {
    expect((await tab.submit(code)).code).to.equal('incorrect_code')
  }
}

describe('Wrong codes of one user', () => {
  const shared = shareStandIn()

  it('are ten an hour, over all challenges, sessions, channels and spellings', async () => {
    const clock = stopClock()
    const flow = await beginFlow(shared.okta)
    const { okta, calls } = flow
    const starts = [
      { channel: 'sms' },
      { channel: 'voice' },
      { channel: 'sms', username: ' ALICE@example.com ' },
    ]
    for (const fields of starts) {
      const tab = newTab(flow)
      await tab.start(fields)
      await waste(tab, wrongCodeOf(okta), 3)
      clock.tick(30_000)
    }
    clock.tick(600_000)
    const tab = newTab(flow)
    await tab.start({ channel: 'voice' })

    const tenth = await tab.submit(wrongCodeOf(okta))
    clock.tick(10_000)
    const right = await tab.submit(codeOf(okta))

    const since = 30 * 3 + 600
    const closed = { status: 429, code: 'too_many_attempts' }
    expect(tenth).to.include({ ...closed, retryAfter: 3600 - since })
    expect(right).to.include({ ...closed, retryAfter: 3600 - since - 10 })
    expect(right.page.headers.get('retry-after')).to.equal(String(3600 - since - 10))
    expect(calls.count('token')).to.equal(10)
    expect(right.challenge).to.include({ channel: 'voice' })
    expect(await tab.challenge()).to.deep.equal(right.challenge)
  })

  it('can be typed again when the hour is over, and only then', async () => {
    const clock = stopClock()
    const limits = { codesPerUser: { points: 1, duration: 200 } }
    const { okta, tab } = await beginFlow(shared.okta, { strategy: { limits } })
    await tab.start({ channel: 'sms' })
    await tab.submit(wrongCodeOf(okta))

    clock.tick(199_999)
    expect(await tab.submit(codeOf(okta))).to.include({ code: 'too_many_attempts', retryAfter: 1 })
    clock.tick(1)

    expect((await tab.submit(codeOf(okta))).code).to.equal('complete')
  })

  it('close the ways that take a code, before anything is sent, and for decoys alike', async () => {
    const clock = stopClock()
    const limits = { codesPerUser: { points: 2, duration: 3600 }, sends: false as const }
    const flow = await beginFlow(shared.okta, { strategy: { limits } })
    const answers = []
    for (const username of ['alice@example.com', 'nobody@example.com']) {
      const { tab, calls } = { tab: newTab(flow), calls: flow.calls }
      await tab.start({ username, channel: 'sms' })
      await waste(tab, '999999', 1)
      await tab.submit('999999')
      clock.tick(10_000)
      const sent = calls.count('oob-authenticate')
      const other = newTab(flow)
      const closed = []
      for (const channel of ['sms', 'voice']) {
        const { status, code, retryAfter, challenge } = await other.start({ username, channel })
        closed.push({ status, code, retryAfter, challenge })
      }
      closed.push((await tab.resend()).code)
      expect(calls.count('oob-authenticate')).to.equal(sent)
      const push = await other.start({ username, channel: 'push' })
      answers.push([...closed, push.code])
    }

    const refused = {
      status: 429,
      code: 'too_many_attempts',
      retryAfter: 3590,
      challenge: undefined,
    }
    const expected = [refused, refused, 'too_many_attempts', 'challenge_started']
    expect(answers).to.deep.equal([expected, expected])
  })

  it('leave other users alone', async () => {
    const limits = { codesPerUser: { points: 1, duration: 3600 } }
    const flow = await beginFlow(shared.okta, { strategy: { limits } })
    const { okta, tab } = flow
    await tab.start({ channel: 'sms' })
    await tab.submit(wrongCodeOf(okta))
    const bob = newTab(flow)
    await bob.start({ username: 'bob@example.com', channel: 'sms' })

    expect((await bob.submit(codeOf(okta, 'bob@example.com'))).code).to.equal('complete')
  })

  it('take part in attemptsLeft, which is never 0', async () => {
    const limits = { codesPerUser: { points: 3, duration: 3600 } }
    const { okta, tab } = await beginFlow(shared.okta, { strategy: { limits } })
    await tab.start({ channel: 'sms' })

    const answers = []
    for (let count = 1; count <= 3; count += 1) {
      answers.push(await tab.submit(wrongCodeOf(okta)))
    }

    expect(answers.map(({ page }) => page.json.error.attemptsLeft)).to.deep.equal([2, 1, undefined])
    expect(answers.at(-1)?.code).to.equal('too_many_attempts')
  })

  it('end the challenge when its own are used up at the same time', async () => {
    const limits = { codesPerUser: { points: 4, duration: 3600 } }
    const { okta, tab } = await beginFlow(shared.okta, { strategy: { limits } })
    await tab.start({ channel: 'sms' })
    await waste(tab, wrongCodeOf(okta), 3)

    const last = await tab.submit(wrongCodeOf(okta))

    expect(last.code).to.equal('too_many_attempts')
    expect(last.challenge).to.equal(undefined)
    expect(await tab.challenge()).to.equal(undefined)
  })

  const successes: Record<string, (flow: Flow, tick: (ms: number) => void) => Promise<unknown>> = {
    code: async ({ tab, okta }) => tab.submit(codeOf(okta)),
    push: async ({ tab, okta }, tick) => {
      const { challenge } = await tab.start({ channel: 'push' })
      const [push] = okta.directory.messages('alice@example.com')
      okta.directory.answer(push?.id ?? '', { number: challenge?.bindingCode ?? '' })
      tick(5000)
      return tab.poll()
    },
  }
  for (const [how, signIn] of Object.entries(successes)) {
    it(`are forgotten when the user has signed in: with a ${how}`, async () => {
      const clock = stopClock()
      const limits = { codesPerUser: { points: 3, duration: 3600 } }
      const flow = await beginFlow(shared.okta, { strategy: { limits } })
      const { okta, tab } = flow
      await tab.start({ channel: 'sms' })
      await waste(tab, wrongCodeOf(okta), 2)

      await signIn(flow, (milliseconds) => clock.tick(milliseconds))
      expect(await tab.user()).to.equal('alice@example.com')
      clock.tick(30_000)
      const next = newTab(flow)
      await next.start({ channel: 'sms' })

      await waste(next, wrongCodeOf(okta), 2)
    })
  }
})
