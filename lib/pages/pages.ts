import { setTimeout as sleep } from 'node:timers/promises'
import { asError, attempt, OktaOobError } from '../errors.ts'
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
  type Waits,
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
  isEnd,
  noCookieView,
  signedInView,
  signInView,
  unavailableView,
  waitingView,
  type Refusal,
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
  /** Seconds until each way could be started, for a username or for the challenge's user. */
  waits: (request: SignInRequest, channels: readonly string[], username?: string) => Promise<Waits>
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
    const { start } = surroundings.addresses
    const { channel: chosen, returnTo: kept, username } = rememberedFields(request)
    const asked = readReturnTo(queried(request, 'returnTo'))
    const returnTo = asked ?? readReturnTo(kept)
    const refusal = await standing(request)
    if (request.user && refusal.code === 'no_challenge') {
      return page(signedInView(surroundings, settings.successRedirect))
    }
    if (request.user && refusal.code === undefined && !request.query.has('again')) {
      const query = new URLSearchParams({
        again: '1',
        ...(asked !== undefined && { returnTo: asked }),
      })
      return page(
        signedInView(
          surroundings,
          asked ?? settings.successRedirect,
          `${start}?${query.toString()}`,
        ),
      )
    }
    const isRefusedStart = refusal.code === 'too_many_attempts' && refusal.wait !== undefined
    const view = isRefusedStart ? undefined : endView(surroundings, refusal, start)
    if (view) {
      return page(view)
    }
    const waits =
      username === undefined ? {} : await attempt(steps.waits(request, settings.channels, username))
    return page(
      signInView(surroundings, settings.channels, {
        refusal,
        // A store that is down, or a username that is none, is told of when the form is sent.
        waits: waits instanceof OktaOobError ? {} : waits,
        returnTo,
        chosen,
      }),
    )
  }

  /**
   * The refusal that the address tells of, unless it is the end of a challenge and this browser can
   * have seen none: it has started nothing, or something waits. An address can be kept and passed on.
   */
  const standing = async (request: SignInRequest): Promise<Refusal> => {
    const refusal = refusalOf(request)
    if (!isEnd(refusal) || refusal.code === 'no_challenge') {
      return refusal
    }
    const hasStarted = rememberedFields(request).waitsFor !== undefined
    const isOver = hasStarted && (await steps.current(request)).type !== 'waiting'
    return isOver ? refusal : {}
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
      if (request.headers.cookie === undefined && comesFromStart(request)) {
        warnOfCookie(request)
        return page(noCookieView(surroundingsOf(request)))
      }
      return redirectResponse(`${addressesOf(request).start}?error=no_challenge`)
    }
    const { challenge } = result.info
    const surroundings = surroundingsOf(request, rememberedFields(request).waitsFor)
    const { messages, addresses } = surroundings
    const notices = new Map([
      ['pending', messages.authorization_pending],
      ['sent', messages.sentAgain],
    ])
    const asked = queried(request, 'notice') ?? ''
    const lookIn = asked === 'early' ? count(request, 'wait') : undefined
    const channels = challenge.factor === 2 ? await steps.secondFactors(request) : settings.channels
    const waits = await steps.waits(request, channels)
    const told = refusalOf(request)
    if (told.code === 'too_many_attempts') {
      // Its challenge waits, but no code of its user is looked at.
      const wait = waits[challenge.channel] ?? 0
      const usedUp = endView(surroundings, { ...told, wait }, addresses.challenge)
      if (usedUp && wait > 0) {
        return page(usedUp)
      }
    }
    // No other end has come to a challenge that waits.
    const refusal = isEnd(told) || told.code === 'too_many_attempts' ? {} : told
    return page(
      endView(surroundings, refusal, addresses.challenge) ??
        waitingView(surroundings, challenge, channels, {
          refusal,
          waits,
          notice: notices.get(asked),
          lookIn,
        }),
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
      keepSessionInfo: settings.keepSessionInfo,
      challengeRedirect: challenge,
      usableRedirect: challenge,
      pendingRedirect: `${challenge}?notice=pending`,
      earlyRedirect: `${challenge}?notice=early`,
      failureRedirect: start,
      detailed: true,
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
  const complete = makeHandler(completeInTime(steps.complete), redirectsOf)
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

/**
 * A person that presses “Continue” has approved: where Okta cannot be asked yet, the rest of the
 * interval passes here, and the answer is a true one. A script can wait by itself.
 */
function completeInTime(complete: Step): Step {
  return async (request) => {
    const result = await complete(request)
    const wait = result.type === 'waiting' && result.early ? result.info.retryAfter : undefined
    if (wait === undefined || wait > longestHold || wantsJson(request)) {
      return result
    }
    await sleep(wait * 1000)
    return complete(request)
  }
}

/** Seconds: an interval of Okta's is 5, and its rest is rounded up. */
const longestHold = 6

/** Whether a request for the challenge's page follows a start: its page has sent the browser here. */
function comesFromStart({ headers: { referer = '' }, mountPath }: SignInRequest): boolean {
  const from = URL.canParse(referer) ? new URL(referer).pathname.replace(/\/$/, '') : undefined
  // A proxy may show the app under a longer path than it knows.
  return from !== undefined && from.endsWith(mountPath.replace(/\/$/, ''))
}

let warned = false

/** The user is told to allow cookies, but most often it is the app that has none to keep. */
function warnOfCookie({ headers }: SignInRequest): void {
  if (warned || process.env['NODE_ENV'] === 'production') {
    return
  }
  warned = true
  const why =
    headers['x-forwarded-proto'] === undefined
      ? 'If its session cookie is `secure`, sign in over https, or use `secure: false` on http.'
      : 'It stands behind a proxy: if its session cookie is `secure`, it needs ' +
        '`app.set("trust proxy", 1)` to know that the browser uses https.'
  process.emitWarning(
    `A browser has started a sign-in and come back without any cookie of this app. ${why}`,
    { code: 'OKTA_OOB_COOKIE' },
  )
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

/** A parameter that is a small whole number; anyone can write an address. */
function count(request: SignInRequest, name: string): number | undefined {
  const text = queried(request, name) ?? ''
  return /^[1-9]\d{0,6}$/.test(text) ? Number(text) : undefined
}

/** What the address says has gone wrong. */
function refusalOf(request: SignInRequest): Refusal {
  return {
    code: queried(request, 'error'),
    left: count(request, 'left'),
    wait: count(request, 'wait'),
  }
}

function asHtml(content: unknown): Html {
  return content instanceof Html ? content : new Html(String(content))
}
