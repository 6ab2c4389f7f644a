import { expect } from 'chai'
import type { OktaOobError } from 'passport-okta-oob'
import type { Fault } from '../support/faults.ts'
import { calls, type Call, type FaultyCall } from '../support/faulty-calls.ts'
import { beginFaultyFlow, type FaultyFlow } from '../support/faulty-flow.ts'
import { expectNoMoreHandles, openHandles } from '../support/handles.ts'
import { jsonDoors, shareStandIn, type Door, type Step } from '../support/flow.ts'

/**
 * What a fault does to the challenge: it `waits` on, it is `gone`, or, `spent`, it still waits here
 * while Okta has redeemed it and lost the tokens on the way.
 */
type Fate = 'waits' | 'gone' | 'spent'

interface Outcome {
  status: number
  code: string
  retryAfter: number | undefined
  fate: Fate
}

const outcome =
  (fate: Fate) =>
  (status: number, code: string, retryAfter?: number): Outcome => ({
    status,
    code,
    retryAfter,
    fate,
  })
const waits = outcome('waits')
const gone = outcome('gone')
const spent = outcome('spent')
const pending = (retryAfter: number): Outcome => waits(200, 'authorization_pending', retryAfter)

type Row = Partial<Record<Call, Outcome>>

/** The tokens are there and the code is spent: the sign-in ends, with the fault as what it is. */
const claimsLost = (status: number, code: string, retryAfter?: number): Row => ({
  'user info': gone(status, code, retryAfter),
  'user info of an approved push': gone(status, code, retryAfter),
})

/**
 * Another try may go well. A poll just goes on, and without keys no code is sent. The proof of a
 * first factor is not issued again.
 */
const passing = (status: number, code: string, retryAfter?: number): Row => ({
  discovery: gone(status, code, retryAfter),
  'discovery after a restart': waits(status, code, retryAfter),
  start: waits(status, code, retryAfter),
  poll: pending(Math.max(5, retryAfter ?? 5)),
  code: waits(status, code, retryAfter),
  keys: waits(status, code, retryAfter),
  'keys of a push': pending(Math.max(5, retryAfter ?? 5)),
  challenge: gone(status, code, retryAfter),
  ...claimsLost(status, code, retryAfter),
})

/** As `passing`, with Okta's side of it done. */
const lost = (status: number, code: string, retryAfter?: number): Row => ({
  ...passing(status, code, retryAfter),
  'poll of an approved push': spent(200, 'authorization_pending', retryAfter ?? 5),
  code: spent(status, code, retryAfter),
})

/** Okta did answer, and not as Okta does. A failed start leaves an earlier challenge alone. */
const wrong: Row = {
  discovery: gone(502, 'protocol_error'),
  'discovery after a restart': gone(502, 'protocol_error'),
  start: waits(502, 'protocol_error'),
  poll: gone(502, 'protocol_error'),
  'poll of an approved push': gone(502, 'protocol_error'),
  code: gone(502, 'protocol_error'),
  keys: waits(502, 'protocol_error'),
  'keys of a push': pending(5),
  challenge: gone(502, 'protocol_error'),
  ...claimsLost(502, 'protocol_error'),
}

/** As `wrong`, where the fault only shows in the document's content. */
const noDocument: Row = {
  ...wrong,
  discovery: gone(500, 'configuration_error'),
  'discovery after a restart': gone(500, 'configuration_error'),
}

const asUsual: Row = {
  discovery: waits(200, 'challenge_started'),
  'discovery after a restart': gone(200, 'complete'),
  start: waits(200, 'challenge_started'),
  poll: pending(5),
  'poll of an approved push': gone(200, 'complete'),
  code: gone(200, 'complete'),
  keys: gone(200, 'complete'),
  'keys of a push': pending(5),
  challenge: waits(200, 'challenge_started'),
  'user info': gone(200, 'complete'),
  'user info of an approved push': gone(200, 'complete'),
}

/** No signature without the key; no other document holds keys. */
const noProof: Row = {
  keys: gone(502, 'id_token_invalid'),
  'keys of an approved push': gone(502, 'id_token_invalid'),
}

const unverifying = {
  'no keys': noProof,
  'keys of another name': noProof,
  'a key that did not sign': noProof,
}

