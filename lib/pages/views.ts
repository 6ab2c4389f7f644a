import type { ChallengeView } from '../challenge.ts'
import type { Waits } from '../sign-in/index.ts'
import type { Addresses } from './addresses.ts'
import { textOf, type MessageKey, type Messages } from './messages.ts'

/** What is the same on every screen of one request. */
export interface Surroundings {
  language: string
  messages: Messages
  addresses: Addresses
  /** Names of the body's fields. */
  fields: { username: string; channel: string; code: string }
  /** Names the next request of this page's forms, so that its answer is given to it only once. */
  requestId: string
  /** What this browser has typed before. */
  username?: string
}

/** A way to sign in, with its name and what it means for the user. */
export interface Way {
  channel: string
  name: string
  hint: string
  /** Seconds until it may be started, as far as that is known; 0 for now. */
  wait: number
}

/** What has gone wrong, as an address tells it. */
export interface Refusal {
  code?: string | undefined
  /** How many more codes may be tried. */
  left?: number | undefined
  /** Seconds until it is worth another try. */
  wait?: number | undefined
}

interface BaseView extends Surroundings {
  /** The heading, which says the state. */
  title: string
  /** What has gone wrong; how many codes are left, and for how many seconds to wait. */
  error?: { code: string; text: string; left?: number; wait?: number }
}

export interface SignInView extends BaseView {
  screen: 'signIn'
  ways: Way[]
  /** The channel to have chosen. */
  chosen: string | undefined
  returnTo?: string
}

/** `code`: type it; `number`: pick it in Okta Verify; `approve`: no more than that. */
export interface WaitingView extends BaseView {
  screen: 'code' | 'approve' | 'number'
  challenge: ChallengeView
  /** The other ways for this factor. */
  ways: Way[]
  /** What has just happened. */
  notice?: string
  /** Seconds until it is worth another look whether the user has approved. */
  lookIn?: number
  /** Seconds until the challenge is over, by the server's clock. */
  secondsLeft: number
  /** Seconds until it may be sent again, by the server's clock. */
  resendIn: number
}

/** A screen with one way on. */
export interface EndView extends BaseView {
  screen: 'denied' | 'expired' | 'tooMany' | 'ended' | 'noCookie' | 'unavailable' | 'signedIn'
  text: string
  next: { address: string; text: string }
  /** Another way on. */
  other?: { address: string; text: string }
}

export type View = SignInView | WaitingView | EndView
export type Screen = View['screen']
export type Views = { [S in Screen]: Extract<View, { screen: S | Screen }> & { screen: S } }

/** Codes with a screen of their own. */
const ends: ReadonlyMap<string, [EndView['screen'], MessageKey]> = new Map([
  ['challenge_denied', ['denied', 'deniedTitle']],
  ['challenge_expired', ['expired', 'expiredTitle']],
  ['too_many_attempts', ['tooMany', 'tooManyTitle']],
  ['no_challenge', ['ended', 'endedTitle']],
])

/** Whether a code is told on a screen of its own, as the end of a challenge. */
export function isEnd({ code = '', wait }: Refusal): boolean {
  // With a time it is a start that was refused: nothing has ended.
  return ends.has(code) && !(code === 'too_many_attempts' && wait !== undefined)
}

const faults: ReadonlySet<string> = new Set([
  'protocol_error',
  'id_token_invalid',
  'upstream_unavailable',
  'upstream_timeout',
  'limiter_unavailable',
])

export function signInView(
  surroundings: Surroundings,
  channels: readonly string[],
  more: {
    refusal: Refusal
    waits: Waits
    returnTo?: string | undefined
    chosen?: string | undefined
  },
): SignInView {
  const { messages } = surroundings
  const { refusal, returnTo, chosen } = more
  const usedUp = refusal.code === 'too_many_attempts' ? (refusal.wait ?? 0) : 0
  const ways = channels.map((channel) => {
    const wait = Math.max(more.waits[channel] ?? 0, channel === 'push' ? 0 : usedUp)
    return way(channel, messages, wait)
  })
  const wanted = ways.find(({ channel }) => channel === chosen) ?? ways[0]
  // A short time passes while a person reads; a way that is closed for longer is not suggested.
  const open = wanted && wanted.wait <= 60 ? wanted : ways.find(({ wait }) => wait === 0)
  return {
    ...surroundings,
    screen: 'signIn',
    title: messages.signInTitle,
    ...errorOf(refusal, messages),
    ways,
    chosen: (open ?? wanted)?.channel,
    ...(returnTo !== undefined && { returnTo }),
  }
}

