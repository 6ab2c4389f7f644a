import { asError, OktaOobError } from '../errors.ts'
import { newId } from '../random.ts'
import {
  field,
  jsonResponse,
  makeHandler,
  readReturnTo,
  redirectResponse,
  retryAfterHeader,
  wantsJson,
  type Handler,
  type HandlerRedirects,
  type OnError,
  type SignInRequest,
  type SignInResponse,
  type SignInResult,
  type Step,
} from '../sign-in/index.ts'
import { addressesOf } from './addresses.ts'
import { makeAssets } from './assets.ts'
import { frameOf } from './document.ts'
import { Html } from './html.ts'
import { chooseLanguage } from './language.ts'
import { readRoutesOptions, type RoutesOptions } from './options.ts'
import { rememberedFields, rememberFields } from './remembered-fields.ts'
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

/** What the pages need of a strategy. */
export interface Steps {
  start: (request: SignInRequest) => Promise<SignInResult>
  current: (request: SignInRequest) => Promise<SignInResult>
  complete: Step
  resend: Step
  cancel: Step
  /** Has a fault seen, once for each request that it ends. */
  reportFault: (error: Error, request: SignInRequest, onError: OnError | undefined) => void
  /** The channels that users may choose to start with. */
  channels: readonly string[]
  /** The channels that they may choose as a second factor. */
  secondFactors: (request: SignInRequest) => Promise<readonly string[]>
  /** Names of the body's fields. */
  fields: Surroundings['fields']
}

/** Answers a request. */
export type Page = (request: SignInRequest) => Promise<SignInResponse>

/** A whole sign-in: its pages, their assets, and the routes that their forms post to. */
export interface Pages {
  /**
   * The answer to a request, which the host asks for once it has parsed the body; `undefined` for a
   * request that is none of the pages', and whose body is the host's.
   *
   * @throws (later) what is wrong with the app itself, for its own error handler
   */
  routeOf(request: SignInRequest): Page | undefined
}

