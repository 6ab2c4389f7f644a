import { asError, OktaOobError } from '../errors.ts'
import {
  jsonResponse,
  retryAfterHeader,
  wantsJson,
  type SignInRequest,
  type SignInResponse,
} from '../sign-in/index.ts'
import type { Page, PageContext } from './page-context.ts'
import { unavailableView } from './views.ts'

/** Has faults seen, and shows those of others' making: Okta's, the network's, a store's. */
export function faultPages({
  steps,
  settings,
  surroundingsOf,
  show,
}: PageContext): (answer: Page) => Page {
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
    return show(view, status, headers)
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

  return (answer: Page): Page =>
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
}