export function waitingView(
  surroundings: Surroundings,
  challenge: ChallengeView,
  channels: readonly string[],
  more: {
    refusal: Refusal
    waits: Waits
    notice?: string | undefined
    lookIn?: number | undefined
  },
): WaitingView {
  const { messages } = surroundings
  const { refusal, waits, notice, lookIn } = more
  const screens = { prompt: 'code', transfer: 'number', none: 'approve' } as const
  const screen = screens[challenge.bindingMethod]
  return {
    ...surroundings,
    screen,
    title:
      screen === 'code' ? channelText(challenge.channel, 'Title', messages) : messages.pushTitle,
    ...errorOf(refusal, messages),
    challenge,
    ways: channels
      .filter((channel) => channel !== challenge.channel)
      .map((channel) => way(channel, messages, waits[channel] ?? 0)),
    ...(notice !== undefined && { notice }),
    ...(lookIn !== undefined && { lookIn }),
    secondsLeft: secondsUntil(challenge.expiresAt),
    resendIn: Math.max(
      challenge.resendAt === undefined ? 0 : secondsUntil(challenge.resendAt),
      waits[challenge.channel] ?? 0,
    ),
  }
}

/** @param retry where to try again what has not worked */
export function unavailableView(surroundings: Surroundings, code: string, retry: string): EndView {
  const { messages } = surroundings
  return {
    ...surroundings,
    screen: 'unavailable',
    title: messages.unavailableTitle,
    error: { code, text: textOf(code, messages) },
    text: messages.unavailableText,
    next: { address: retry, text: messages.tryAgain },
  }
}

/** The screen for a code, if it has one of its own: the end of a challenge, or a fault. */
export function endView(
  surroundings: Surroundings,
  { code, wait }: Refusal,
  retry: string,
): EndView | undefined {
  const { messages, addresses } = surroundings
  if (code !== undefined && faults.has(code)) {
    return unavailableView(surroundings, code, retry)
  }
  const end = ends.get(code ?? '')
  if (code === undefined || end === undefined) {
    return undefined
  }
  const [screen, title] = end
  const text = wait === undefined ? textOf(code, messages) : messages.codesUsedUp
  return {
    ...surroundings,
    screen,
    title: messages[title],
    error: { code, text, ...(wait !== undefined && { wait }) },
    text,
    next: { address: addresses.start, text: messages.startAgain },
  }
}

/** @param again where to sign in all the same, for a user that has come back to the sign-in */
export function signedInView(surroundings: Surroundings, address: string, again?: string): EndView {
  const { messages } = surroundings
  return {
    ...surroundings,
    screen: 'signedIn',
    title: messages.signedInTitle,
    text: again === undefined ? messages.signedInText : messages.signedInAlready,
    next: { address, text: messages.continue },
    ...(again !== undefined && { other: { address: again, text: messages.signInAsOther } }),
  }
}

/** For a browser that comes back from a start without any cookie. */
export function noCookieView(surroundings: Surroundings): EndView {
  const { messages, addresses } = surroundings
  const text = messages.noCookieText
  return {
    ...surroundings,
    screen: 'noCookie',
    title: messages.noCookieTitle,
    error: { code: 'no_challenge', text },
    text,
    next: { address: addresses.start, text: messages.startAgain },
  }
}

/** The text of a code's screen for this channel; Okta may name channels that we do not know. */
export function channelText(
  channel: string,
  part: 'Title' | 'Text' | 'Label',
  messages: Messages,
): string {
  const key = `${channel}${part}`
  return Object.hasOwn(messages, key) ? messages[key as MessageKey] : messages[`code${part}`]
}

function way(channel: string, messages: Messages, wait: number): Way {
  const known = Object.hasOwn(messages, `${channel}Hint`)
  return {
    channel,
    name: known ? messages[channel as MessageKey] : channel,
    hint: known ? messages[`${channel}Hint` as MessageKey] : '',
    wait,
  }
}

function errorOf({ code, left, wait }: Refusal, messages: Messages): Pick<BaseView, 'error'> {
  if (code === undefined) {
    return {}
  }
  const isUsedUp = code === 'too_many_attempts' && wait !== undefined
  const text = isUsedUp ? messages.codesUsedUp : textOf(code, messages)
  const more = { ...(left !== undefined && { left }), ...(wait !== undefined && { wait }) }
  return { error: { code, text, ...more } }
}

function secondsUntil(time: string): number {
  return Math.max(0, Math.ceil((Date.parse(time) - Date.now()) / 1000))
}
