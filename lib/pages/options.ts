import { check, checkList, checkNames, isText } from '../options.ts'
import { checkKeepSessionInfo, type HostRequest, type OnError } from '../sign-in/index.ts'
import type { Html } from './html.ts'
import { readMessages, type Languages } from './language.ts'
import type { OwnMessages } from './messages.ts'
import type { Screen, View, Views } from './views.ts'

type Page = string | Html | Promise<string | Html>

/** What a `layout` has to put around the content. */
export interface Frame {
  /** For `<html lang>` and `<html dir>`. */
  language: string
  direction: string
  /** For `<title>`: says the state, and starts with “Error:” on errors. */
  title: string
  /** For `<head>`: the stylesheets and the script. */
  head: Html
  /** What the content was made from. */
  view: View
  /** The page of those who have no layout, around a content that has something added. */
  page: (content: Html) => Html
}

export interface Brand {
  /** Shown above the pages, or read out in the place of the logo, and part of their titles. */
  name?: string | undefined
  /** Address of a picture. */
  logo?: string | undefined
  /** Each a CSS colour, or one for light and one for dark. */
  colors?: Readonly<Partial<Record<ColorName, Color>>> | undefined
  /** Address of a stylesheet of the app's own, which comes after ours. */
  stylesheet?: string | undefined
}

export type Color = string | { light: string; dark: string }
export type ColorName = (typeof colorNames)[number]

/** Options of `okta.routes()`. */
export interface RoutesOptions {
  /** Where to go after signing in, unless the sign-in named a `returnTo`. Default: `/`. */
  successRedirect?: string | undefined
  /** The ways to sign in, in the order to offer them. Default: the strategy's `channels`. */
  channels?: readonly string[] | undefined
  brand?: Brand | undefined
  /** Texts by language tag, over ours or for languages that we lack. */
  messages?: Readonly<Record<string, OwnMessages>> | undefined
  /** A language for all, or for each request; without one `Accept-Language` decides. */
  language?: string | ((req: HostRequest) => string | undefined) | undefined
  /** Puts the content, a `<main>`, into a page of the app's own. */
  layout?: ((content: Html, frame: Frame) => Page) | undefined
  /** Makes the content of single screens from their view models. */
  render?: { readonly [S in Screen]?: (view: Views[S]) => Page } | undefined
  /** A policy of the app's own, or `false` to send none. */
  contentSecurityPolicy?: string | false | undefined
  /** Keeps what the app has in the session when it logs the user in. Default: false. */
  keepSessionInfo?: boolean | undefined
  /**
   * Told of each fault: of errors with a status of 500 and more, and of what the app's own callbacks
   * throw. Takes the place of the process warning `OKTA_OOB_FAULT`. Its result is not waited for.
   */
  onError?: OnError | undefined
}

export interface RoutesSettings {
  successRedirect: string
  channels: readonly string[]
  brand: Brand
  languages: Languages
  language: (req: HostRequest) => string | undefined
  layout: RoutesOptions['layout']
  render: NonNullable<RoutesOptions['render']>
  contentSecurityPolicy: string | false
  keepSessionInfo: boolean
  onError: OnError | undefined
  /** The content of `brand.css`; empty without colours. */
  brandCss: string
}

const colorNames = [
  'accent',
  'onAccent',
  'background',
  'card',
  'text',
  'muted',
  'line',
  'error',
] as const

const screens: readonly string[] = [
  'signIn',
  'code',
  'approve',
  'number',
  'denied',
  'expired',
  'tooMany',
  'ended',
  'noCookie',
  'unavailable',
  'signedIn',
] satisfies Screen[]

const names: readonly (keyof RoutesOptions)[] = [
  'successRedirect',
  'channels',
  'brand',
  'messages',
  'language',
  'layout',
  'render',
  'contentSecurityPolicy',
  'keepSessionInfo',
  'onError',
]

/**
 * @param offered the channels of the strategy
 * @throws {TypeError} naming the option that is wrong
 */
