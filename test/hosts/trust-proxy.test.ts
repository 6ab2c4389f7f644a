import { expect } from 'chai'
import { fileURLToPath } from 'node:url'
import { startProcess } from '../support/process.ts'

const program = fileURLToPath(new URL('behind-proxy.mjs', import.meta.url))
const forwarded = { 'x-forwarded-for': '203.0.113.7' }

interface Behind {
  /** What the app trusts; nothing without it. */
  trust?: string
  env?: NodeJS.ProcessEnv
  headers?: Record<string, string>
}

/** The warnings of an app that gets three requests of one proxy. */
async function warningsOf(host: string, behind: Behind = {}): Promise<string[]> {
  const { trust = '', env = { NODE_ENV: 'development' }, headers = forwarded } = behind
  const app = startProcess(process.execPath, [program, host, trust], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env,
  })
  try {
    const origin = await app.printed(/^(http.*)$/m)
    for (let request = 0; request < 3; request += 1) {
      const json = { 'content-type': 'application/json' }
      await fetch(origin, { method: 'POST', headers: { ...json, ...headers }, body: '{}' })
    }
  } finally {
    await app.stop()
  }
  // To look at the request must not break it.
  expect(app.errors()).to.not.include('OKTA_OOB_FAULT')
  const lines = app.errors().split('\n')
  return lines.filter((line) => line.includes('OKTA_OOB_TRUST_PROXY'))
}

describe('X-Forwarded-For from a proxy that the app does not trust', () => {
  const hosts = [
    'express',
    'a mounted express',
    'connect',
    'koa-passport',
    '@fastify/middie',
    '@fastify/passport',
  ]
  for (const host of hosts) {
    it(`is a process warning, once, that says how to trust one: ${host}`, async () => {
      const warnings = await warningsOf(host)

      expect(warnings).to.have.length(1)
      expect(warnings[0]).to.include('X-Forwarded-For').and.include('trust proxy')
      expect(warnings[0]).to.not.include('203.0.113.7')
    })

    it(`is none where the app trusts the proxy: ${host}`, async () => {
      expect(await warningsOf(host, { trust: '127.0.0.1' })).to.deep.equal([])
    })

    it(`is none where that names a browser at the proxy’s own address: ${host}`, async () => {
      const headers = { 'x-forwarded-for': '127.0.0.1' }
      expect(await warningsOf(host, { trust: '127.0.0.1', headers })).to.deep.equal([])
    })
  }

  it('is one where the app trusts others', async () => {
    expect(await warningsOf('express', { trust: '192.0.2.1' })).to.have.length(1)
  })

  it('is none where the app trusts a number of proxies', async () => {
    expect(await warningsOf('express', { trust: '1' })).to.deep.equal([])
  })

  it('is none without a proxy', async () => {
    expect(await warningsOf('express', { headers: {} })).to.deep.equal([])
  })

  it('is none in production', async () => {
    expect(await warningsOf('express', { env: { NODE_ENV: 'production' } })).to.deep.equal([])
  })
})
