import { expect } from 'chai'
import type { RequestHandler } from 'express'
import {
  OktaOobStrategy,
  type Tokens,
  type Verify,
  type VerifyDone,
  type VerifyWithRequestAndTokens,
} from 'passport-okta-oob'
import { alice, expectStart, expectTokens, publicClient } from '../support/account.ts'
import { startApp, type TestApp } from '../support/app.ts'
import type { Page } from '../support/browser.ts'
import { accessToken, OktaWire } from '../support/okta.ts'
import { forgetLimits } from '../support/limits.ts'

interface SignedIn extends TestApp {
  answer: Page
}

/** What Okta approves comes to `verify`; `/plain` is without a custom callback. */
async function signIn(okta: OktaOobStrategy, path = '/login'): Promise<SignedIn> {
  const wire = new OktaWire().discovery()
  expectStart(wire, { channel: 'sms' })
  await expectTokens(wire, { oobCode: 'ft-sms', code: '123456' })
  const app = await startApp(okta, {
    routes: (express, passport) => {
      const authenticate = passport.authenticate('okta-oob') as RequestHandler
      express.post('/plain', authenticate, (req, res) => {
        res.json({ user: req.user ?? null, authInfo: req.authInfo })
      })
    },
  })
  const browser = app.browser()
  await browser.postJson('/login', { username: alice, channel: 'sms' })
  return { ...app, answer: await browser.postJson(path, { code: '123456' }) }
}

const later = (work: () => void): void => {
  setImmediate(work)
}
const asStrategy = (verify: Verify) => new OktaOobStrategy(publicClient, verify)
const known = { id: 'alice' }
const outage = new Error('the database is down')

describe('The user that verify answers', () => {
  const answers: Record<string, Verify> = {
    'by done, at once': (_claims, done) => done(null, known),
    'by done, later': (_claims, done) => later(() => done(null, known)),
    'by a promise': async () => known,
    'by a promise that is only a thenable': () =>
      // oxlint-disable-next-line unicorn/no-thenable -- a query builder's, say
      ({ then: (resolve: (user: object) => void) => resolve(known) }) as Promise<object>,
    'by done in a function that hides its parameters, as NestJS does': async (...args) => {
      const done = args.at(-1) as VerifyDone
      await Promise.resolve()
      done(null, known)
    },
    'by done, before its promise resolves to something else': async (_claims, done) => {
      done(null, known)
      return { id: 'mallory' }
    },
    'by done, before its promise is rejected': async (_claims, done) => {
      done(null, known)
      throw outage
    },
    'by done, before it throws': (_claims, done) => {
      done(null, known)
      throw outage
    },
    'by the first of two calls of done': (_claims, done) => {
      done(null, known)
      done(null, { id: 'mallory' })
      done(outage)
    },
    'by a promise, before done': async (_claims, done) => {
      setTimeout(() => done(null, { id: 'mallory' }), 1)
      return known
    },
  }

  for (const [how, verify] of Object.entries(answers)) {
    it(`is logged in: ${how}`, async () => {
      const { answer, errors } = await signIn(asStrategy(verify))

      expect(answer.json.user).to.deep.equal(known)
      expect(errors).to.deep.equal([])
    })
  }

  it('may be anything that is truthy', async () => {
    const { answer } = await signIn(asStrategy((_claims, done) => done(null, true)))

    expect(answer.json.user).to.equal(true)
  })
})

describe('No user from verify', () => {
  const refusals: Record<string, Verify> = {
    'done(null, false)': (_claims, done) => done(null, false),
    'done(null, null)': (_claims, done) => done(null, null),
    'done(null)': (_claims, done) => done(null),
    'a promise of false': async () => false,
    'a promise of null': async () => null,
    'a promise of undefined': async () => {},
  }

  for (const [how, verify] of Object.entries(refusals)) {
    it(`is access_denied, 403: ${how}`, async () => {
      const { answer, errors } = await signIn(asStrategy(verify))

      expect(answer.status).to.equal(403)
      expect(answer.json).to.deep.equal({
        code: 'access_denied',
        message: 'Signing in is not possible for this account.',
      })
      expect(errors).to.deep.equal([])
    })
  }

  it('comes with the info of verify, where it gives one', async () => {
    const info = { code: 'suspended', message: 'Your account is suspended.', until: 'May' }
    const { answer } = await signIn(asStrategy((_claims, done) => done(null, false, info)))

    expect(answer.status).to.equal(403)
    expect(answer.json).to.deep.equal(info)
  })

  it('comes with the code access_denied, where the info has only a message', async () => {
    const info = { message: 'Your account is suspended.' }
    const { answer } = await signIn(asStrategy((_claims, done) => done(null, false, info)))

    expect(answer.json).to.deep.equal({ code: 'access_denied', ...info })
  })

  it('takes an info that is a string as the message, and never as WWW-Authenticate', async () => {
    const verify: Verify = (_claims, done) => done(null, false, 'Basic realm="phish"')

    expect((await signIn(asStrategy(verify))).answer.json).to.deep.equal({
      code: 'access_denied',
      message: 'Basic realm="phish"',
    })
    forgetLimits()
    const { answer } = await signIn(asStrategy(verify), '/plain')
    expect(answer.status).to.equal(403)
    expect(answer.headers.has('www-authenticate')).to.equal(false)
  })
})