/** @throws {TypeError} naming the option that is wrong */
export function makePages(steps: Steps, options: RoutesOptions): Pages {
  const settings = readRoutesOptions(options, steps.channels)
  const assets = makeAssets(settings.brandCss)

  const surroundingsOf = (
    request: SignInRequest,
    username = rememberedFields(request).username,
  ): Surroundings => {
    const wanted = settings.language(request.hostRequest)
    const [language, messages] = chooseLanguage(request, settings.languages, wanted)
    return {
      language,
      messages,
      addresses: addressesOf(request),
      fields: steps.fields,
      requestId: newId(),
      ...(username !== undefined && { username }),
    }
  }

  const page = async (
    view: View,
    status = 200,
    headers: Record<string, string> = {},
  ): Promise<SignInResponse> => {
    const render = settings.render[view.screen] as ((view: View) => unknown) | undefined
    const content = mainOf(view, asHtml(render ? await render(view) : screenOf(view)))
    const frame = frameOf(view, settings.brand, assets)
    const document = settings.layout ? await settings.layout(content, frame) : frame.page(content)
    return {
      status,
      headers: {
        ...headers,
        'cache-control': 'no-store',
        'content-language': view.language,
        'content-type': 'text/html; charset=utf-8',
        // Under `no-referrer` the posts of the page's own forms would say `Origin: null`.
        'referrer-policy': 'same-origin',
        ...(settings.contentSecurityPolicy !== false && {
          'content-security-policy': settings.contentSecurityPolicy,
        }),
        vary: 'Accept-Language, Accept',
      },
      body: String(document),
    }
  }

  const signInPage = async (request: SignInRequest): Promise<SignInResponse> => {
    if (wantsJson(request)) {
      return jsonResponse({ status: 'start', channels: settings.channels })
    }
    const surroundings = surroundingsOf(request)
    const error = queried(request, 'error')
    if (error === 'no_challenge' && request.user) {
      return page(signedInView(surroundings, settings.successRedirect))
    }
    const { channel: chosen, returnTo: kept } = rememberedFields(request)
    const returnTo = readReturnTo(queried(request, 'returnTo') ?? kept)
    return page(
      endView(surroundings, error, surroundings.addresses.start) ??
        signInView(surroundings, settings.channels, { error, returnTo, chosen }),
    )
  }

  const currentAsJson = makeHandler(steps.current)
  const challengePage = async (request: SignInRequest): Promise<SignInResponse> => {
    if (wantsJson(request)) {
      return respond(request, currentAsJson)
    }
    const result = await steps.current(request)
    if (result.type === 'fault') {
      throw result.error
    }
    if (result.type !== 'waiting') {
      return redirectResponse(`${addressesOf(request).start}?error=no_challenge`)
    }
    const { challenge } = result.info
    const surroundings = surroundingsOf(request, rememberedFields(request).waitsFor)
    const { messages, addresses } = surroundings
    const error = queried(request, 'error')
    const notices = new Map([
      ['pending', messages.authorization_pending],
      ['sent', messages.sentAgain],
    ])
    const notice = notices.get(queried(request, 'notice') ?? '')
    const channels = challenge.factor === 2 ? await steps.secondFactors(request) : settings.channels
    return page(
      endView(surroundings, error, addresses.challenge) ??
        waitingView(surroundings, challenge, channels, { error, notice }),
    )
  }

  const faultPage = async (
    request: SignInRequest,
    error: OktaOobError,
  ): Promise<SignInResponse> => {
    const { code, message, status, retryAfter } = error
    const headers = retryAfterHeader(retryAfter)
    if (wantsJson(request)) {
      const more = retryAfter !== undefined && { retryAfter }
      const body = { status: 'failed', error: { code, message, ...more } }
      return jsonResponse(body, status, { ...headers, 'cache-control': 'no-store' })
    }
    const surroundings = surroundingsOf(request)
    const { start, challenge } = surroundings.addresses
    // The challenge of a step that failed may have survived, and its page shows whether it has.
    const isStart = request.path === '' || request.path === '/'
    const view = unavailableView(surroundings, code, isStart ? start : challenge)
    return page(view, status, headers)
  }

  const reporting =
    (answer: Page): Page =>
    async (request) => {
      try {
        return await answer(request)
      } catch (thrown) {
        const error = asError(thrown)
        steps.reportFault(error, request, settings.onError)
        throw error
      }
    }

  const withFaultPage =
    (answer: Page): Page =>
    async (request) => {
      try {
        return await reporting(answer)(request)
      } catch (error) {
        // What is wrong with the app itself is for its own error handler.
        if (!(error instanceof OktaOobError) || error.status <= 500) {
          throw error
        }
        return reporting(() => faultPage(request, error))(request)
      }
    }

  const redirectsOf = (request: SignInRequest): HandlerRedirects => {
    const { start, challenge } = addressesOf(request)
    return {
      successRedirect: settings.successRedirect,
      challengeRedirect: challenge,
      usableRedirect: challenge,
      pendingRedirect: `${challenge}?notice=pending`,
      failureRedirect: start,
    }
  }

  const start = makeHandler(
    async (request) => {
      const result = await steps.start(request)
      // A refused start may be another site's, or one of a flood.
      if (result.type !== 'refused' && !isStoreFault(result)) {
        const hasStarted = result.type === 'waiting'
        await rememberFields(request, { ...steps.fields, returnTo: 'returnTo' }, hasStarted)
      }
      return result
    },
    (request) => {
      const returnTo = readReturnTo(field(request, 'returnTo'))
      const query = returnTo === undefined ? '' : `?returnTo=${encodeURIComponent(returnTo)}`
      // A start that is refused belongs on the page that asked for it.
      const refused = addressesOf(request).start + query
      return { ...redirectsOf(request), usableRedirect: refused, failureRedirect: refused }
    },
  )
  const complete = makeHandler(steps.complete, redirectsOf)
  const resend = makeHandler(steps.resend, (request) => {
    const { challenge } = addressesOf(request)
    const isOtherWay = field(request, steps.fields.channel) !== undefined
    return {
      ...redirectsOf(request),
      challengeRedirect: isOtherWay ? challenge : `${challenge}?notice=sent`,
    }
  })
  const cancel = makeHandler(steps.cancel, (request) => ({
    ...redirectsOf(request),
    successRedirect: addressesOf(request).start,
  }))
  const pageRoutes: Record<string, Page> = {
    '': withFaultPage(signInPage),
    '/challenge': withFaultPage(challengePage),
  }
  const postRoutes: Record<string, Handler> = {
    '': start,
    '/complete': complete,
    '/resend': resend,
    '/cancel': cancel,
  }
  return {
    routeOf: ({ method, path: exact }) => {
      // As Express routes by default: upper case and a slash at the end make no difference.
      const path = exact.toLowerCase().replace(/\/$/, '')
      if (method === 'POST') {
        const handler = Object.hasOwn(postRoutes, path) ? postRoutes[path] : undefined
        return handler && withFaultPage((request) => respond(request, handler))
      }
      if (method !== 'GET' && method !== 'HEAD') {
        return undefined
      }
      return Object.hasOwn(pageRoutes, path) ? pageRoutes[path] : assets.routeOf(exact)
    },
  }
}

/** @throws the fault that the handler has met */
async function respond(request: SignInRequest, handler: Handler): Promise<SignInResponse> {
  const result = await handler(request)
  switch (result.type) {
    case 'response':
      return result.response
    case 'error':
      throw result.error
    case 'next':
      // A form's answer is a redirect, since each handler of a form has all of them.
      return jsonResponse(result.answer, result.status, result.headers)
  }
}

/** A store that is down keeps nothing, and its fault is the one to report. */
function isStoreFault(result: SignInResult): boolean {
  return (
    result.type === 'fault' &&
    result.error instanceof OktaOobError &&
    (result.error.code === 'limiter_unavailable' || result.error.code === 'session_failed')
  )
}

/** A parameter that occurs once and is not empty. */
function queried({ query }: SignInRequest, name: string): string | undefined {
  const [value, ...more] = query.getAll(name)
  return more.length === 0 && value !== '' ? value : undefined
}

function asHtml(content: unknown): Html {
  return content instanceof Html ? content : new Html(String(content))
}