export function readRoutesOptions(
  options: RoutesOptions,
  offered: readonly string[],
): RoutesSettings {
  checkNames(options, names, 'is not an option of routes()')
  const {
    successRedirect = '/',
    channels = offered,
    brand = {},
    messages,
    language,
    layout,
    render = {},
    contentSecurityPolicy,
    keepSessionInfo = false,
    onError,
  } = options
  checkKeepSessionInfo(keepSessionInfo)
  check(isText(successRedirect), 'successRedirect', 'must be an address')
  checkList(channels, 'channels', offered)
  check(
    language === undefined || isText(language) || typeof language === 'function',
    'language',
    'must be a language tag, or a function of the request',
  )
  check(layout === undefined || typeof layout === 'function', 'layout', 'must be a function')
  check(typeof render === 'object' && render !== null, 'render', 'must be functions by screen')
  for (const [screen, make] of Object.entries(render)) {
    check(screens.includes(screen), 'render', `has the unknown screen "${screen}"`)
    check(typeof make === 'function', 'render', `needs a function for "${screen}"`)
  }
  check(
    contentSecurityPolicy === undefined ||
      contentSecurityPolicy === false ||
      isText(contentSecurityPolicy),
    'contentSecurityPolicy',
    'must be a policy or false',
  )
  check(onError === undefined || typeof onError === 'function', 'onError', 'must be a function')
  return {
    successRedirect,
    channels,
    brand,
    languages: readMessages(messages),
    language: typeof language === 'function' ? language : () => language,
    layout,
    render,
    contentSecurityPolicy: contentSecurityPolicy ?? policy(brand, successRedirect),
    keepSessionInfo,
    onError,
    brandCss: readBrand(brand),
  }
}

/** The stylesheet of the brand's colours, for no page may have a style of its own. */
function readBrand(brand: Brand): string {
  check(typeof brand === 'object' && brand !== null, 'brand', 'must be an object')
  const { name, logo, stylesheet, colors = {}, ...rest } = brand
  const [unknown] = Object.keys(rest)
  check(unknown === undefined, `brand.${unknown}`, 'is not an option')
  for (const [key, value] of Object.entries({ name, logo, stylesheet })) {
    check(value === undefined || isText(value), `brand.${key}`, 'must be a string')
  }
  check(typeof colors === 'object' && colors !== null, 'brand.colors', 'must be colours by name')
  const rules = { light: '', dark: '' }
  for (const [key, color] of Object.entries(colors)) {
    check((colorNames as readonly string[]).includes(key), `brand.colors.${key}`, 'is not known')
    const { light, dark } = typeof color === 'string' ? { light: color, dark: color } : { ...color }
    check(isColor(light) && isColor(dark), `brand.colors.${key}`, 'must be a CSS colour')
    const property = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    rules.light += `  --okta-oob-${property}: ${light};\n`
    rules.dark += `  --okta-oob-${property}: ${dark};\n`
  }
  return rules.light === ''
    ? ''
    : `:root {\n${rules.light}}\n\n@media (prefers-color-scheme: dark) {\n:root {\n${rules.dark}}\n}\n`
}

/** Nothing that could end the declaration that it becomes part of. */
function isColor(value: unknown): value is string {
  return typeof value === 'string' && /^(#[\da-f]{3,8}|[a-z]+(\([\w\s.,%/+-]*\))?)$/i.test(value)
}

/** Everything from the app itself, but for what its options name. */
function policy({ logo, stylesheet }: Brand, successRedirect: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self'${originOf(stylesheet)}`,
    "connect-src 'self'",
    `img-src 'self'${originOf(logo)}`,
    // Chromium holds the redirects after a form against this too.
    `form-action 'self'${originOf(successRedirect)}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** Where an address leads, if that is away from the app: an origin, or a scheme such as `data:`. */
function originOf(address = '/'): string {
  const app = 'https://app.invalid'
  if (!URL.canParse(address, app)) {
    return ''
  }
  const { origin, protocol } = new URL(address, app)
  return origin === app ? '' : ` ${origin === 'null' ? protocol : origin}`
}
