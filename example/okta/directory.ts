import { randomBytes, randomInt } from 'node:crypto'
import { Transaction, type Message, type Pace } from './transaction.ts'
import {
  changed,
  expired,
  otherClient,
  refusals,
  unsupportedChannel,
  type Refusal,
} from './texts.ts'
import { exampleUsers, type User } from './users.ts'

export const grants = {
  oob: 'urn:okta:params:oauth:grant-type:oob',
  mfaOob: 'http://auth0.com/oauth/grant-type/mfa-oob',
  mfaOtp: 'http://auth0.com/oauth/grant-type/mfa-otp',
}

export interface StartInput {
  endpoint: 'oob-authenticate' | 'primary-authenticate'
  clientId: string
  login_hint?: string
  channel_hint?: string
  challenge_hint?: string
  scope?: string
  acr_values?: string
}

export interface ChallengeInput {
  clientId: string
  mfa_token?: string
  challenge_types_supported?: string
  channel_hint?: string
}

export interface RedeemInput {
  clientId: string
  grant: string
  oob_code?: string
  binding_code?: string
  otp?: string
  mfa_token?: string
  scope?: string
  acr_values?: string
  grant_types_supported?: string
}

/** A first factor that has been passed, and waits for the second. */
interface MfaSession {
  clientId: string
  user: User
  acr: string
  expiresAt: number
  wrongCodes: number
}

const lifetime = 300_000
/** "5 attempts", says Okta's help center, and then 429. */
const maxWrongCodes = 5

/** Users, what has been sent to their phones, and what Okta would say to a client about it. */
export class Directory {
  readonly users: User[]
  /** Of the challenges that start from now on. */
  pace: Pace
  readonly #transactions = new Map<string, Transaction>()
  readonly #mfaSessions = new Map<string, MfaSession>()
  readonly #otps = new Map<User, string>()

  constructor(users: User[] = exampleUsers, pace: Pace = { expiresIn: 300, interval: 5 }) {
    this.users = users
    this.pace = pace
  }

  user(username: string): User | undefined {
    return this.users.find((user) => user.username === username.toLowerCase())
  }

