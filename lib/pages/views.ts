import type { ChallengeView } from '../challenge.ts'
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
}

interface BaseView extends Surroundings {
  /** The heading, which says the state. */
  title: string
  /** What has gone wrong. */
  error?: { code: string; text: string }
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
  /** Seconds until the challenge is over, by the server's clock. */
  secondsLeft: number
  /** Seconds until it may be sent again, by the server's clock. */
  resendIn: number
}

/** A screen with one way on. */
export interface EndView extends BaseView {
  screen: 'denied' | 'expired' | 'tooMany' | 'ended' | 'unavailable' | 'signedIn'
  text: string
  next: { address: string; text: string }
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
  more: { error?: string | undefined; returnTo?: string | undefined; chosen?: string | undefined },
): SignInView {
  const { messages } = surroundings
  const { error, returnTo, chosen = '' } = more
  return {
    ...surroundings,
    screen: 'signIn',
    title: messages.signInTitle,
    ...errorOf(error, messages),
    ways: channels.map((channel) => way(channel, messages)),
    chosen: channels.includes(chosen) ? chosen : channels[0],
    ...(returnTo !== undefined && { returnTo }),
  }
}

export function waitingView(
  surroundings: Surroundings,
  challenge: ChallengeView,
  channels: readonly string[],
  more: { error?: string | undefined; notice?: string | undefined },
): WaitingView {
  const { messages } = surroundings
  const { error, notice } = more
  const screens = { prompt: 'code', transfer: 'number', none: 'approve' } as const
  const screen = screens[challenge.bindingMethod]
  return {
    ...surroundings,
    screen,
    title:
      screen === 'code' ? channelText(challenge.channel, 'Title', messages) : messages.pushTitle,
    ...errorOf(error, messages),
    challenge,
    ways: channels
      .filter((channel) => channel !== challenge.channel)
      .map((channel) => way(channel, messages)),
    ...(notice !== undefined && { notice }),
    secondsLeft: secondsUntil(challenge.expiresAt),
    resendIn: challenge.resendAt === undefined ? 0 : secondsUntil(challenge.resendAt),
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
  code: string | undefined,
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
  const text = textOf(code, messages)
  return {
    ...surroundings,
    screen,
    title: messages[title],
    error: { code, text },
    text,
    next: { address: addresses.start, text: messages.startAgain },
  }
}

export function signedInView(surroundings: Surroundings, address: string): EndView {
  const { messages } = surroundings
  return {
    ...surroundings,
    screen: 'signedIn',
    title: messages.signedInTitle,
    text: messages.signedInText,
    next: { address, text: messages.continue },
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

function way(channel: string, messages: Messages): Way {
  const known = Object.hasOwn(messages, `${channel}Hint`)
  return {
    channel,
    name: known ? messages[channel as MessageKey] : channel,
    hint: known ? messages[`${channel}Hint` as MessageKey] : '',
  }
}

function errorOf(code: string | undefined, messages: Messages): Pick<BaseView, 'error'> {
  return code === undefined ? {} : { error: { code, text: textOf(code, messages) } }
}

function secondsUntil(time: string): number {
  return Math.max(0, Math.ceil((Date.parse(time) - Date.now()) / 1000))
}
