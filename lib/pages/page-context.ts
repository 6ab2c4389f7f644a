import { newId } from '../random.ts'
import type { SignInRequest, SignInResponse } from '../sign-in/index.ts'
import { addressesOf } from './addresses.ts'
import type { Assets } from './assets.ts'
import { frameOf } from './document.ts'
import { Html } from './html.ts'
import { chooseLanguage } from './language.ts'
import type { RoutesSettings } from './options.ts'
import { rememberedFields } from './remembered-fields.ts'
import { mainOf, screenOf } from './screens.ts'
import type { Steps } from './steps.ts'
import type { Surroundings, View } from './views.ts'

/** Answers a request. */
export type Page = (request: SignInRequest) => Promise<SignInResponse>

/** What all pages of one `routes()` work with. */
export interface PageContext {
  steps: Steps
  settings: RoutesSettings
  /** What is the same on every screen of this request. */
  surroundingsOf: (request: SignInRequest, username?: string) => Surroundings
  /** A view as a page. */
  show: (view: View, status?: number, headers?: Record<string, string>) => Promise<SignInResponse>
}

export function makeContext(steps: Steps, settings: RoutesSettings, assets: Assets): PageContext {
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

  const show = async (
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

  return { steps, settings, surroundingsOf, show }
}

function asHtml(content: unknown): Html {
  return content instanceof Html ? content : new Html(String(content))
}
