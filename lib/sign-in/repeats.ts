import { setTimeout as sleep } from 'node:timers/promises'
import { hasExpired } from '../challenge.ts'
import { attempt } from '../errors.ts'
import { claimSeconds } from '../limits/index.ts'
import { field } from './fields.ts'
import type { SessionShelf, SignInRequest } from './host-port.ts'
import { answerOf, isAnswer, type LeftAnswer } from './left-answer.ts'
import type { StrategySettings } from './options.ts'
import { ownChallenge, type RequestContext } from './request-context.ts'
import { waiting, type SignInResult } from './sign-in-result.ts'

/** Milliseconds between two looks at whether the first of two equal requests has its answer. */
const pause = 50

/** Seconds after which a request does not wait any longer for an equal one. */
const longestTurn = 20

/** Seconds that a request may need after it has ended a challenge: `verify`, the session. */
const longestRest = 2

/**
 * Gives a request that comes again within a minute the answer that it got at first, which may have
 * been lost with its connection, or superseded by a second click: Okta is not asked twice.
 *
 * A start is recognised by a value that only its form knows (the field `requestId`, or the header
 * `Idempotency-Key`), since its cookie may have been planted by someone else. What comes after it is
 * recognised by the session id that the start has renewed, and by that value where there is one.
 */
export class Repeats {
  readonly #settings: StrategySettings

  constructor(settings: StrategySettings) {
    this.#settings = settings
  }

  async once(
    context: RequestContext,
    step: string,
    act: () => Promise<SignInResult>,
  ): Promise<SignInResult> {
    const { request, hash } = context
    const shelf = request.session?.shelf
    if (!shelf) {
      return act()
    }
    const { usernameField, channelField, codeField } = this.#settings
    const names = [usernameField, channelField, codeField, 'returnTo']
    const mark = hash(JSON.stringify([step, ...names.map((name) => field(request, name) ?? null)]))
    const requestId = requestIdOf(request)
    const sender = step === 'start' ? null : shelf.cameWith
    const placeFor = (id: string | null | undefined): string | undefined =>
      requestId && `okta-oob-left-${hash(JSON.stringify([requestId, id, mark]))}`
    const place = placeFor(sender)
    // A poll has its turn at the poll gate.
    const isPoll = step === 'complete' && (field(request, codeField) ?? '') === ''
    const turn = place ?? (sender && !isPoll ? hash(JSON.stringify([sender, mark])) : undefined)
    return new Repeatable(context, shelf, { step, mark, place, placeFor }).once(act, turn)
  }
}

interface Names {
  step: string
  mark: string
  place: string | undefined
  placeFor: (session: string) => string | undefined
}

/** One request that may come again. */
class Repeatable {
  readonly #context: RequestContext
  readonly #shelf: SessionShelf
  readonly #step: string
  readonly #mark: string
  /** Where equal requests with a `requestId` leave their answer. */
  readonly #place: string | undefined
  readonly #placeFor: Names['placeFor']

  constructor(
    context: RequestContext,
    shelf: SessionShelf,
    { step, mark, place, placeFor }: Names,
  ) {
    this.#context = context
    this.#shelf = shelf
    this.#step = step
    this.#mark = mark
    this.#place = place
    this.#placeFor = placeFor
  }

  /** @param turn what equal requests have in common; without one, they need not wait */
  async once(act: () => Promise<SignInResult>, turn: string | undefined): Promise<SignInResult> {
    const again = await this.#replay(this.#shelf.leftForOwn)
    if (again) {
      return again
    }
    return turn === undefined ? this.#actOrFollow(act) : this.#inTurn(turn, act)
  }

  /** The first of equal requests acts; the others wait for what it leaves. */
  async #inTurn(turn: string, act: () => Promise<SignInResult>): Promise<SignInResult> {
    const { claims } = this.#context.step.limits
    const end = performance.now() + longestTurn * 1000
    // What is left for the own session has been looked at.
    let left = this.#place === undefined ? undefined : await this.#find(this.#place)
    while (!left && !(await claims.take(turn)) && performance.now() < end) {
      await sleep(pause)
      left = await this.#find(this.#place ?? this.#shelf.cameWith)
    }
    if (left) {
      return (await this.#replay(left)) ?? this.#leave(await act())
    }
    try {
      const result = await this.#leave(await act())
      const isLeft = isAnswer(result) && this.#places().length > 0
      if (result.type === 'signed-in') {
        // Its answer is left when the user has been logged in, which is the app's to do.
        await attempt(claims.endIn(turn, longestRest))
      } else if (!isLeft) {
        await claims.release(turn)
      }
      return result
    } catch (error) {
      await claims.release(turn)
      throw error
    }
  }

