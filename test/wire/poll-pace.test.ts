import { expect } from 'chai'
import { waitingUser, type OktaAnswer } from '../support/waiting.ts'

const pending: OktaAnswer = { status: 400, body: { error: 'authorization_pending' } }
const slowDown: OktaAnswer = { status: 400, body: { error: 'slow_down' } }
const date = 'Tue, 01 Sep 2026 10:00:00 GMT'
const limitedFor = (seconds: number): OktaAnswer => ({
  status: 429,
  body: { errorCode: 'E0000047' },
  headers: { date, 'x-rate-limit-reset': String(Date.parse(date) / 1000 + seconds) },
})

describe('The pace of polls', () => {
  it('asks Okta once per interval, however often the browser asks', async () => {
    const alice = await waitingUser('poll')
    await alice.complete(pending)
    alice.clock.tick(1999)
    const early = await alice.complete()
    expect(early.json).to.include({ code: 'authorization_pending', retryAfter: 1 })

    alice.clock.tick(1)
    const next = await alice.complete(pending)

    expect(next.json.retryAfter).to.equal(2)
  })

  it('is 5 s slower for good after each slow_down', async () => {
    const alice = await waitingUser('poll')
    const waits: number[] = []
    for (const answer of [slowDown, pending, slowDown, pending]) {
      const { retryAfter } = (await alice.complete(answer)).json
      waits.push(retryAfter)
      alice.clock.tick(retryAfter * 1000)
    }

    expect(waits).to.deep.equal([7, 7, 12, 12])
  })

  it('leaves Okta alone until a rate limit resets, and then goes on as before', async () => {
    const alice = await waitingUser('poll')
    await alice.complete(limitedFor(42))
    alice.clock.tick(41_999)
    const early = await alice.complete()
    expect(early.json).to.include({ code: 'authorization_pending', retryAfter: 1 })

    alice.clock.tick(1)
    const next = await alice.complete(pending)

    expect(next.json.retryAfter).to.equal(2)
  })

  it('gives up when the challenge expires before the rate limit resets', async () => {
    const alice = await waitingUser('poll')
    const limited = await alice.complete(limitedFor(3600))
    expect(limited.json.retryAfter).to.equal(298)

    alice.clock.tick(298_000)
    const next = await alice.complete()

    expect(next.json.code).to.equal('challenge_expired')
  })

  it('stops at the end of the challenge’s life, without asking Okta again', async () => {
    const alice = await waitingUser('poll')
    alice.clock.tick(298_000)

    const page = await alice.complete()

    expect(page.status).to.equal(401)
    expect(page.json.code).to.equal('challenge_expired')
    expect((await alice.complete()).json.code).to.equal('no_challenge')
  })
})

describe('A network that fails', () => {
  const broken = { now: false }
  const options = {
    fetch: (url: string, init: RequestInit) =>
      broken.now ? Promise.reject(new TypeError('fetch failed')) : fetch(url, init),
  }
  afterEach(() => {
    broken.now = false
  })

  it('leaves a push pending', async () => {
    const alice = await waitingUser('poll', options)
    broken.now = true
    const page = await alice.complete()
    expect(page.json).to.include({ code: 'authorization_pending', retryAfter: 5 })

    broken.now = false
    alice.clock.tick(5000)

    expect((await alice.redeem()).status).to.equal(200)
  })

  it('fails a code, which can be submitted again', async () => {
    const alice = await waitingUser('code', options)
    broken.now = true
    const page = await alice.complete()
    expect(page.status).to.equal(503)
    expect(page.json.code).to.equal('upstream_unavailable')
    expect(alice.app.errors.at(-1)).to.have.property('retryAfter', 5)

    broken.now = false

    expect((await alice.redeem()).status).to.equal(200)
  })
})