describe('The info of verify', () => {
  for (const [what, info, expected] of [
    ['an object', { scope: 'write' }, { scope: 'write' }],
    ['a string', 'Welcome back.', { message: 'Welcome back.' }],
    ['nothing', undefined, {}],
  ] as const) {
    it(`reaches req.authInfo: ${what}`, async () => {
      const okta = asStrategy((_claims, done) => done(null, known, info))
      const { answer } = await signIn(okta, '/plain')

      expect(answer.json).to.deep.equal({ user: known, authInfo: expected })
    })
  }
})

describe('A failure of verify', () => {
  const failures: Record<string, Verify> = {
    'done(error)': (_claims, done) => done(outage),
    'done(error, user)': (_claims, done) => done(outage, known),
    'a rejected promise': () => Promise.reject(outage),
    'a promise rejected later': async () => {
      await Promise.resolve()
      throw outage
    },
    'an exception': () => {
      throw outage
    },
  }

  for (const [how, verify] of Object.entries(failures)) {
    it(`reaches the error handler, once and as it is: ${how}`, async () => {
      const { answer, errors } = await signIn(asStrategy(verify), '/plain')

      expect(answer.status).to.equal(500)
      expect(errors).to.deep.equal([outage])
      expect(errors[0]).to.equal(outage)
    })
  }

  const nothings: Record<string, Verify> = {
    'a promise rejected with undefined': () => Promise.reject(undefined),
    'a promise rejected with null': () => Promise.reject(null),
    'an exception that is null': () => {
      throw null as unknown as Error
    },
    'an exception that is an empty string': () => {
      throw '' as unknown as Error
    },
    'a word that Express takes for an instruction': (_claims, done) => done('route'),
  }

  for (const [how, verify] of Object.entries(nothings)) {
    it(`is a failure even when it is no error: ${how}`, async () => {
      const { answer, errors } = await signIn(asStrategy(verify), '/plain')

      expect(answer.status).to.equal(500)
      expect(errors).to.have.length(1)
      expect(errors[0]).to.be.instanceOf(Error)
    })
  }
})

describe('The arguments of verify', () => {
  /** Keeps what it was called with; its length is 0, as a wrapper's is. */
  function spy() {
    const calls: unknown[][] = []
    const verify = (...args: unknown[]): void => {
      calls.push(args)
      const done = args.at(-1) as VerifyDone
      done(null, known)
    }
    return { calls, verify: verify as VerifyWithRequestAndTokens }
  }

  const shapes = {
    'claims and done': [false, false],
    'with passReqToCallback, the request first': [true, false],
    'with passTokensToCallback, the tokens behind the claims': [false, true],
    'with both, request, claims, tokens and done': [true, true],
  } as const

  for (const [what, [passReqToCallback, passTokensToCallback]] of Object.entries(shapes)) {
    it(`are ${what}`, async () => {
      const { calls, verify } = spy()
      const flags = { passReqToCallback, passTokensToCallback } as {
        passReqToCallback: true
        passTokensToCallback: true
      }
      const { answer } = await signIn(new OktaOobStrategy({ ...publicClient, ...flags }, verify))

      expect(answer.json.user).to.deep.equal(known)
      expect(calls).to.have.length(1)
      const args = [...calls[0]!]
      if (passReqToCallback) {
        expect(args.shift()).to.include({ method: 'POST', url: '/login' })
      }
      expect(args.shift()).to.include({ iss: publicClient.issuer, sub: '00u1alice' })
      if (passTokensToCallback) {
        const tokens = args.shift() as Tokens
        expect(tokens.access_token).to.equal(accessToken)
        expect(tokens.id_token).to.be.a('string')
      }
      expect(args).to.have.length(1)
      expect(args[0]).to.be.a('function')
    })
  }
})
