import { setTimeout as sleep } from 'node:timers/promises'
import { OktaOobError } from '../errors.ts'
import {
  field,
  jsonResponse,
  makeHandler,
  readReturnTo,
  wantsJson,
  type Handler,
  type HandlerRedirects,
  type SignInRequest,
  type SignInResult,
  type Step,
} from '../sign-in/index.ts'
import { addressesOf } from './addresses.ts'
import type { Page, PageContext } from './page-context.ts'
import { rememberFields } from './remembered-fields.ts'

/** What the forms of the pages post to, by path. */
export function formRoutes({ steps, settings }: PageContext): Record<string, Page> {
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
  return {
    '': answering(start),
    '/complete': answering(complete),
    '/resend': answering(resend),
    '/cancel': answering(cancel),
  }
}

/** @throws (later) the fault that the handler has met */
export function answering(handler: Handler): Page {
  return async (request) => {
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

/** A store that is down keeps nothing, and its fault is the one to report. */
function isStoreFault(result: SignInResult): boolean {
  return (
    result.type === 'fault' &&
    result.error instanceof OktaOobError &&
    (result.error.code === 'limiter_unavailable' || result.error.code === 'session_failed')
  )
}
