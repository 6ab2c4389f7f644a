import { expect } from 'chai'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { startPages } from '../support/pages.ts'

const alice = 'alice@example.com'

describe('What an address asks a sign-in page to say', () => {
  it('is when Okta can be asked again, while a push waits', async () => {
    const user = (await startPages()).browser()
    await user.post('/login', { username: alice, channel: 'push' })

    const { text } = await user.get('/login/challenge?notice=early&wait=12')

    expect(text).to.match(/Okta was asked a moment ago\. In 12\sseconds, choose Continue again\./)
    expect((await user.get('/login/challenge?notice=other')).text).to.not.include('a moment ago')
    expect((await user.get('/login/challenge')).text).to.not.include('a moment ago')
  })

  for (const [wait, words] of [
    ['25', '25 seconds'],
    ['300', '5 minutes'],
    ['7200', '2 hours'],
  ] as const) {
    it(`is how long a limit lasts: ${words}`, async () => {
      const { text } = await (
        await startPages()
      )
        .browser()
        .get(`/login?error=rate_limited&wait=${wait}`)

      expect(text)
        .to.include('That was too often.')
        .and.match(new RegExp(words.replace(' ', String.raw`\s`)))
    })
  }

  it('is nothing when it is said twice, or is no number', async () => {
    const { browser } = await startPages()
    for (const query of ['error=rate_limited&error=rate_limited', 'error=']) {
      expect((await browser().get(`/login?${query}`)).text).to.not.include('role="alert"')
    }
    for (const wait of ['-5', 'x', '1e9', '']) {
      const { text } = await browser().get(`/login?error=rate_limited&wait=${wait}`)
      expect(text).to.include('That was too often.').and.not.include('data-wait')
    }
  })

  it('closes the ways with a code where codes are used up', async () => {
    const { text } = await (
      await startPages()
    )
      .browser()
      .get('/login?error=too_many_attempts&wait=1800')

    expect(text.match(/data-wait="1800"/g)).to.have.length(4)
  })
})

describe('The sign-in pages', () => {
  it('are there for GET, HEAD and POST only', async () => {
    const user = (await startPages()).browser()
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      expect((await user.send('/login', { method })).status).to.equal(404)
    }
    expect((await user.send('/login', { method: 'HEAD' })).status).to.equal(200)
  })

  it('show the form where the store of the limits is down', async () => {
    let isDown = false
    const { browser } = await startPages({
      strategy: {
        limits: {
          limiter: (options) => {
            const limiter = new RateLimiterMemory(options)
            const { get } = limiter
            limiter.get = (key) => (isDown ? Promise.reject(new Error()) : get.call(limiter, key))
            return limiter
          },
        },
      },
    })
    const user = browser()
    await user.post('/login', { username: alice, channel: 'sms' })
    await user.post('/login/cancel')
    isDown = true

    const { status, text } = await user.get('/login')

    expect(status).to.equal(200)
    expect(text).to.include(`value="${alice}"`)
  })

  it('have words for a way that Okta calls by a name of its own', async () => {
    const { browser } = await startPages({
      strategy: {
        fetch: async (url, init) => {
          const answer = await fetch(url, init)
          return url.endsWith('oob-authenticate')
            ? Response.json({ ...((await answer.json()) as object), channel: 'pager' })
            : answer
        },
      },
    })
    const user = browser()
    await user.post('/login', { username: alice, channel: 'sms' })

    expect((await user.get('/login/challenge')).text).to.include('Enter the code')
  })
})
