import { randomBytes, randomInt } from 'node:crypto'
import { refusals, type Refusal } from './texts.ts'
import type { User } from './users.ts'

/** What a phone shows: a text, a mail, a call, or a push that wants an answer. */
export interface Message {
  id: string
  /** Nobody, for a mail to an unknown address. */
  user: User | undefined
  channel: string
  /** The code in a text, a mail or a call. */
  code?: string
  /** The numbers that a push offers. */
  numbers?: string[]
  state: 'waiting' | 'approved' | 'denied' | 'used'
  expiresAt: number
}

/** What Okta says of a challenge when it starts, in seconds. */
export interface Pace {
  expiresIn: number
  /** Between two polls. */
  interval: number
}

/** A poll may come this much early, in milliseconds: networks are not exact. */
const pollTolerance = 250
/** "5 attempts", says Okta's help center, and then 429. */
const maxWrongCodes = 5

/** One out-of-band challenge from its start to its end. */
export class Transaction {
  readonly oobCode = `ft${randomBytes(24).toString('base64url')}`
  readonly clientId: string
  readonly acr: string
  /** The first factor's proof, where this is the second one. */
  readonly mfaToken: string | undefined
  readonly message: Message
  /** The right one of the message's numbers. */
  readonly number: string | undefined
  readonly pace: Pace
  /** The scope of the first poll, which no later one may change. */
  scope: string | undefined
  #wrongCodes = 0
  #polledAt = 0

  constructor(input: {
    clientId: string
    user: User | undefined
    channel: string
    acr: string
    pace: Pace
    mfaToken?: string
  }) {
    const { clientId, user, channel, acr, pace, mfaToken } = input
    const numbers = channel === 'push' && user?.numberChallenge ? threeNumbers() : undefined
    this.clientId = clientId
    this.acr = acr
    this.pace = { ...pace }
    this.mfaToken = mfaToken
    this.number = numbers?.[randomInt(numbers.length)]
    this.message = {
      id: randomBytes(8).toString('hex'),
      user,
      channel,
      ...(channel !== 'push' && { code: channel === 'email' ? mailedCode() : digits() }),
      ...(numbers && { numbers }),
      state: 'waiting',
      expiresAt: Date.now() + pace.expiresIn * 1000,
    }
  }

  startAnswer(): object {
    const { channel } = this.message
    const { expiresIn, interval } = this.pace
    const common = { oob_code: this.oobCode, expires_in: expiresIn, channel }
    if (channel !== 'push') {
      return { ...common, binding_method: 'prompt' }
    }
    return this.number === undefined
      ? { ...common, interval, binding_method: 'none' }
      : { ...common, interval, binding_method: 'transfer', binding_code: this.number }
  }

  isOver(): boolean {
    return this.message.state === 'used' || Date.now() >= this.message.expiresAt
  }

  answer(answer: 'approve' | 'deny' | { number: string }): void {
    if (this.message.state === 'waiting' && !this.isOver()) {
      const approves =
        this.number === undefined
          ? answer === 'approve'
          : typeof answer === 'object' && answer.number === this.number
      this.message.state = approves ? 'approved' : 'denied'
    }
  }

  /** Uses the challenge up, if its user has approved it or the code is right. */
  redeem(bindingCode: string | undefined): User | Refusal {
    const { channel, user } = this.message
    const refused = channel === 'push' ? this.#judgePoll() : this.#judgeCode(bindingCode)
    if (refused || !user) {
      return refused ?? refusals.wrongCode
    }
    this.message.state = 'used'
    return user
  }

  #judgePoll(): Refusal | undefined {
    const early = Date.now() - this.#polledAt < this.pace.interval * 1000 - pollTolerance
    this.#polledAt = Date.now()
    if (early) {
      return refusals.slowDown
    }
    switch (this.message.state) {
      case 'waiting':
        return refusals.pending
      case 'denied':
        return refusals.rejected
      default:
        return undefined
    }
  }

  #judgeCode(code: string | undefined): Refusal | undefined {
    if (this.#wrongCodes >= maxWrongCodes) {
      return refusals.tooManyCodes
    }
    if (code === this.message.code) {
      return undefined
    }
    this.#wrongCodes += 1
    return refusals.wrongCode
  }
}

function digits(): string {
  return String(randomInt(1_000_000)).padStart(6, '0')
}

/** Six to ten letters and digits, in which case matters. */
function mailedCode(): string {
  return randomBytes(6).toString('base64url').replaceAll(/[-_]/g, 'x')
}

function threeNumbers(): string[] {
  const numbers = new Set<string>()
  while (numbers.size < 3) {
    numbers.add(String(randomInt(1, 99)).padStart(2, '0'))
  }
  return [...numbers]
}