const unavailable = passing(503, 'upstream_unavailable', 5)
const timedOut = passing(504, 'upstream_timeout')
const limited = (wait: number): Row => passing(429, 'rate_limited', wait)

const table: Record<Fault, Row> = {
  refused: unavailable,
  'reset before headers': unavailable,
  'reset before headers, after Okta has acted': lost(503, 'upstream_unavailable', 5),
  'reset in mid-body': lost(503, 'upstream_unavailable', 5),
  hang: timedOut,
  trickle: lost(504, 'upstream_timeout'),
  slow: asUsual,
  '500 with HTML': unavailable,
  '502 with HTML': unavailable,
  '503 with HTML': unavailable,
  '503 with Retry-After': passing(503, 'upstream_unavailable', 42),
  '429 with a reset': limited(42),
  '429 with a reset, by a clock five minutes ahead': limited(42),
  '429 with a reset, by a clock five minutes behind': limited(42),
  '429 with a reset that has passed': limited(1),
  '429 with a reset, but no Date': limited(5),
  '429 with Retry-After in seconds': limited(42),
  '429 with Retry-After as a date': limited(42),
  '429 with Retry-After as a date, by a clock five minutes behind': limited(42),
  '429 with headers that say nothing': limited(5),
  '429 without headers': limited(5),
  '429 with HTML': limited(5),
  '200 with HTML': noDocument,
  redirect: wrong,
  'half JSON': noDocument,
  '10 MB': wrong,
  'wrong content type': asUsual,
  ...unverifying,
}

/** Faults that last until the app gives up, or else until the test runs out of time. */
const endless: ReadonlySet<Fault> = new Set(['hang', 'trickle'])

/** A poll is sent once more over a connection that broke before any answer; nothing else is. */
const broken: ReadonlySet<Fault> = new Set([
  'reset before headers',
  'reset before headers, after Okta has acted',
])

/** Documents and claims are fetched again after these, twice; after others Okta has named a time, or must not. */
const retried: ReadonlySet<Fault> = new Set([
  'refused',
  ...broken,
  'reset in mid-body',
  '500 with HTML',
  '502 with HTML',
  '503 with HTML',
  '429 with a reset that has passed',
  '429 with a reset, but no Date',
  '429 with headers that say nothing',
  '429 without headers',
  '429 with HTML',
])

function triesOf(call: Call, fault: Fault): number {
  const { at } = calls[call]
  if (at === 'discovery' || at === 'keys' || at === 'userinfo') {
    // Keys that do not verify a token are fetched once more.
    return retried.has(fault) ? 3 : fault in unverifying ? 2 : 1
  }
  return call.startsWith('poll') && broken.has(fault) ? 2 : 1
}

/** What goes through Passport too; the door is the same for all of them. */
const sample: ReadonlySet<Fault> = new Set(['refused', '429 with a reset', 'redirect', 'no keys'])