  /** What has arrived on a user's phone, or on all, newest first. */
  messages(username?: string): Message[] {
    return [...this.#transactions.values()]
      .map(({ message }) => message)
      .filter(({ user }) => username === undefined || user?.username === username)
      .toReversed()
  }

  /** What the user's authenticator app shows. */
  otpOf(user: User): string {
    const otp = this.#otps.get(user) ?? String(randomInt(1_000_000)).padStart(6, '0')
    this.#otps.set(user, otp)
    return otp
  }

  /** Answers a push: approves it, by its number where it has one, or denies it. */
  answer(id: string, answer: 'approve' | 'deny' | { number: string }): void {
    const all = [...this.#transactions.values()]
    all.find(({ message }) => message.id === id)?.answer(answer)
  }

  start(input: StartInput): object | Refusal {
    const { endpoint, login_hint: loginHint, channel_hint: channel = '', acr_values } = input
    if (input.scope !== undefined) {
      return refusals.scopeNotAllowed
    }
    if (endpoint === 'primary-authenticate' && input.challenge_hint !== grants.oob) {
      return refusals.hintNotSupported
    }
    if (!loginHint) {
      return refusals.missingLoginHint
    }
    const channels = ['push', 'sms', 'voice', ...(endpoint === 'oob-authenticate' ? [] : ['email'])]
    if (!channels.includes(channel)) {
      return unsupportedChannel(channel)
    }
    const user = this.user(loginHint)
    const refused = judgeUser(user, channel)
    // Mail keeps quiet about unknown addresses: their oob_code is as good as any other, and dead.
    if (refused && channel !== 'email') {
      return refused
    }
    return this.#send(
      new Transaction({
        clientId: input.clientId,
        user: refused ? undefined : user,
        channel,
        acr: acr_values ?? '',
        pace: this.pace,
      }),
    )
  }

  /** Starts a second factor. */
  challenge(input: ChallengeInput): object | Refusal {
    const { mfa_token: mfaToken = '', challenge_types_supported: types = '' } = input
    const { channel_hint: channel = '', clientId } = input
    const session = this.#mfaSession(clientId, mfaToken)
    if ('error' in session) {
      return session
    }
    const { user, acr } = session
    const { pace } = this
    if (types.split(' ').includes(grants.mfaOob) && channel !== '') {
      const transaction = new Transaction({ clientId, user, channel, acr, pace, mfaToken })
      return (
        judgeUser(user, channel) ?? { challenge_type: grants.mfaOob, ...this.#send(transaction) }
      )
    }
    return types.split(' ').includes(grants.mfaOtp) && user.channels.includes('otp')
      ? { challenge_type: grants.mfaOtp }
      : refusals.challengeTypeNotSupported
  }

  /** The user whose tokens may be issued, or why not. */
  redeem(input: RedeemInput): User | Refusal {
    return input.grant === grants.mfaOtp ? this.#redeemOtp(input) : this.#redeemOob(input)
  }

  #redeemOob(input: RedeemInput): User | Refusal {
    const { clientId, grant, oob_code: oobCode = '', scope = '', acr_values: acr = '' } = input
    const transaction = this.#transactions.get(oobCode)
    if (!transaction || transaction.isOver()) {
      return expired(oobCode)
    }
    if (transaction.clientId !== clientId) {
      return otherClient(clientId, transaction.clientId)
    }
    if ((transaction.mfaToken === undefined) !== (grant === grants.oob)) {
      return refusals.notAssociated
    }
    if (transaction.mfaToken !== input.mfa_token) {
      return refusals.notAssociated
    }
    if (transaction.acr !== acr) {
      return changed('acr_values', acr, transaction.acr)
    }
    transaction.scope ??= scope
    if (transaction.scope !== scope) {
      return changed('scope', scope, transaction.scope)
    }
    const user = transaction.redeem(input.binding_code)
    if ('error' in user) {
      return user
    }
    if (transaction.mfaToken !== undefined) {
      this.#mfaSessions.delete(transaction.mfaToken)
      return user
    }
    return user.secondFactor ? this.#askForMore(user, input) : user
  }

  #redeemOtp({ clientId, mfa_token: mfaToken = '', otp }: RedeemInput): User | Refusal {
    const session = this.#mfaSession(clientId, mfaToken)
    if ('error' in session) {
      return session
    }
    if (session.wrongCodes >= maxWrongCodes) {
      return refusals.tooManyCodes
    }
    if (otp !== this.otpOf(session.user)) {
      session.wrongCodes += 1
      return refusals.wrongCode
    }
    this.#mfaSessions.delete(mfaToken)
    return session.user
  }

  #askForMore(user: User, { clientId, grant_types_supported, acr_values }: RedeemInput): Refusal {
    const supported = grant_types_supported?.split(' ')
    if (supported && !supported.includes(grants.mfaOob) && !supported.includes(grants.mfaOtp)) {
      return refusals.grantsNotSufficient
    }
    const mfaToken = randomBytes(24).toString('base64url')
    this.#mfaSessions.set(mfaToken, {
      clientId,
      user,
      acr: acr_values ?? '',
      expiresAt: Date.now() + lifetime,
      wrongCodes: 0,
    })
    const types = { supported_challenge_types: [grants.mfaOob, grants.mfaOtp] }
    return { ...refusals.mfaRequired, mfa_token: mfaToken, ...types }
  }

  #mfaSession(clientId: string, mfaToken: string): MfaSession | Refusal {
    const session = this.#mfaSessions.get(mfaToken)
    if (!session || Date.now() >= session.expiresAt) {
      return expired(mfaToken, 'mfa_token')
    }
    return session.clientId === clientId ? session : otherClient(clientId, session.clientId)
  }

  #send(transaction: Transaction): object {
    this.#transactions.set(transaction.oobCode, transaction)
    return transaction.startAnswer()
  }
}

function judgeUser(user: User | undefined, channel: string): Refusal | undefined {
  if (!user) {
    return refusals.unknownUser
  }
  if (user.assigned === false) {
    return refusals.notAssigned
  }
  return user.channels.includes(channel) ? undefined : refusals.notEnrolled
}
