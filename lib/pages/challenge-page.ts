import { makeHandler, redirectResponse, wantsJson } from '../sign-in/index.ts'
import { addressesOf } from './addresses.ts'
import { hasLostSession, warnOfCookie } from './cookie-warning.ts'
import { answering } from './forms.ts'
import type { Page, PageContext } from './page-context.ts'
import { count, queried, refusalOf } from './query.ts'
import { rememberedFields } from './remembered-fields.ts'
import { endView, isEnd, noCookieView, waitingView } from './views.ts'

/** Shows the challenge that waits, and what can be done about it. */
export function challengePage({ steps, settings, surroundingsOf, show }: PageContext): Page {
  const currentAsJson = answering(makeHandler(steps.current))
  return async (request) => {
    if (wantsJson(request)) {
      return currentAsJson(request)
    }
    const result = await steps.current(request)
    if (result.type === 'fault') {
      throw result.error
    }
    if (result.type !== 'waiting') {
      if (hasLostSession(request)) {
        warnOfCookie(request)
        // With other cookies there, the browser keeps them, and it is the app that has lost its own.
        if (request.headers.cookie === undefined) {
          return show(noCookieView(surroundingsOf(request)))
        }
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
        return show(usedUp)
      }
    }
    // No other end has come to a challenge that waits.
    const refusal = isEnd(told) || told.code === 'too_many_attempts' ? {} : told
    return show(
      endView(surroundings, refusal, addresses.challenge) ??
        waitingView(surroundings, challenge, channels, {
          refusal,
          waits,
          notice: notices.get(asked),
          lookIn,
        }),
    )
  }
}
