// Compiled, never run: how an app with strict types uses what the package publishes.
import express, { type Request, type RequestHandler } from 'express'
import passport from 'passport'
import OktaOobStrategyByDefault, {
  html,
  messages,
  OktaOobClient,
  OktaOobError,
  OktaOobStrategy,
  type Challenge,
  type ChallengeView,
  type OktaCause,
  type OktaOobAnswer,
  type OktaOobCode,
  type OktaOobStrategyOptions,
  type Tokens,
} from 'passport-okta-oob'
import { post, waitForApproval } from 'passport-okta-oob/browser'

const options: OktaOobStrategyOptions = {
  issuer: 'https://example.okta.com',
  clientID: '0oa1client',
  clientSecret: 'secret',
}

const okta: OktaOobStrategy = new OktaOobStrategy(options, (claims, done) => {
  const subject: string = claims.sub
  done(null, { id: subject }, { message: 'welcome' })
})
const both = { ...options, passReqToCallback: true, passTokensToCallback: true } as const
export const strategies: passport.Strategy[] = [
  okta,
  new OktaOobStrategy(),
  new OktaOobStrategyByDefault(),
  new OktaOobStrategy(options),
  new OktaOobStrategy((claims, done) => done(null, claims)),
  new OktaOobStrategy(options, async (claims) => ({ id: claims.sub })),
  new OktaOobStrategy(options, async () => undefined),
  new OktaOobStrategy(options, (_claims, done) => done(null, false, 'not today')),
  new OktaOobStrategy({ ...options, passReqToCallback: true }, (req, claims, done) => {
    const asked: Request = req
    done(asked.ip ? null : new Error('no address'), { id: claims.sub })
  }),
  new OktaOobStrategy({ ...options, passTokensToCallback: true }, (claims, tokens, done) => {
    const given: Tokens = tokens
    done(null, { id: claims.sub, given })
  }),
  new OktaOobStrategy(both, (req, claims, tokens, done) =>
    done(null, { path: req.path, id: claims.sub, tokens }),
  ),
  // @ts-expect-error -- the request comes only when it is asked for
  new OktaOobStrategy(options, (req, claims, done) => done(null, { req, claims })),
  // @ts-expect-error -- where both are asked for, both come
  new OktaOobStrategy(both, (req, claims, done: (error: unknown) => void) => done([req, claims])),
  new OktaOobStrategy({ ...options, passReqToCallback: false, passTokensToCallback: false }),
  new OktaOobStrategy({ ...options, userInfo: true, allowInsecureRequests: true }, (claims, done) =>
    done(null, { mail: claims['email'] }),
  ),
  // @ts-expect-error -- an option that does not exist
  new OktaOobStrategy({ ...options, callbackURL: '/callback' }),
]

const app = express()
passport.use(okta)
passport.use('second', okta)
app.post('/login', passport.authenticate('okta-oob', { challengeRedirect: '/code' }))
app.post('/code', passport.authenticate('okta-oob', { step: 'complete', session: false }))
app.post('/own', (req, res, next) => {
  const done: passport.AuthenticateCallback = (_error, _user, info) => res.json(info)
  passport.authenticate('okta-oob', { step: 'start' }, done)(req, res, next)
})
// @ts-expect-error -- no such step
passport.authenticate('okta-oob', { step: 'begin' })
// @ts-expect-error -- a path
passport.authenticate('okta-oob', { challengeRedirect: 1 })

app.post('/start', okta.start({ challengeRedirect: '/code', failureRedirect: '/' }))
app.post('/complete', okta.complete({ successRedirect: '/home' }))
app.post('/resend', okta.resend())
app.post('/cancel', okta.cancel({ successRedirect: '/' }))
// @ts-expect-error -- a start never signs in
okta.start({ successRedirect: '/' })

app.get('/code', okta.challenge(), (req, res) => {
  const answer: OktaOobAnswer | undefined = req.oktaOob
  switch (answer?.status) {
    case 'challenge':
      res.json({ number: answer.challenge.bindingCode, until: answer.challenge.expiresAt })
      break
    case 'pending':
      res.set('Retry-After', String(answer.retryAfter)).end()
      break
    case 'complete':
      res.redirect(answer.redirectTo ?? '/')
      break
    case 'failed':
      res.json({ code: answer.error.code satisfies OktaOobCode })
      break
    default:
      // @ts-expect-error -- no challenge here
      res.json(answer?.challenge)
  }
})

export async function script(client: OktaOobClient): Promise<string> {
  try {
    const challenge: Challenge = await client.start({
      loginHint: 'alice@example.com',
      channel: 'push',
    })
    const completion = await client.complete(challenge, { signal: AbortSignal.timeout(1000) })
    return completion.status === 'complete' ? completion.claims.sub : completion.status
  } catch (error) {
    if (error instanceof OktaOobError && error.code === 'challenge_denied') {
      return String((error.cause as OktaCause | undefined)?.status ?? error.status)
    }
    throw error
  }
}

// @ts-expect-error -- the secret of a challenge is not for browsers
export const secret = (view: ChallengeView): string => view.oobCode

export const pages: RequestHandler = okta.routes({
  successRedirect: '/home',
  channels: ['push', 'sms'],
  brand: { name: 'Example', colors: { accent: { light: '#123', dark: '#def' } } },
  messages: { en: { signIn: 'Go', not_a_member: 'Ask for access.' }, nl: { cancel: 'Annuleren' } },
  language: (req) => req.get('x-language'),
  layout: (content, { title, head }) => html`<title>${title}</title>${head}${content}`,
  render: {
    number: ({ challenge }) => `<b>${challenge.bindingCode}</b>`,
    denied: async ({ text, next }) => html`${text} <a href="${next.address}">${next.text}</a>`,
  },
})
// @ts-expect-error -- no such screen
okta.routes({ render: { login: () => '' } })
export const text: string = messages.de.incorrect_code

export async function approve(): Promise<string | undefined> {
  const { challenge } = await post('/login', { username: 'alice', channel: 'push' })
  const answer = await waitForApproval({
    ask: () => post('/login/complete'),
    delay: challenge?.interval,
  })
  return answer?.redirectTo
}