  /** A poll goes out, unless an equal one is about to sign in, or has just done so. */
  async #actOrFollow(act: () => Promise<SignInResult>): Promise<SignInResult> {
    const { hash, step } = this.#context
    const { claims } = step.limits
    const { cameWith } = this.#shelf
    if (cameWith === undefined) {
      return this.#leave(await act())
    }
    const signingIn = hash(JSON.stringify([cameWith, 'signing in']))
    this.#context.beforeSignedIn = async () => {
      // The challenge leaves the session before the user has come into it.
      await attempt(claims.take(signingIn, longestRest))
    }
    const challenge = ownChallenge(this.#context)
    const result = await act()
    if (result.type !== 'refused' || result.info.code !== 'no_challenge') {
      return this.#leave(result, async () => {
        await attempt(claims.release(signingIn))
      })
    }
    const end = performance.now() + longestRest * 1000
    for (;;) {
      const isEnding = challenge !== undefined || (await claims.isTaken(signingIn))
      const again = await this.#replay(await this.#find(cameWith))
      if (again || !isEnding || performance.now() >= end) {
        return again ?? result
      }
      await sleep(pause)
    }
  }

  /** What an equal request has left in this place. */
  async #find(place: string | undefined): Promise<LeftAnswer | undefined> {
    return place ? this.#own(await this.#shelf.find(place)) : undefined
  }

  #own(found: unknown): LeftAnswer | undefined {
    const left = found as LeftAnswer | undefined
    return left?.mark === this.#mark && Date.now() < left.until ? left : undefined
  }

  /** Leaves an answer where the same request finds it, once what it says has happened. */
  async #leave(result: SignInResult, afterwards?: () => Promise<void>): Promise<SignInResult> {
    const { request, keepsClaims } = this.#context
    if (!isAnswer(result)) {
      return result
    }
    if (result.type === 'signed-in') {
      // Logging in gives the session another id.
      request.afterLogIn(async () => {
        await this.#write(answerOf(result, this.#shelf.id, keepsClaims))
        await afterwards?.()
      })
    } else {
      await this.#write(answerOf(result, this.#shelf.id, keepsClaims))
    }
    return result
  }

  async #write(answer: LeftAnswer['answer']): Promise<void> {
    const left: LeftAnswer = { mark: this.#mark, until: Date.now() + claimSeconds * 1000, answer }
    for (const place of this.#places()) {
      // What has happened stands, whatever the store says now.
      await attempt(this.#shelf.leave(place, left, claimSeconds))
    }
  }

  /** Where an equal request looks. */
  #places(): string[] {
    const { id, cameWith } = this.#shelf
    // The session that a start came with may have been planted: it must not lead to the new one.
    const isKnown = this.#step !== 'start' && id !== cameWith
    // The new cookie may have arrived, and the rest of the answer not.
    const places = isKnown ? [this.#placeFor(id), cameWith] : []
    return [this.#place, ...places].filter((place) => place !== undefined)
  }

  /** The answer that was left, unless it is that of another request, or no longer true. */
  async #replay(found: unknown): Promise<SignInResult | undefined> {
    const left = this.#own(found)
    if (!left) {
      return undefined
    }
    const { answer } = left
    switch (answer.type) {
      case 'refused':
        return answer
      case 'waiting':
        return this.#replayWaiting(answer.session)
      case 'signed-in':
        return this.#replaySignedIn(answer)
    }
  }

  async #replayWaiting(session: string): Promise<SignInResult | undefined> {
    const context = this.#context
    const isThere = await this.#shelf.adopt(session)
    const challenge = isThere ? ownChallenge(context) : undefined
    const isOver = !challenge || (await context.step.limits.singleUse.isOver(challenge))
    return isOver || hasExpired(challenge) ? undefined : waiting(challenge)
  }

  /** A session that has been logged out since is gone, or has no user any more. */
  async #replaySignedIn(
    answer: LeftAnswer['answer'] & { type: 'signed-in' },
  ): Promise<SignInResult | undefined> {
    const { session, ...result } = answer
    const { user } = ((await this.#shelf.session(session))?.['passport'] ?? {}) as {
      user?: unknown
    }
    if (user === undefined) {
      return undefined
    }
    if (!this.#context.keepsClaims) {
      return (await this.#shelf.adopt(session))
        ? { ...result, type: 'signed-in-before' }
        : undefined
    }
    if (!result.claims) {
      return undefined
    }
    // Passport is about to log the user in once more, which ends no session of before.
    this.#context.request.afterLogIn(() => this.#write({ ...answer, session: this.#shelf.id }))
    return { ...result, type: 'signed-in-before' }
  }
}

/** What names this very request: 8 to 200 characters that nobody else can guess. */
function requestIdOf(request: SignInRequest): string | undefined {
  const id = field(request, 'requestId') ?? request.headers['idempotency-key']
  return typeof id === 'string' && id.length >= 8 && id.length <= 200 ? id : undefined
}
