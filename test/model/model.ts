import { Windows } from './windows.ts'

/** How a challenge is completed; `right` is as its channel wants it. */
export type Way = 'poll' | 'right' | 'wrong' | 'malformed'

export interface Challenge {
  user: string
  channel: string
  expiresAt: number
  /** When a poll can reach Okta. */
  pollAt: number
  /** When a push can be sent again. */
  resendAt: number
  wrongCodes: number
  pressed?: 'approve' | 'deny'
}

export interface Session {
  challenge?: Challenge | undefined
  user?: string | undefined
}

/** What two browsers can expect of the app, and nothing of how it gets there. */
export class Model {
  /** The session of each browser; one and the same when someone has planted it. */
  sessions: Session[] = [{}, {}]
  readonly limits: Windows = new Windows()
  /** Seconds since a whole hour has passed at once. */
  sinceHour = 0
  readonly canSignIn: (user: string, channel: string) => boolean

  constructor(canSignIn: Model['canSignIn']) {
    this.canSignIn = canSignIn
  }

  challenge(browser: number): Challenge | undefined {
    return this.sessions[browser]?.challenge
  }

  start(browser: number, user: string, channel: string): string {
    const { limits } = this
    const isPush = channel === 'push'
    if (!limits.take('starts')) {
      return 'rate_limited'
    }
    if (!isPush && limits.isFull('codesPerUser', user)) {
      return 'too_many_attempts'
    }
    if (!(isPush ? this.#takePush(user) : this.#takeSend(user, channel))) {
      return 'rate_limited'
    }
    const [expiresAt, pollAt] = [Date.now() + 300_000, Date.now() + 5000]
    const challenge = { user, channel, expiresAt, pollAt, resendAt: pollAt, wrongCodes: 0 }
    this.#renew(browser, { ...this.sessions[browser], challenge })
    return 'challenge_started'
  }

  resend(browser: number, channel: string | undefined): string {
    const previous = this.challenge(browser)
    const isPush = previous?.channel === 'push' && (channel ?? 'push') === 'push'
    if (isPush && Date.now() < previous.resendAt) {
      return 'rate_limited'
    }
    return previous
      ? this.start(browser, previous.user, channel ?? previous.channel)
      : 'no_challenge'
  }

  #takePush(user: string): boolean {
    return !this.limits.isFull('pushPause', user) && this.limits.take('pushes', user)
  }

  #takeSend(user: string, channel: string): boolean {
    const { limits } = this
    const key = `${user} ${channel}`
    return (
      !limits.isFull('channelSends', key) &&
      limits.take('sends', user) &&
      limits.take('channelSends', key)
    )
  }

  complete(browser: number, way: Way): string {
    const challenge = this.challenge(browser)
    if (!challenge || Date.now() >= challenge.expiresAt) {
      return this.end(browser, challenge ? 'challenge_expired' : 'no_challenge')
    }
    return challenge.channel === 'push'
      ? this.#poll(browser, challenge, way)
      : this.#submit(browser, challenge, way)
  }

  #poll(browser: number, challenge: Challenge, way: Way): string {
    if (way === 'wrong' || way === 'malformed') {
      return 'wrong_step'
    }
    if (Date.now() < challenge.pollAt) {
      return 'authorization_pending'
    }
    challenge.pollAt = Date.now() + 5000
    if (challenge.pressed === 'deny') {
      // The pause is counted from the last denial, not from the first one.
      this.limits.forget('pushPause', challenge.user)
      this.limits.take('pushPause', challenge.user)
    }
    const codes = { approve: 'complete', deny: 'challenge_denied' } as const
    return challenge.pressed ? this.end(browser, codes[challenge.pressed]) : 'authorization_pending'
  }

  #submit(browser: number, challenge: Challenge, way: Way): string {
    const { user, channel } = challenge
    if (way === 'poll' || way === 'malformed') {
      return way === 'poll' ? 'code_missing' : 'code_invalid'
    }
    if (!this.limits.take('codesPerUser', user)) {
      return 'too_many_attempts'
    }
    if (way === 'right' && this.canSignIn(user, channel)) {
      this.limits.forget('codesPerUser', user)
      return this.end(browser, 'complete')
    }
    challenge.wrongCodes += 1
    if (challenge.wrongCodes === 4) {
      return this.end(browser, 'too_many_attempts')
    }
    return this.limits.isFull('codesPerUser', user) ? 'too_many_attempts' : 'incorrect_code'
  }

  press(browser: number, button: 'approve' | 'deny'): void {
    const challenge = this.challenge(browser)
    if (
      challenge &&
      this.canSignIn(challenge.user, challenge.channel) &&
      Date.now() < challenge.expiresAt
    ) {
      challenge.pressed ??= button
    }
  }

  /** The challenge is over, whoever still holds a copy of it. */
  end(browser: number, code: string): string {
    const session = this.sessions[browser]
    if (code === 'complete') {
      this.#renew(browser, { user: session?.challenge?.user })
    } else if (session) {
      session.challenge = undefined
    }
    return code
  }

  /** A new session is of one browser alone; the old one is nobody's. */
  #renew(browser: number, session: Session): void {
    const old = this.sessions[browser]
    this.sessions = this.sessions.map((each) => (each === old ? {} : each))
    this.sessions[browser] = session
  }
}
