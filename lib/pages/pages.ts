import type { SignInRequest } from '../sign-in/index.ts'
import { makeAssets } from './assets.ts'
import { challengePage } from './challenge-page.ts'
import { faultPages } from './fault-pages.ts'
import { formRoutes } from './forms.ts'
import { readRoutesOptions, type RoutesOptions } from './options.ts'
import { makeContext, type Page } from './page-context.ts'
import { startPage } from './start-page.ts'
import type { Steps } from './steps.ts'

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
  const context = makeContext(steps, settings, assets)
  const withFaultPage = faultPages(context)
  const routes: Record<string, Record<string, Page>> = {
    GET: { '': startPage(context), '/challenge': challengePage(context) },
    POST: formRoutes(context),
  }
  return {
    routeOf: ({ method, path: exact }) => {
      // As Express routes by default: upper case and a slash at the end make no difference.
      const path = exact.toLowerCase().replace(/\/$/, '')
      const kind = method === 'HEAD' ? 'GET' : method
      const known = Object.hasOwn(routes, kind) ? routes[kind] : undefined
      if (known && Object.hasOwn(known, path)) {
        return withFaultPage(known[path] as Page)
      }
      return kind === 'GET' ? assets.routeOf(exact) : undefined
    },
  }
}
