import { expect } from 'chai'
import { eventually } from './handles.ts'
import { whenOver } from './resources.ts'

export type StoreMethod = 'get' | 'set' | 'destroy' | 'touch'

/** What keeps a store from answering one kind of question, until it is let go. */
export class Silence {
  method: StoreMethod | undefined
  readonly #asked: (() => void)[] = []

  get isAsked(): boolean {
    return this.#asked.length > 0
  }

  /** Answers at once, or late. */
  answer(method: StoreMethod, answer: () => void): void {
    if (method === this.method) {
      this.#asked.push(answer)
    } else {
      answer()
    }
  }

  /** Answers everything, late. */
  letGo(): void {
    this.method = undefined
    this.#asked.splice(0).forEach((answer) => answer())
  }
}

/** Timers of five seconds end when the test says so; all others are as they were. */
function holdPatience(): { isWaiting: () => boolean; end: () => void } {
  const { setTimeout: start, clearTimeout: stop } = globalThis
  const held = new Map<object, () => void>()
  const fake = (act: () => void, delay?: number): unknown => {
    if (delay !== 5000) {
      return start(act, delay)
    }
    const timer = {}
    held.set(timer, act)
    return timer
  }
  globalThis.setTimeout = Object.assign(fake, start)
  globalThis.clearTimeout = (timer) => {
    if (!held.delete(timer as object)) {
      stop(timer)
    }
  }
  whenOver(() => {
    globalThis.setTimeout = start
    globalThis.clearTimeout = stop
  })
  return {
    isWaiting: () => held.size > 0,
    end: () => {
      for (const [timer, act] of held) {
        held.delete(timer)
        act()
      }
    },
  }
}

/** What the app answers when the store has been silent for five seconds. */
export async function afterSilence<T>(silence: Silence, act: () => Promise<T>): Promise<T> {
  const patience = holdPatience()
  const answer = act()
  let isAnswered = false
  void answer.finally(() => {
    isAnswered = true
  })
  await eventually(() => {
    expect(silence.isAsked && patience.isWaiting()).to.equal(true)
  })
  expect(isAnswered).to.equal(false)
  // A wait may follow another one: each ends by itself.
  const ending = setInterval(() => patience.end(), 1)
  try {
    return await answer
  } finally {
    clearInterval(ending)
  }
}
