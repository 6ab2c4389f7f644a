import { expect } from 'chai'
import type { ErrorRequestHandler } from 'express'
import type { RoutesOptions } from 'passport-okta-oob'
import { onEvent } from '../support/audit.ts'
import { stopClock } from '../support/clock.ts'
import { everyWay, startPages, type PagesApp } from '../support/pages.ts'
import { warningsOf } from '../support/warnings.ts'

const texted = { username: 'alice@example.com', channel: 'sms' }

interface Heard {
  error: Error & { code?: string }
  path: string
  /** Whether the browser had its answer by then. */
  answered: boolean
}

/** Pages over an Okta that is down, whose faults an `onError` hears. */
async function open(routes: RoutesOptions = {}): Promise<PagesApp & { heard: Heard[] }> {
  const heard: Heard[] = []
  const fetch = () => Promise.reject(new Error('connect ECONNREFUSED 192.0.2.1:443'))
  const handle: ErrorRequestHandler = (error: Error, _req, res, _next) => {
    res.status(500).json({ message: error.message })
  }
  const app = await startPages({
    strategy: { ...everyWay, fetch },
    routes: {
      onError: (error, req) => {
        heard.push({ error, path: req.originalUrl, answered: req.res?.headersSent ?? true })
      },
      ...routes,
    },
    after: (server) => {
      server.use(handle)
    },
  })
  return { ...app, heard }
}

describe('onError of the pages', () => {
  it('is called with each fault of Okta’s and its request, before the answer', async () => {
    const { browser, heard } = await open()
    const tab = browser()
    const page = await tab.post('/login', texted)
    const json = await tab.postJson('/login', texted)

    expect([page.status, json.status]).to.deep.equal([503, 503])
    expect(page.text).to.include('<main')
    expect(heard).to.have.length(2)
    for (const { error, path, answered } of heard) {
      expect(error).to.include({ code: 'upstream_unavailable', name: 'OktaOobError' })
      expect(error.cause).to.be.an('error').with.property('message').that.includes('ECONNREFUSED')
      expect([path, answered]).to.deep.equal(['/login', false])
    }
  })

  it('is called with what the app’s own functions throw', async () => {
    const broken = new Error('no template')
    const fail = () => {
      throw broken
    }
    for (const routes of [{ render: { signIn: fail } }, { language: fail }, { layout: fail }]) {
      const { browser, heard } = await open(routes)

      expect((await browser().get('/login')).status).to.equal(500)
      expect(heard.map(({ error }) => error)).to.deep.equal([broken])
    }
  })

  it('is called with both faults, where the page of the first one fails', async () => {
    const { browser, heard } = await open({
      layout: () => {
        throw new Error('no template')
      },
    })

    expect((await browser().post('/login', texted)).json).to.deep.equal({ message: 'no template' })
    expect(heard.map(({ error }) => error.message)).to.deep.equal([
      'Okta cannot be reached at the moment.',
      'no template',
    ])
  })

  it('is not called with refusals', async () => {
    const { browser, heard } = await open()
    const tab = browser()
    const statuses = [
      await tab.post('/login', { username: '' }),
      await tab.postJson('/login', texted, { 'sec-fetch-site': 'cross-site' }),
      await tab.postJson('/login/complete'),
      await tab.get('/login/challenge'),
    ].map(({ status }) => status)

    expect(statuses).to.deep.equal([303, 403, 403, 303])
    expect(heard).to.deep.equal([])
  })

  it('takes the place of the process warning, and not of the audit event', async () => {
    stopClock(Date.now() + 1_000_000)
    const { browser, heard } = await open()
    const events: object[] = []
    const warnings = warningsOf('OKTA_OOB_FAULT')
    await browser().post('/login', texted)
    onEvent('failure', (message) => events.push(message))
    await browser().post('/login', texted)

    expect(heard).to.have.length(2)
    expect(events).to.have.length(1)
    expect(await warnings()).to.deep.equal([])
  })

  const failing: Record<string, () => unknown> = {
    throws: () => {
      throw new Error('no reporter')
    },
    rejects: () => Promise.reject(new Error('no reporter')),
  }
  for (const [index, [how, onError]] of Object.entries(failing).entries()) {
    it(`that ${how} leaves the answer as it is, and is a warning beside that of the fault`, async () => {
      stopClock(Date.now() + (index + 2) * 1_000_000)
      const { browser } = await open({ onError })
      const warnings = warningsOf('OKTA_OOB_FAULT')
      const page = await browser().post('/login', texted)

      expect(page.status).to.equal(503)
      expect(page.text).to.include('<main')
      const told = await warnings()
      expect(told).to.have.length(2)
      expect(told[0]).to.include('upstream_unavailable').and.include('ECONNREFUSED')
      expect(told[1]).to.include('routes({ onError }) has failed: no reporter')
    })
  }

  it('is not waited for', async () => {
    const { browser } = await open({ onError: () => new Promise(() => {}) })

    expect((await browser().post('/login', texted)).status).to.equal(503)
  })
})
