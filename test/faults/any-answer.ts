import { expect } from 'chai'
import * as fc from 'fast-check'
import { OktaOobError, type OktaOobCode } from 'passport-okta-oob'
import type { Page } from '../support/browser.ts'

/** Stands in every text of Okta's, none of which a browser may see. */
export const secret = 'said-by-okta'
const words = fc.string({ unit: 'binary' }).map((text) => `${secret} ${text}`)

export const oddNumbers: number[] = [0, -1, 5.5, -1e308, 1e308, 1e21]
const anything = fc.oneof(
  fc.jsonValue(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(...oddNumbers),
)

const error = fc.constantFrom(
  'authorization_pending',
  'slow_down',
  'invalid_grant',
  'access_denied',
  'mfa_required',
  'expired_token',
  'invalid_client',
  'invalid_request',
  'server_error',
  'temporarily_unavailable',
  'use_dpop_nonce',
  'no_such_error',
)
const refusal = fc.record(
  {
    error: fc.oneof({ weight: 4, arbitrary: error }, { weight: 1, arbitrary: anything }),
    error_description: fc.oneof(words, fc.constant('The code has expired.'), anything),
    errorCode: fc.oneof(words, anything),
    errorSummary: words,
    mfa_token: fc.oneof(words, anything),
    supported_challenge_types: fc.oneof(fc.array(fc.constant('otp')), anything),
  },
  { requiredKeys: [] },
)

const failures = fc.oneof(
  fc.constantFrom(400, 400, 401, 403, 404, 429, 500, 503),
  fc.integer({ min: 200, max: 599 }),
)
const headers = fc.record(
  {
    'retry-after': fc.constantFrom('0', '7', '-7', 'soon', 'Wed, 21 Oct 2015 07:28:00 GMT'),
    'x-rate-limit-reset': fc.constantFrom('', '0', '-1', 'NaN', 'Infinity', '9999999999'),
    date: fc.constantFrom('', 'yesterday', 'Wed, 21 Oct 2015 07:28:00 GMT'),
    'www-authenticate': fc.constantFrom('', 'Basic', 'DPoP error="use_dpop_nonce"', '=,"'),
    'content-type': fc.constantFrom('application/json', 'text/html', '', ';'),
  },
  { requiredKeys: [] },
)

export interface Scripted {
  status: number
  body: string
  headers: Record<string, string>
}

/** A success with a member or two replaced or missing, a refusal, or anything with any status. */
export function answersLike(real: Record<string, unknown>): fc.Arbitrary<Scripted> {
  const name = fc.constantFrom(...Object.keys(real))
  const mutation = fc.tuple(name, fc.option(anything, { nil: undefined, freq: 4 }))
  const mutated = fc
    .array(mutation, { maxLength: 2 })
    .map((mutations) => JSON.stringify({ ...real, ...Object.fromEntries(mutations) }))
  const refused = refusal.map((members) => JSON.stringify(members))
  const both = refusal.map((members) => JSON.stringify({ ...real, ...members }))
  const text = fc.oneof(words, fc.json(), mutated, both)
  const answer = (weight: number, status: fc.Arbitrary<number>, body: fc.Arbitrary<string>) => ({
    weight,
    arbitrary: fc.record({ status, body, headers }),
  })
  return fc.oneof(
    answer(4, fc.constant(200), mutated),
    answer(4, failures, refused),
    answer(2, fc.integer({ min: 200, max: 599 }), text),
  )
}

export function respond({ status, headers: fields, body }: Scripted): Response {
  const bodiless = status === 204 || status === 205 || status === 304
  return new Response(bodiless ? null : body, { status, headers: fields })
}

/** One of these codes, with its own status, in our own words. */
export function expectNamed(
  { status, json, text, headers: fields }: Page,
  codes: OktaOobCode[],
): void {
  expect(json?.code, text).to.be.oneOf(codes)
  expect(status).to.equal(new OktaOobError(json.code).status)
  expect(json.message).to.be.a('string').that.is.not.equal('')
  expect(text + JSON.stringify([...fields])).to.not.include(secret)
  if ('retryAfter' in json) {
    expect(json.retryAfter).to.satisfy(Number.isSafeInteger).and.be.at.least(1)
  }
}
