import express, {
  type ErrorRequestHandler,
  type NextFunction,
  type Request,
  type Response,
  type Router,
} from 'express'
import { OktaOobError } from '../errors.ts'
import { handler, setRetryAfter, wantsJson, type HandlerRedirects } from '../middleware.ts'
import { field, readReturnTo } from '../request.ts'
import type { Cancelled, Result } from '../result.ts'
import { addressesOf } from './addresses.ts'
import { makeAssets } from './assets.ts'
import { frameOf } from './document.ts'
import { Html } from './html.ts'
import { chooseLanguage } from './language.ts'
import { recall, remember } from './memory.ts'
import { readRoutesOptions, type RoutesOptions } from './options.ts'
import { mainOf, screenOf } from './screens.ts'
import {
  endView,
  signedInView,
  signInView,
  unavailableView,
  waitingView,
  type Surroundings,
  type View,
} from './views.ts'

/** The steps of a sign-in, which the pages lead through. */
export interface Steps {
  start: (req: Request) => Promise<Result>
  current: (req: Request) => Promise<Result>
  complete: (req: Request) => Promise<Result>
  resend: (req: Request) => Promise<Result>
  cancel: (req: Request) => Promise<Result | Cancelled>
  /** What users may choose to start with. */
  channels: readonly string[]
  /** What they may choose as a second factor. */
  secondFactors: (req: Request) => Promise<readonly string[]>
  /** Names of the body's fields. */
  fields: Surroundings['fields']
}

