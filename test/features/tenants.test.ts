import { expect } from 'chai'
import type { Request } from 'express'
import { OktaOobStrategy, type OktaOobStrategyOptions } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import { Browser } from '../support/browser.ts'
import { recordingFetch } from '../support/recording-fetch.ts'
import { clientOf, newest, standIn } from '../support/stand-in.ts'

function byTenant(req: Request): unknown {
  return (req.body as { tenant?: unknown } | undefined)?.tenant
}

async function twoOrgs(more: OktaOobStrategyOptions = {}) {
  const [red, blue] = [await standIn(), await standIn()]
  const { fetch, requests } = recordingFetch()
  const strategy = new OktaOobStrategy({
    ...more,
    resolve: async (req) => ({
      ...clientOf((byTenant(req) === 'blue' ? blue : red).issuer),
      fetch,
    }),
  })
  const { browser, errors } = await startApp(strategy)
  return { red, blue, requests, browser, errors }
}

const alice = { username: 'alice@example.com', channel: 'sms' }

describe('Several orgs in one strategy', () => {
  it('sign in each user at the org that the request names', async () => {
    const { red, blue, browser } = await twoOrgs()
    for (const [tenant, okta] of Object.entries({ red, blue })) {
      const user = browser()
      await user.postJson('/start', { ...alice, tenant })

      const done = await user.postJson('/complete', { code: newest(okta).code, tenant })

      expect(done.json.status).to.equal('complete')
      expect((await user.get('/me')).json.user.iss).to.equal(okta.issuer)
    }
  })

  it('are discovered once each, however many requests there are', async () => {
    const { red, browser, requests } = await twoOrgs()

    await Promise.all(
      [1, 2, 3].map(() => browser().postJson('/start', { ...alice, tenant: 'red' })),
    )

    const documents = requests('openid-configuration').filter(({ url }) => url.includes(red.issuer))
    expect(documents).to.have.length(1)
  })

  for (const [key, options] of Object.entries({
    'a session key of its own for each': {},
    'one session key for all': { sessionKey: 'sign-in' },
  })) {
    it(`complete a challenge only where it was started, with ${key}`, async () => {
      const { red, requests, browser } = await twoOrgs(options)
      const user = browser()
      await user.postJson('/start', { ...alice, tenant: 'red' })
      const { code } = newest(red)

      const elsewhere = await user.postJson('/complete', { code, tenant: 'blue' })
      expect(elsewhere.json.error.code).to.equal('no_challenge')
      expect(requests('/token')).to.have.length(0)

      const done = await user.postJson('/complete', { code, tenant: 'red' })
      expect(done.json.status).to.equal('complete')
    })
  }

  it('report what resolve throws, and wrong options it gives, as faults', async () => {
    for (const resolve of [
      () => Promise.reject(new Error('no such tenant')),
      () => ({ issuer: 'not a URL', clientID: 'x' }),
    ]) {
      const { browser, errors } = await startApp(new OktaOobStrategy({ resolve }))

      const answer = await browser().postJson('/start', alice)

      expect(answer.status).to.equal(500)
      expect(String(errors[0])).to.match(/no such tenant|issuer/)
    }
  })

  it('are each called with the options that resolve has given for the request', async () => {
    const okta = await standIn()
    const { fetch, requests } = recordingFetch()
    const acrOf = { red: 'urn:okta:loa:1fa:any', blue: 'urn:okta:loa:2fa:any' }
    const strategy = new OktaOobStrategy({
      limits: false,
      resolve: (req) => ({
        ...clientOf(okta.issuer),
        acrValues: acrOf[byTenant(req) === 'blue' ? 'blue' : 'red'],
        fetch,
      }),
    })
    const { browser } = await startApp(strategy)

    for (const tenant of ['red', 'blue', 'red']) {
      await browser().postJson('/start', { ...alice, tenant })
    }

    const sent = requests('/oob-authenticate').map(({ form }) => form['acr_values'])
    expect(sent).to.deep.equal([acrOf.red, acrOf.blue, acrOf.red])
    expect(requests('openid-configuration')).to.have.length(2)
  })

  it('never see the secret in the environment, which belongs to another client', async () => {
    process.env['OKTA_OAUTH2_CLIENT_SECRET'] = 'the secret of the main org'
    const { issuer } = await standIn()
    const { fetch, requests } = recordingFetch()
    const resolve = () => ({ issuer, clientID: 'public-app', fetch })
    const { browser } = await startApp(new OktaOobStrategy({ resolve }))

    await browser().postJson('/start', alice)

    const [start] = requests('/oob-authenticate')
    expect(start?.form).to.include({ client_id: 'public-app' })
    expect(start?.form).to.not.have.property('client_secret')
    expect(start?.headers.has('authorization')).to.equal(false)
  })

  it('leave no room for an org of the strategy’s own', () => {
    const resolve = () => ({})
    expect(() => new OktaOobStrategy({ resolve, issuer: 'https://example.okta.com' })).to.throw(
      TypeError,
      'issuer',
    )
  })
})

describe('Two strategies in one app', () => {
  it('never touch each other’s challenge', async () => {
    const [red, blue] = [await standIn(), await standIn()]
    const other = new OktaOobStrategy(clientOf(blue.issuer))
    const app = await startApp(new OktaOobStrategy(clientOf(red.issuer)), {
      routes: (server, passport) => {
        passport.use('blue', other)
        server.post('/blue/start', other.start())
        server.post('/blue/complete', other.complete())
      },
    })
    const user = new Browser(app.origin)
    await user.postJson('/start', alice)
    await user.postJson('/blue/start', alice)

    const crossed = await user.postJson('/blue/complete', { code: newest(red).code })
    const done = await user.postJson('/complete', { code: newest(red).code })

    expect(crossed.json.error.code).to.equal('incorrect_code')
    expect(done.json.status).to.equal('complete')
  })
})
