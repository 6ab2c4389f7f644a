import { expect } from 'chai'
import { OktaOobClient, type OktaOobCode, type OktaOobError } from 'passport-okta-oob'
import { OktaWire } from './okta.ts'
import { username, waitingUser, type Completing, type OktaAnswer } from './waiting.ts'

export type Call = 'start' | Completing

/** What a user meets, and whether their challenge is over with it. */
export interface Expected {
  code: OktaOobCode
  retryAfter?: number
  supported?: string[]
  over?: true
}

const statuses: Partial<Record<OktaOobCode, number>> = {
  authorization_pending: 401,
  mfa_required: 401,
  incorrect_code: 401,
  challenge_denied: 401,
  challenge_expired: 401,
  access_denied: 403,
  rate_limited: 429,
  configuration_error: 500,
  protocol_error: 502,
  upstream_unavailable: 503,
}

const shapes = {
  error: (error: string, text: string) => ({ error, error_description: text }),
  errorCode: (error: string, text: string) => ({
    errorCode: error,
    errorSummary: text,
    errorLink: error,
    errorId: 'oaeK4p1M5YkR2q0uF9xQw',
    errorCauses: [],
  }),
}

/** The two forms of body in which Okta names an error, at any status. */
export const bothShapes = Object.entries(shapes)

export async function expectOutcome(
  call: Call,
  answer: OktaAnswer,
  expected: Expected,
): Promise<void> {
  if (call !== 'start') {
    await expectCompletion(call, answer, expected)
  } else if (expected.code === 'access_denied') {
    await expectClientToSay(answer, expected)
  } else {
    await expectStart(answer, expected)
  }
}

async function expectCompletion(
  kind: Completing,
  answer: OktaAnswer,
  expected: Expected,
): Promise<void> {
  const alice = await waitingUser(kind)

  const page = await alice.complete(answer)

  const { retryAfter } = page.status < 500 ? page.json : alice.app.errors.at(-1)
  expect({ code: page.json.code, status: page.status, retryAfter }).to.deep.equal({
    code: expected.code,
    status: statuses[expected.code],
    retryAfter: expected.retryAfter,
  })
  expect(page.json.supported).to.deep.equal(expected.supported)

  alice.clock.tick((expected.retryAfter ?? 0) * 1000)
  if (expected.over) {
    const next = await alice.complete()
    expect(next.json.code).to.equal('no_challenge')
  } else {
    const next = await alice.redeem()
    expect(next.json.user.sub).to.equal('00u1alice')
  }
}

/** A start that fails says so, and leaves an earlier challenge to be completed. */
async function expectStart(answer: OktaAnswer, expected: Expected): Promise<void> {
  const alice = await waitingUser('poll')

  const page = await alice.start(answer)

  const { retryAfter } = page.status < 500 ? page.json : alice.app.errors.at(-1)
  expect({ code: page.json.code, status: page.status, retryAfter }).to.deep.equal({
    code: expected.code,
    status: statuses[expected.code],
    retryAfter: expected.retryAfter,
  })
  const next = await alice.redeem()
  expect(next.status).to.equal(200)
}

/** Who may not sign in is told apart below the strategy, which may conceal it. */
async function expectClientToSay(answer: OktaAnswer, expected: Expected): Promise<void> {
  const okta = new OktaWire().discovery()
  const form = { client_id: okta.clientId, login_hint: username, channel_hint: 'push' }
  okta.post('oob-authenticate', form, answer.status, answer.body, answer.headers)
  const client = new OktaOobClient({ issuer: okta.issuer, clientID: okta.clientId })

  const error = await client.start({ loginHint: username, channel: 'push' }).then(
    () => undefined,
    (reason: unknown) => reason as OktaOobError,
  )

  expect(error).to.include({ code: expected.code, status: statuses[expected.code] })
}
