import { expect } from 'chai'
import type { Request } from 'express'
import { OktaOobStrategy, type Resolve } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import { warningsOf } from '../support/warnings.ts'
import { stopClock } from '../support/clock.ts'

const client = { issuer: 'https://example.okta.com', clientID: 'x' }
const circular: object = { ...client, mfa: { channels: ['sms'] } }
Object.assign(circular, { self: circular })

const mistakes: [string, unknown, string][] = [
  ['nothing', undefined, 'returned undefined, and must return client options'],
  ['null', null, 'returned null, and must return client options'],
  ['an issuer', 'https://example.okta.com', 'returned string, and must return client options'],
  ['no options', {}, 'returned options without "issuer"'],
  ['no client id', { issuer: client.issuer }, 'returned options without "clientID"'],
  ['an empty issuer', { ...client, issuer: '' }, 'returned options without "issuer"'],
  [
    'an issuer that is no URL',
    { ...client, issuer: 'example.okta.com' },
    'returned wrong options: option "issuer" must be',
  ],
  [
    'an option of the strategy',
    { ...client, channels: ['sms'] },
    'returned wrong options: option "channels" does not exist',
  ],
  ['a value that JSON has no text for', circular, 'returned wrong options: Converting circular'],
]

describe('A resolve that returns', () => {
  for (const [index, [what, returned, problem]] of mistakes.entries()) {
    it(`${what} is named as the mistake, where the app and the console see it`, async () => {
      stopClock(Date.now() + index * 100_000)
      process.env['OKTA_OAUTH2_ISSUER'] = 'https://example.okta.com'
      process.env['OKTA_OAUTH2_CLIENT_ID'] = '0oa1client'
      const message = `passport-okta-oob: option "resolve" ${problem}`
      const resolve = (async () => returned) as Resolve
      const okta = new OktaOobStrategy({ resolve })
      const { browser, errors } = await startApp(okta)
      const warnings = warningsOf('OKTA_OOB_FAULT')

      const answer = await browser().postJson('/start', { username: 'alice@example.com' })

      expect(answer.status).to.equal(500)
      expect(errors).to.have.length(1)
      expect(errors[0]).to.be.instanceOf(TypeError)
      expect(String(errors[0])).to.include(message)
      expect((await warnings())[0]).to.include(message)
      const called = await okta.client({} as Request).catch((error: unknown) => error)
      expect(called).to.be.instanceOf(TypeError)
      expect(String(called)).to.include(message)
    })
  }
})
