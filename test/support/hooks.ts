import type { RootHookObject } from 'mocha'
import nock from 'nock'
import { reportCoverage } from './coverage.ts'
import { forgetLimits } from './limits.ts'
import { closeEverything, closeWhatIsShared } from './resources.ts'
import { blockedByPolicy } from './violations.ts'

// Nothing leaves the machine, and nothing that a test has opened or changed outlives it.

// Keeps Express from printing the errors that tests cause.
process.env['NODE_ENV'] ??= 'test'
const environment = { ...process.env }

// Nor are the faults that tests cause printed. What listens first is what Node.js prints with.
const [print] = process.listeners('warning')
if (print) {
  process.off('warning', print)
  process.on('warning', (warning: NodeJS.ErrnoException) => {
    if (warning.code !== 'OKTA_OOB_FAULT') {
      print(warning)
    }
  })
}

const rejections: unknown[] = []
process.on('unhandledRejection', (reason) => rejections.push(reason))

/** The last two run once, or, where files run side by side, once for each file. */
export const mochaHooks: RootHookObject = {
  beforeEach() {
    for (const name of Object.keys(process.env).filter((key) => key.startsWith('OKTA_'))) {
      delete process.env[name]
    }
    nock.disableNetConnect()
    nock.enableNetConnect(/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/)
  },

  async afterEach() {
    await closeEverything()
    // What is counted in memory belongs to the process, and each test is one.
    forgetLimits()
    const unused = nock.pendingMocks()
    nock.cleanAll()
    Object.assign(process.env, environment)
    const [rejection] = rejections.splice(0)
    const violations = blockedByPolicy()
    if (rejection !== undefined) {
      throw new Error('a promise was rejected, and nobody noticed', { cause: rejection })
    }
    if (violations.length > 0) {
      throw new Error(`a page was not allowed by its own policy: ${violations.join(', ')}`)
    }
    if (unused.length > 0) {
      throw new Error(`requests that were expected but never sent: ${unused.join(', ')}`)
    }
  },

  beforeAll() {
    if (!nock.isActive()) {
      nock.activate()
    }
  },

  async afterAll() {
    await closeWhatIsShared()
    nock.restore()
    await reportCoverage()
  },
}
