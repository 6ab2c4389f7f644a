import { withGlobal } from '@sinonjs/fake-timers'
import { expect } from 'chai'
import { OktaOobClient, OktaOobError, type Challenge } from 'passport-okta-oob'
import { whenOver } from '../support/resources.ts'

type Answer = [status: number, body: object, headers?: Record<string, string>]

const issuer = 'https://example.okta.com'
const pending: Answer = [400, { error: 'authorization_pending' }]
const denied: Answer = [400, { error: 'invalid_grant' }]

const push: Challenge = {
  id: 'waiting',
  oobCode: 'ft-waiting',
  channel: 'push',
  bindingMethod: 'none',
  expiresAt: 0,
  interval: 5,
  loginHint: 'alice@example.com',
  issuer,
  clientId: 'app',
  scope: 'openid profile',
}

/** A client whose polls get these answers, on a clock that runs as fast as it can. */
function polling(answers: Answer[], onPoll: () => void = () => undefined) {
  const clock = withGlobal(globalThis).install({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
  whenOver(() => {
    clock.uninstall()
  })
  const begun = Date.now()
  const polledAt: number[] = []
  const client = new OktaOobClient({
    issuer,
    clientID: 'app',
    fetch: async (url, init) => {
      if (url.endsWith('openid-configuration')) {
        const token_endpoint = `${issuer}/oauth2/v1/token`
        return Response.json({ issuer, token_endpoint, jwks_uri: `${issuer}/oauth2/v1/keys` })
      }
      if (url.endsWith('/keys')) {
        return Response.json({ keys: [] })
      }
      polledAt.push((Date.now() - begun) / 1000)
      onPoll()
      init.signal?.throwIfAborted()
      const [status, body, headers = {}] = answers.shift() ?? pending
      return Response.json(body, { status, headers })
    },
  })
  const challenge = { ...push, expiresAt: begun + 300_000 }
  const run = async (signal?: AbortSignal): Promise<unknown> => {
    const waited = client.wait(challenge, { signal }).catch((error: unknown) => error)
    // 400 seconds are beyond the life of every challenge.
    await clock.tickAsync(400_000)
    return waited
  }
  return { client, challenge, clock, polledAt, run }
}

describe('OktaOobClient.wait', () => {
  it('polls after each interval, the first one included, until there is an answer', async () => {
    const { polledAt, run } = polling([pending, pending, denied])

    const error = await run()

    expect(error).to.be.instanceOf(OktaOobError).and.include({ code: 'challenge_denied' })
    expect(polledAt).to.deep.equal([5, 10, 15])
  })

  it('slows down by five seconds for good, each time Okta asks', async () => {
    const slow: Answer = [400, { error: 'slow_down' }]
    const { polledAt, run } = polling([slow, pending, slow, denied])

    await run()

    expect(polledAt).to.deep.equal([5, 15, 25, 40])
  })

  it('waits faults out, as long as Okta asks', async () => {
    const limited: Answer = [429, {}, { 'retry-after': '20', date: new Date().toUTCString() }]
    const { polledAt, run } = polling([[503, {}], limited, denied])

    await run()

    expect(polledAt).to.deep.equal([5, 10, 30])
  })

  it('hands a second factor on', async () => {
    const { run } = polling([[403, { error: 'mfa_required', mfa_token: 'mfa-1' }]])

    expect(await run()).to.deep.equal({
      status: 'mfa_required',
      mfaToken: 'mfa-1',
      supported: [],
    })
  })

  it('ends with challenge_expired when the user’s time is over', async () => {
    const { polledAt, run } = polling([])

    const error = await run()

    expect(error).to.be.instanceOf(OktaOobError).and.include({ code: 'challenge_expired' })
    expect(polledAt.at(-1)).to.be.at.most(300)
  })

  it('ends with the challenge, however much longer Okta asks to be left alone', async () => {
    const limited: Answer = [429, {}, { 'retry-after': '3600', date: new Date().toUTCString() }]
    const { client, challenge, clock, polledAt } = polling([limited])
    const begun = Date.now()
    let endedAt: number | undefined
    const waited = client.wait(challenge).catch((error: unknown) => {
      endedAt = (Date.now() - begun) / 1000
      return error
    })

    await clock.tickAsync(301_000)

    expect(endedAt).to.equal(300)
    expect(await waited).to.include({ code: 'challenge_expired' })
    expect(polledAt).to.deep.equal([5])
  })

  it('ends with the reason of its signal when that is aborted before the first poll', async () => {
    // On real timers: those of a stopped clock reject with another error.
    const client = new OktaOobClient({ issuer, clientID: 'app' })
    const interrupt = new AbortController()
    const reason = new Error('enough')
    const waited = client
      .wait({ ...push, expiresAt: Date.now() + 300_000 }, { signal: interrupt.signal })
      .catch((error: unknown) => error)

    interrupt.abort(reason)

    expect(await waited).to.equal(reason)
  })

  it('ends at once when its signal is aborted', async () => {
    const { polledAt, run } = polling([])
    const reason = new Error('enough')

    const error = await run(AbortSignal.abort(reason))

    expect((error as Error).cause ?? error).to.equal(reason)
    expect(polledAt).to.deep.equal([])
  })

  it('does not wait for a code that has to be typed', async () => {
    const { client, challenge } = polling([])

    const error = await client
      .wait({ ...challenge, bindingMethod: 'prompt' })
      .catch((failure: unknown) => failure)

    expect(error).to.be.instanceOf(OktaOobError).and.include({ code: 'code_missing' })
  })

  it('ends at once when its signal is aborted while a poll is out', async () => {
    const interrupt = new AbortController()
    const reason = new Error('enough')
    const { polledAt, run } = polling([], () => {
      interrupt.abort(reason)
    })

    const error = await run(interrupt.signal)

    expect(error).to.equal(reason)
    expect(polledAt).to.deep.equal([5])
  })
})