describe('A fault between the app and Okta', () => {
  const shared = shareStandIn()
  for (const [fault, row] of Object.entries(table) as [Fault, Row][]) {
    for (const [name, door] of Object.entries(jsonDoors)) {
      const throughPassport = name === 'passport.authenticate'
      if (throughPassport && !sample.has(fault)) {
        continue
      }
      describe(`${fault}, through ${name}`, () => {
        for (const [call, expected] of Object.entries(row) as [Call, Outcome][]) {
          const { status, code, retryAfter, fate } = expected
          const wait = retryAfter === undefined ? '' : ` for ${retryAfter} s`
          it(`at ${call}: ${code}${wait}, the challenge ${fate === 'waits' ? fate : `is ${fate}`}`, async () => {
            const { at, username, userInfo, before, act }: FaultyCall = calls[call]
            const timeout = endless.has(fault) ? 0.15 : 5
            const flow = await beginFaultyFlow(shared.okta, {
              timeout,
              door,
              ...(username !== undefined && { username }),
              ...(userInfo && { userInfo }),
            })
            await before?.(flow)
            const { faultServer, clock } = flow
            const waiting = await flow.tab.challenge()
            const handles = openHandles()

            faultServer.begin(at, fault)
            const since = performance.now()
            const step = await act(flow)
            const took = (performance.now() - since) / 1000

            expect(step.code).to.equal(code)
            if (endless.has(fault)) {
              // A poll may be sent once more; the rest is room for a machine that is busy.
              expect(took).to.be.within(timeout, 2 * timeout + 2)
            }
            const refused = throughPassport && status === 200 && code !== 'complete'
            expect(step.status).to.equal(refused ? 401 : status)
            expect(retryAfterOf(flow, step, throughPassport)).to.equal(retryAfter)
            expect(flow.app.errors).to.have.length(step.status < 500 ? 0 : 1)
            expect(await flow.tab.user()).to.equal(code === 'complete' ? flow.username : undefined)
            const left = await flow.tab.challenge()
            if (status === 200) {
              expect(left !== undefined).to.equal(fate !== 'gone')
            } else {
              expect(left).to.deep.equal(fate === 'gone' ? undefined : waiting)
            }
            expect(step.challenge).to.deep.equal(step.status < 500 ? left : undefined)
            expect(faultServer.met, 'calls that met the fault').to.equal(triesOf(call, fault))
            expect(faultServer.followed, 'redirects that were followed').to.equal(0)
            await faultServer.isAnswered()
            await expectNoMoreHandles(handles, flow.servers)

            faultServer.end()
            clock.tick((retryAfter ?? 0) * 1000)
            if (code !== 'complete') {
              const next = await flow.complete()
              expect(next.code).to.equal(nextCodes[fate])
            }
            if (fate !== 'waits') {
              expect((await flow.signIn('sms')).code).to.equal('complete')
            }
            expect(await flow.tab.user()).to.equal(flow.username)
          }).timeout(5000)
        }
      })
    }
  }
})

/** As without the fault. */
const lostAnswers: Row = {
  ...asUsual,
  'keys of an approved push': gone(200, 'complete'),
}

describe('An answer that is lost on its way to the browser', () => {
  const shared = shareStandIn()
  for (const [name, door] of Object.entries(jsonDoors)) {
    for (const [call, { status, code, fate }] of Object.entries(lostAnswers) as [Call, Outcome][]) {
      it(`comes again for the same request, at ${call}, through ${name}: ${code}`, async () => {
        const { username, userInfo, before, act }: FaultyCall = calls[call]
        const flow = await beginFaultyFlow(shared.okta, {
          timeout: 5,
          door: named(door),
          ...(username !== undefined && { username }),
          ...(userInfo && { userInfo }),
        })
        await before?.(flow)
        flow.tab.browser.losesAnswers = true
        const asked = flow.faultServer.asked.length

        const step = await act(flow)

        const isSecond = call === 'challenge' && name === 'passport.authenticate'
        expect(step.code).to.equal(isSecond ? 'mfa_required' : code)
        const refused = name === 'passport.authenticate' && status === 200 && code !== 'complete'
        expect(step.status).to.equal(refused ? 401 : status)
        const calledFor = flow.faultServer.asked.slice(asked)
        expect(calledFor, 'calls to Okta').to.deep.equal([...new Set(calledFor)])
        expect(await flow.tab.user()).to.equal(code === 'complete' ? flow.username : undefined)
        expect((await flow.tab.challenge()) !== undefined).to.equal(fate !== 'gone')
        flow.tab.browser.losesAnswers = false
        if (code !== 'complete') {
          flow.clock.tick(5000)
          expect((await flow.complete()).code).to.equal('complete')
        }
      })
    }
  }
})

/** A form that names each start, as those of the pages do. */
function named(door: Door): Door {
  let starts = 0
  return {
    ...door,
    start: (browser, fields) => {
      starts += 1
      return door.start(browser, { ...fields, requestId: `start number ${starts}` })
    },
  }
}

/** What the user meets who goes on when the fault is over. */
const nextCodes: Record<Fate, string> = {
  waits: 'complete',
  gone: 'no_challenge',
  spent: 'challenge_expired',
}

/** In the body of an answer, in the header of a fault's, on the error that Passport hands on. */
function retryAfterOf(
  { app }: FaultyFlow,
  { status, retryAfter, page }: Step,
  throughPassport: boolean,
): number | undefined {
  const error = app.errors.at(-1) as OktaOobError | undefined
  const header = page.headers.get('retry-after')
  if (!throughPassport && status >= 400) {
    expect(header).to.equal((retryAfter ?? error?.retryAfter)?.toString() ?? null)
  }
  return retryAfter ?? error?.retryAfter
}
