import { expect } from 'chai'
import { OktaOobStrategy } from 'passport-okta-oob'
import { startApp, type TestApp } from './app.ts'
import type { Browser, Page } from './browser.ts'
import type { ScriptedOkta } from './scripted-okta.ts'

export const username = 'alice@example.com'

/** What a field of a body can be instead of text. */
export const notText: Record<string, unknown> = {
  'an array': [username],
  'an empty array': [],
  'an array in an array': [[username]],
  'an object': { value: username },
  'an object that calls itself a string': { toString: username, length: 6 },
  'a polluting object': JSON.parse(
    '{"__proto__":{"polluted":true},"constructor":{"prototype":{}}}',
  ),
  'a number': 123456,
  'the number 0': 0,
  true: true,
  false: false,
  null: null,
}

/** Posts a form as it is written, by a client that wants JSON. */
export function postForm(browser: Browser, path: string, body: string): Promise<Page> {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
  }
  return browser.send(path, { method: 'POST', body, headers })
}

/** The code of a refusal, by either door. */
export function codeOf({ json }: Page): unknown {
  return (json.error ?? json).code
}

/** An app, and a browser of it that waits for the code of a text. */
export interface Waiting extends TestApp {
  alice: Browser
  /** The sessions before the test's own requests. */
  before: unknown
}

export async function waiting(okta: ScriptedOkta): Promise<Waiting> {
  const app = await startApp(new OktaOobStrategy(okta.options))
  const alice = app.browser()
  await alice.postJson('/start', { username, channel: 'sms' })
  okta.sent.length = 0
  const before = await sessionsOf(app)
  expect(JSON.stringify(before)).to.include('ft-oob-code')
  return { ...app, alice, before }
}

/** Nothing was sent to Okta, and the session holds what it held. */
export async function expectUnchanged(okta: ScriptedOkta, app: Waiting): Promise<void> {
  expect(okta.sent).to.deep.equal([])
  expect(await sessionsOf(app)).to.deep.equal(app.before)
}

function sessionsOf({ store }: TestApp): Promise<unknown> {
  return new Promise((resolve, reject) => {
    store.all?.((error: unknown, sessions) => (error ? reject(error) : resolve(sessions)))
  })
}
