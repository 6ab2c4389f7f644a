import { randomBytes, randomInt } from 'node:crypto'
import { expired, otherClient, refusals, unsupportedChannel, type Refusal } from './texts.ts'

/** Someone who may sign in at the stand-in. */
export interface User {
  username: string
  name: string
  /** What this user is enrolled in. */
  channels: string[]
  /** Whether a push shows a number to pick. */
  numberChallenge: boolean
  /** Whether the app is assigned to them. */
  assigned: boolean
}

export const exampleUsers: User[] = [
  {
    username: 'alice@example.com',
    name: 'Alice Example',
    channels: ['push', 'sms', 'voice'],
    numberChallenge: true,
    assigned: true,
  },
  {
    username: 'bob@example.com',
    name: 'Bob Example',
    channels: ['push', 'sms', 'voice'],
    numberChallenge: false,
    assigned: true,
  },
  {
    username: 'carol@example.com',
    name: 'Carol Example (text and call only)',
    channels: ['sms', 'voice'],
    numberChallenge: false,
    assigned: true,
  },
  {
    username: 'dave@example.com',
    name: 'Dave Example (not assigned to the app)',
    channels: ['push', 'sms', 'voice'],
    numberChallenge: true,
    assigned: false,
  },
]

/** What a phone shows: a text, a call, or a push that wants an answer. */
export interface Message {
  id: string
  user: User
  channel: string
  /** The code in a text or a call. */
  code?: string
  /** The numbers that a push offers. */
  numbers?: string[]
  state: 'waiting' | 'approved' | 'denied' | 'used'
  expiresAt: number
}

interface Transaction {
  oobCode: string
  clientId: string
  message: Message
  number: string | undefined
  wrongCodes: number
  polledAt: number
}

interface StartAnswer {
  oob_code: string
  expires_in: number
  interval?: number
  channel: string
  binding_method: string
  binding_code?: string
}

const expiresIn = 300
const interval = 5
/** A poll may come this much early, in milliseconds: networks are not exact. */
const pollTolerance = 250
/** "5 attempts", says Okta's help center, and then 429. */
const maxWrongCodes = 5

/** Users, what has been sent to their phones, and what Okta would say to a client about it. */
export class Directory {
  readonly users: User[]
  readonly #transactions = new Map<string, Transaction>()

  constructor(users: User[] = exampleUsers) {
    this.users = users
  }

  user(username: string): User | undefined {
    return this.users.find((user) => user.username === username.toLowerCase())
  }

  /** What has arrived on a user's phone, or on all, newest first. */
  messages(username?: string): Message[] {
    return [...this.#transactions.values()]
      .map(({ message }) => message)
      .filter(({ user }) => username === undefined || user.username === username)
      .toReversed()
  }

  /** Answers a push: approves it, by its number where it has one, or denies it. */
  answer(id: string, answer: 'approve' | 'deny' | { number: string }): void {
    const transaction = [...this.#transactions.values()].find(({ message }) => message.id === id)
    if (transaction?.message.state !== 'waiting' || isOver(transaction)) {
      return
    }
    const approves =
      transaction.number === undefined
        ? answer === 'approve'
        : typeof answer === 'object' && answer.number === transaction.number
    transaction.message.state = approves ? 'approved' : 'denied'
  }

  start(clientId: string, loginHint: string | undefined, channel = ''): StartAnswer | Refusal {
    const user = loginHint && this.user(loginHint)
    if (!loginHint) {
      return refusals.missingLoginHint
    }
    if (!['push', 'sms', 'voice'].includes(channel)) {
      return unsupportedChannel(channel)
    }
    if (!user) {
      return refusals.unknownUser
    }
    if (!user.assigned) {
      return refusals.notAssigned
    }
    if (!user.channels.includes(channel)) {
      return refusals.notEnrolled
    }
    const transaction = this.#send(clientId, user, channel)
    const { oobCode, number } = transaction
    const common = { oob_code: oobCode, expires_in: expiresIn, channel }
    if (channel !== 'push') {
      return { ...common, binding_method: 'prompt' }
    }
    return number === undefined
      ? { ...common, interval, binding_method: 'none' }
      : { ...common, interval, binding_method: 'transfer', binding_code: number }
  }

  /** The user whose tokens may be issued, or why not. */
  redeem(clientId: string, oobCode = '', bindingCode?: string): User | Refusal {
    const transaction = this.#transactions.get(oobCode)
    if (!transaction || isOver(transaction)) {
      return expired(oobCode)
    }
    if (transaction.clientId !== clientId) {
      return otherClient(clientId, transaction.clientId)
    }
    const { message } = transaction
    const refused =
      message.channel === 'push' ? judgePoll(transaction) : judgeCode(transaction, bindingCode)
    if (refused) {
      return refused
    }
    message.state = 'used'
    return message.user
  }

  #send(clientId: string, user: User, channel: string): Transaction {
    const push = channel === 'push'
    const numbers = push && user.numberChallenge ? threeNumbers() : undefined
    const transaction: Transaction = {
      oobCode: `ft${randomBytes(24).toString('base64url')}`,
      clientId,
      message: {
        id: randomBytes(8).toString('hex'),
        user,
        channel,
        ...(!push && { code: String(randomInt(1_000_000)).padStart(6, '0') }),
        ...(numbers && { numbers }),
        state: 'waiting',
        expiresAt: Date.now() + expiresIn * 1000,
      },
      number: numbers?.[randomInt(numbers.length)],
      wrongCodes: 0,
      polledAt: 0,
    }
    this.#transactions.set(transaction.oobCode, transaction)
    return transaction
  }
}

function isOver({ message }: Transaction): boolean {
  return message.state === 'used' || Date.now() >= message.expiresAt
}

function judgePoll(transaction: Transaction): Refusal | undefined {
  const early = Date.now() - transaction.polledAt < interval * 1000 - pollTolerance
  transaction.polledAt = Date.now()
  if (early) {
    return refusals.slowDown
  }
  switch (transaction.message.state) {
    case 'waiting':
      return refusals.pending
    case 'denied':
      return refusals.rejected
    default:
      return undefined
  }
}

function judgeCode(transaction: Transaction, code: string | undefined): Refusal | undefined {
  if (transaction.wrongCodes >= maxWrongCodes) {
    return refusals.tooManyCodes
  }
  if (code === transaction.message.code) {
    return undefined
  }
  transaction.wrongCodes += 1
  return refusals.wrongCode
}

function threeNumbers(): string[] {
  const numbers = new Set<string>()
  while (numbers.size < 3) {
    numbers.add(String(randomInt(1, 99)).padStart(2, '0'))
  }
  return [...numbers]
}
