import { expect } from 'chai'
import type { AsyncCommand } from 'fast-check'
import type { Step } from '../support/flow.ts'
import type { Model, Way } from './model.ts'
import type { Send, World } from './world.ts'

export type Command = AsyncCommand<Model, World>

export interface Start {
  user: string
  channel: string
  spelling: keyof typeof spellings
}

export interface Completion {
  way: Way
  writing: keyof typeof writings
}

export const spellings = {
  plain: (username: string): string => username,
  'in capitals': (username: string): string => username.toUpperCase(),
  padded: (username: string): string => `  ${username} `,
}

export const writings = {
  plain: (code: string): string => code,
  spaced: (code: string): string => `${code.slice(0, 3)} ${code.slice(3)}`,
  hyphenated: (code: string): string => code.split('').join('-'),
}

export function start(browser: number, fields: Start): Command {
  return command(`${browser} starts: ${list(fields)}`, async (model, world) => {
    const expected = model.start(browser, fields.user, fields.channel)
    const [step] = await world.act(browser, startOf(fields))
    expect(step?.code).to.equal(expected)
    pickUp(model, world, browser, step)
  })
}

let requests = 0

/** Starts, loses the answer, and sends the same form again. */
export function startTwice(browser: number, fields: Start): Command {
  return command(
    `${browser} starts and loses the answer: ${list(fields)}`,
    async (model, world) => {
      requests += 1
      const send = startOf(fields, `request ${requests} of the model`)
      const first = model.start(browser, fields.user, fields.channel)
      const isLeft = first === 'challenge_started'
      const expected = isLeft ? first : model.start(browser, fields.user, fields.channel)
      const [step] = await world.act(browser, losing(send))
      expect(step?.code).to.equal(expected)
      pickUp(model, world, browser, step)
    },
  )
}

/** Completes, loses the answer, and does the same again. */
export function completeTwice(browser: number, completion: Completion): Command {
  const run = async (model: Model, world: World): Promise<void> => {
    const send = completionOf(model, world, browser, completion)
    const first = model.complete(browser, completion.way)
    const expected = first === 'complete' ? first : model.complete(browser, completion.way)
    const [step] = await world.act(browser, losing(send))
    expect(step?.code).to.equal(expected)
  }
  const name = `${browser} completes and loses the answer: ${list(completion)}`
  return command(name, run, someoneWaits)
}

export function resend(browser: number, channel: string | undefined): Command {
  const run = async (model: Model, world: World): Promise<void> => {
    const expected = model.resend(browser, channel)
    const fields = channel === undefined ? {} : { channel }
    const [step] = await world.act(browser, (tab) => tab.resend(fields))
    expect(step?.code).to.equal(expected)
    pickUp(model, world, browser, step)
  }
  return command(`${browser} resends: ${channel ?? 'as before'}`, run, someoneWaits)
}

/** Completes in several tabs at once. Which of them is first is open, but not what comes of it. */
export function complete(browser: number, completion: Completion, tabs: number): Command {
  const run = async (model: Model, world: World): Promise<void> => {
    const sends = Array.from({ length: tabs }, () =>
      completionOf(model, world, browser, completion),
    )
    const expected = sends.map(() => model.complete(browser, completion.way))
    const codes = (await world.act(browser, ...sends)).map(({ code }) => code)
    if (tabs === 1) {
      expect(codes).to.deep.equal(expected)
    }
    if (expected.includes('complete')) {
      // Equal requests get one answer; a poll may have come before the one that signs in.
      expect(codes).to.include('complete')
      expect(['complete', 'authorization_pending', 'no_challenge']).to.include.members(codes)
    } else {
      expect(codes).to.not.include('complete')
    }
  }
  const name = `${browser} completes in ${tabs} tabs: ${list(completion)}`
  return command(name, run, someoneWaits)
}

/** Starts or cancels while Okta's answer, whatever it is, is on its way to another tab. */
export function overtake(browser: number, completion: Completion, other?: Start): Command {
  const what = other ? `starts: ${list(other)}` : 'cancels'
  const name = `${browser} ${what}, while it completes: ${list(completion)}`
  const run = async (model: Model, world: World): Promise<void> => {
    const challenge = model.challenge(browser)
    const waiting = completionOf(model, world, browser, completion)
    const code = other
      ? model.start(browser, other.user, other.channel)
      : model.end(browser, 'cancelled')
    const [step, late] = await world.actMeanwhile(
      browser,
      waiting,
      other ? startOf(other) : (tab) => tab.cancel(),
    )
    expect(step?.code).to.equal(code)
    if (model.challenge(browser) === challenge) {
      expect(late?.code).to.equal(model.complete(browser, completion.way))
      return
    }
    expect(late?.code).to.equal('no_challenge')
    if (completion.way === 'wrong' && challenge) {
      model.limits.take('codesPerUser', challenge.user)
    }
    pickUp(model, world, browser, step)
  }
  return command(name, run, (model) => asksOkta(model, browser, completion.way))
}