/** A whole sign-in: its pages, their assets, and the routes that their forms post to. */
export function pages(steps: Steps, options: RoutesOptions): Router {
  const settings = readRoutesOptions(options, steps.channels)
  const assets = makeAssets(settings.brandCss)
  const router = express.Router()

  const surroundingsOf = (req: Request, username = recall(req).username): Surroundings => {
    const [language, messages] = chooseLanguage(req, settings.languages, settings.language(req))
    return {
      language,
      messages,
      addresses: addressesOf(req),
      fields: steps.fields,
      ...(username !== undefined && { username }),
    }
  }

  const pageOf = async (view: View): Promise<string> => {
    const make = settings.render[view.screen] as ((view: View) => unknown) | undefined
    const content = mainOf(view, asHtml(make ? await make(view) : screenOf(view)))
    const frame = frameOf(view, settings.brand, assets)
    return String(settings.layout ? await settings.layout(content, frame) : frame.page(content))
  }

  /** Express 4 does not look after promises, so that what goes wrong is handed on here. */
  const send = (res: Response, next: NextFunction, view: View): void => {
    pageOf(view)
      .then((page) => {
        if (settings.contentSecurityPolicy !== false) {
          res.set('Content-Security-Policy', settings.contentSecurityPolicy)
        }
        res.set({ 'Cache-Control': 'no-store', 'Content-Language': view.language })
        return res.vary('Accept-Language').vary('Accept').type('html').send(page)
      })
      .catch(next)
  }

  router.get('/assets/:version/:name', assets.serve)

  router.get('/', (req, res, next) => {
    if (wantsJson(req)) {
      res.set('Cache-Control', 'no-store').json({ status: 'start', channels: settings.channels })
      return
    }
    const surroundings = surroundingsOf(req)
    const error = queried(req, 'error')
    const { channel: chosen, returnTo: kept } = recall(req)
    const returnTo = readReturnTo(queried(req, 'returnTo') ?? kept)
    send(
      res,
      next,
      error === 'no_challenge' && req.user
        ? signedInView(surroundings, settings.successRedirect)
        : (endView(surroundings, error, surroundings.addresses.start) ??
            signInView(surroundings, settings.channels, { error, returnTo, chosen })),
    )
  })

  router.get(
    '/challenge',
    handler((req) => steps.current(req)),
    (req, res, next) => {
      const answer = req.oktaOob
      if (answer?.status !== 'challenge') {
        res.redirect(303, `${addressesOf(req).start}?error=no_challenge`)
        return
      }
      const surroundings = surroundingsOf(req, recall(req).waitsFor)
      const { messages, addresses } = surroundings
      const error = queried(req, 'error')
      const { challenge } = answer
      const notices = new Map([
        ['pending', messages.authorization_pending],
        ['sent', messages.sentAgain],
      ])
      const notice = notices.get(queried(req, 'notice') ?? '')
      const show = (channels: readonly string[]): void => {
        send(
          res,
          next,
          endView(surroundings, error, addresses.challenge) ??
            waitingView(surroundings, challenge, channels, { error, notice }),
        )
      }
      if (challenge.factor === 2) {
        steps.secondFactors(req).then(show).catch(next)
      } else {
        show(settings.channels)
      }
    },
  )

  router.post(
    ['/', '/complete', '/resend', '/cancel'],
    express.urlencoded({ extended: false }),
    express.json(),
  )
  router.post(
    '/',
    handler(
      async (req) => {
        const result = await steps.start(req)
        // What was refused could be another site's, or one of a flood.
        if (result.type !== 'refused' && !isStoreFault(result)) {
          const hasStarted = result.type === 'waiting'
          await remember(req, { ...steps.fields, returnTo: 'returnTo' }, hasStarted)
        }
        return result
      },
      (req) => {
        const { start } = addressesOf(req)
        const returnTo = readReturnTo(field(req, 'returnTo'))
        const query = returnTo === undefined ? '' : `?returnTo=${encodeURIComponent(returnTo)}`
        // A start that is refused belongs on the page that asked for it.
        return {
          ...redirectsOf(req),
          usableRedirect: start + query,
          failureRedirect: start + query,
        }
      },
    ),
  )
  router.post(
    '/complete',
    handler((req) => steps.complete(req), redirectsOf),
  )
  router.post(
    '/resend',
    handler(
      (req) => steps.resend(req),
      (req) => {
        const { challenge } = addressesOf(req)
        const isOtherWay = field(req, steps.fields.channel) !== undefined
        return {
          ...redirectsOf(req),
          challengeRedirect: isOtherWay ? challenge : `${challenge}?notice=sent`,
        }
      },
    ),
  )
  router.post(
    '/cancel',
    handler(
      (req) => steps.cancel(req),
      (req) => ({ ...redirectsOf(req), successRedirect: addressesOf(req).start }),
    ),
  )

  const fault: ErrorRequestHandler = (error, req, res, next) => {
    // What is wrong with the app itself is for its own error handler.
    if (!(error instanceof OktaOobError) || error.status <= 500 || res.headersSent) {
      next(error)
      return
    }
    const { code, message, status, retryAfter } = error
    res.status(status).set('Cache-Control', 'no-store')
    setRetryAfter(res, retryAfter)
    if (wantsJson(req)) {
      const more = retryAfter !== undefined && { retryAfter }
      res.json({ status: 'failed', error: { code, message, ...more } })
      return
    }
    const surroundings = surroundingsOf(req)
    const { start, challenge } = surroundings.addresses
    // Where it was a challenge's turn, the challenge may have survived, and its page knows.
    const view = unavailableView(surroundings, code, req.path === '/' ? start : challenge)
    send(res, next, view)
  }
  router.use(fault)
  return router

  function redirectsOf(req: Request): HandlerRedirects {
    const { start, challenge } = addressesOf(req)
    return {
      successRedirect: settings.successRedirect,
      challengeRedirect: challenge,
      usableRedirect: challenge,
      pendingRedirect: `${challenge}?notice=pending`,
      failureRedirect: start,
    }
  }
}

/** A store that is down keeps nothing, and its fault is the one to tell of. */
function isStoreFault(result: Result): boolean {
  return (
    result.type === 'fault' &&
    result.error instanceof OktaOobError &&
    (result.error.code === 'limiter_unavailable' || result.error.code === 'session_failed')
  )
}

function queried(req: Request, name: string): string | undefined {
  const value = req.query[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function asHtml(content: unknown): Html {
  return content instanceof Html ? content : new Html(String(content))
}
