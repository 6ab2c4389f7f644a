import { attempt, OktaOobError } from '../errors.ts'
import { jsonResponse, readReturnTo, wantsJson, type SignInRequest } from '../sign-in/index.ts'
import type { Page, PageContext } from './page-context.ts'
import { queried, refusalOf } from './query.ts'
import { rememberedFields } from './remembered-fields.ts'
import type { Steps } from './steps.ts'
import { endView, isEnd, signedInView, signInView, type Refusal } from './views.ts'

/** Where a sign-in begins, and where a page leads that had to end. */
export function startPage({ steps, settings, surroundingsOf, show }: PageContext): Page {
  return async (request) => {
    if (wantsJson(request)) {
      return jsonResponse({ status: 'start', channels: settings.channels })
    }
    const surroundings = surroundingsOf(request)
    const { start } = surroundings.addresses
    const { channel: chosen, returnTo: kept, username } = rememberedFields(request)
    const asked = readReturnTo(queried(request, 'returnTo'))
    const returnTo = asked ?? readReturnTo(kept)
    const refusal = await standing(request, steps)
    if (request.user && refusal.code === 'no_challenge') {
      return show(signedInView(surroundings, settings.successRedirect))
    }
    if (request.user && refusal.code === undefined && !request.query.has('again')) {
      const query = new URLSearchParams({
        again: '1',
        ...(asked !== undefined && { returnTo: asked }),
      })
      return show(
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
      return show(view)
    }
    const waits =
      username === undefined ? {} : await attempt(steps.waits(request, settings.channels, username))
    return show(
      signInView(surroundings, settings.channels, {
        refusal,
        // A store that is down, or a username that is none, is told of when the form is sent.
        waits: waits instanceof OktaOobError ? {} : waits,
        returnTo,
        chosen,
      }),
    )
  }
}

/**
 * The refusal that the address tells of, unless it is the end of a challenge and this browser can
 * have seen none: it has started nothing, or something waits. An address can be kept and passed on.
 */
async function standing(request: SignInRequest, steps: Steps): Promise<Refusal> {
  const refusal = refusalOf(request)
  if (!isEnd(refusal)) {
    return refusal
  }
  // A browser without a session is told that nothing waits.
  const canBeOver =
    refusal.code === 'no_challenge' || rememberedFields(request).waitsFor !== undefined
  const isOver = canBeOver && (await steps.current(request)).type !== 'waiting'
  return isOver ? refusal : {}
}