/** Answers the push of a browser's challenge. */
export function press(browser: number, button: 'approve' | 'deny'): Command {
  const run = async (model: Model, world: World): Promise<void> => {
    world.press(model.challenge(browser), button)
    model.press(browser, button)
  }
  const isPush = (model: Model): boolean => model.challenge(browser)?.channel === 'push'
  return command(`the phone of ${browser}: ${button}`, run, isPush)
}

export function cancel(browser: number): Command {
  const run = async (model: Model, world: World): Promise<void> => {
    const expected = model.end(browser, 'cancelled')
    const [step] = await world.act(browser, (tab) => tab.cancel())
    expect(step?.code).to.equal(expected)
  }
  return command(`${browser} cancels`, run, someoneWaits)
}

/** Puts the session of a browser into the other one, whose user knows nothing of it. */
export function plant(browser: number): Command {
  return command(`${browser} plants its session`, async (model, world) => {
    world.plant(browser)
    model.sessions[1 - browser] = model.sessions[browser] ?? {}
  })
}

/**
 * A user's hour begins with the first code of it, and after a race nobody knows which one that
 * was. Only a whole hour is sure to end it.
 */
export function wait(seconds: number): Command {
  const run = async (model: Model, world: World): Promise<void> => {
    model.sinceHour = seconds >= 3600 ? 0 : model.sinceHour + seconds
    world.clock.tick(seconds * 1000)
  }
  const isSure = ({ sinceHour }: Model): boolean => seconds >= 3600 || sinceHour + seconds < 3600
  return command(`${seconds} seconds pass`, run, isSure)
}

export function restart(): Command {
  return command('the app restarts', (_model, world) => world.boot())
}

/** A command after which the app is held against the model. */
function command(
  name: string,
  run: (model: Model, world: World) => Promise<void>,
  check: (model: Model) => boolean = () => true,
): Command {
  const runAndCheck = async (model: Model, world: World): Promise<void> => {
    await run(model, world)
    await world.check(model)
  }
  return { check, run: runAndCheck, toString: () => name }
}

function startOf({ user, channel, spelling }: Start, requestId?: string): Send {
  const username = spellings[spelling](user)
  return (tab) => tab.start({ username, channel, ...(requestId !== undefined && { requestId }) })
}

/** A request whose answer gets lost, cookies and all, and the same request once more. */
function losing(send: Send): Send {
  return async (tab) => {
    await send(tab.copy())
    return send(tab)
  }
}

/** The wrong code is the right one of the other browser, where that has one. */
function completionOf(
  model: Model,
  world: World,
  browser: number,
  { way, writing }: Completion,
): Send {
  const [own, other] = [model.challenge(browser), model.challenge(1 - browser)]
  const right = world.codeOf(own) ?? '123456'
  const mistyped = right.replace(/^./, (digit) => String((Number(digit) + 1) % 10))
  const wrong = (other !== own && world.codeOf(other)) || mistyped
  const typed = { right, wrong, malformed: 'abc' }
  const isRightPush = way === 'right' && own?.channel === 'push'
  return (tab) =>
    way === 'poll' || isRightPush ? tab.poll() : tab.submit(writings[writing](typed[way]))
}

function pickUp(model: Model, world: World, browser: number, step: Step | undefined): void {
  const challenge = model.challenge(browser)
  const isSent = challenge && model.canSignIn(challenge.user, challenge.channel)
  if (isSent && step?.code === 'challenge_started') {
    world.pickUp(challenge, step.challenge?.bindingCode)
  }
}

function asksOkta(model: Model, browser: number, way: Way): boolean {
  const { user = '', channel = '', expiresAt = 0, pollAt = 0 } = model.challenge(browser) ?? {}
  const waits = model.canSignIn(user, channel) && Date.now() < expiresAt
  const isPush = channel === 'push'
  const isOpen = isPush ? Date.now() >= pollAt : !model.limits.isFull('codesPerUser', user)
  return waits && isOpen && (way === 'right' || way === (isPush ? 'poll' : 'wrong'))
}

/** Nothing much can happen while nobody waits. */
function someoneWaits(model: Model): boolean {
  return model.sessions.some(({ challenge }) => challenge !== undefined)
}

function list(fields: object): string {
  return Object.values(fields).join(', ')
}
