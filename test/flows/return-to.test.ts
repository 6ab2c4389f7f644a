import { expect } from 'chai'
import * as fc from 'fast-check'
import { stopClock } from '../support/clock.ts'
import { beginFlow, codeOf, describeFlows, shareStandIn, type Flow } from '../support/flow.ts'

const kept = [
  '/',
  '/account?tab=2#keys',
  '/a//b',
  '/%5ce',
  '/%2fe.example',
  '/@e.example',
  '/search?q=https://e.example/',
  '/käse/読む',
]

const ignored = [
  '//e',
  '///e',
  '/\\e',
  '/\\\\e',
  '\\\\e',
  '/a\\..\\e',
  '/\t/e',
  '/\n/e',
  '/\r\n/e',
  '\t//e',
  '/a\r\nSet-Cookie: a=b',
  '/\u0000/e',
  '/\u0085/e',
  ' //e',
  'https:e',
  'https:/e',
  'https://e.example/a',
  'HTTP://e.example/a',
  '//user@e.example',
  'javascript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,e',
  'account',
  './account',
  '?tab=2',
  '',
  `/${'a'.repeat(2048)}`,
]

/** What paths and their imitations are made of. */
const tricky = '/ \\ : @ ? # % . e // https: %5c'
  .split(' ')
  .concat(' ', '\t', '\r', '\n', '\u0000', '\u00a0', '\u2028')

/** Signs in and tells where the answer leads. */
async function signIn({ okta, tab }: Flow, returnTo: unknown): Promise<string | undefined> {
  const start = { username: 'alice@example.com', channel: 'sms', returnTo }
  await tab.browser.postJson('/start', start)
  const { page } = await tab.submit(codeOf(okta))
  return (page.json as { redirectTo?: string }).redirectTo
}

describeFlows('returnTo', (begin) => {
  const redirectOf = ({ json, location }: { json: any; location: string | null }): unknown =>
    location ?? json.redirectTo ?? json.info.redirectTo

  it('is kept from the start to the end', async () => {
    const { okta, tab } = await begin()
    await tab.start({ channel: 'sms', returnTo: '/account?tab=2' })
    await tab.submit('000')

    const { page } = await tab.submit(codeOf(okta))

    expect(redirectOf(page)).to.equal('/account?tab=2')
  })

  it('is kept when another text is sent', async () => {
    const clock = stopClock()
    const { okta, tab } = await begin()
    await tab.start({ channel: 'sms', returnTo: '/account?tab=2' })
    clock.tick(30_000)
    await tab.resend({ channel: 'voice' })

    const { page } = await tab.submit(codeOf(okta))

    expect(redirectOf(page)).to.equal('/account?tab=2')
  })

  it('belongs to the start that named it, and not to the next one', async () => {
    const { okta, tab } = await begin()
    await tab.start({ channel: 'push', returnTo: '/account?tab=2' })
    await tab.start({ channel: 'sms' })

    const { page } = await tab.submit(codeOf(okta))

    expect(JSON.stringify([page.json, page.location])).not.to.include('/account')
  })

  it('counts in the body only, not in the query string', async () => {
    const { okta, tab } = await begin()
    await tab.browser.postJson('/start?returnTo=/account', {
      username: 'alice@example.com',
      channel: 'sms',
    })

    const { page } = await tab.submit(codeOf(okta))

    expect(JSON.stringify([page.json, page.location])).not.to.include('/account')
  })
})

describe('A returnTo that is a path of the app', () => {
  const shared = shareStandIn()

  for (const path of kept) {
    it(`such as ${JSON.stringify(path)} is followed`, async () => {
      expect(await signIn(await beginFlow(shared.okta), path)).to.equal(path)
    })
  }
})

describe('A returnTo that is anything else', () => {
  const shared = shareStandIn()

  for (const value of [...ignored, null, 42, ['/account'], { path: '/account' }]) {
    it(`such as ${JSON.stringify(value).slice(0, 40)} is ignored`, async () => {
      expect(await signIn(await beginFlow(shared.okta), value)).to.equal('/welcome')
    })
  }

  it('never leads a browser to another origin, whatever it is', async () => {
    const flow = await beginFlow(shared.okta)
    const unit = fc.constantFrom(...tricky)
    const texts = fc.oneof(
      fc.string({ unit, maxLength: 8 }).map((text) => `/${text}`),
      fc.string({ unit, maxLength: 8 }),
      fc.string({ unit: 'binary', maxLength: 12 }).map((text) => `/${text}`),
      fc.webUrl(),
    )

    await fc.assert(
      fc.asyncProperty(texts, async (returnTo) => {
        const { okta, tab, app } = flow
        const fields = { username: 'alice@example.com', channel: 'sms', returnTo }
        await tab.browser.postJson('/start', fields)
        const { location } = await tab.browser.post('/complete', { code: codeOf(okta) })

        expect(new URL(location ?? '//', app.origin).origin).to.equal(app.origin)
      }),
      { numRuns: 100 },
    )
  })
})
