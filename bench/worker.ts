import { fork } from 'node:child_process'
import { once } from 'node:events'

interface Question {
  id: number
  question: string
  argument: string
}

interface Answer {
  id: number
  answer: unknown
}

/** A process of its own, so that what it uses is its own. */
export interface Worker {
  ask<T>(question: string, argument?: string): Promise<T>
  stop(): Promise<void>
}

/** Starts a program of this directory, which {@link answerAll} questions. */
export async function startWorker(program: string, env: NodeJS.ProcessEnv = {}): Promise<Worker> {
  const child = fork(new URL(program, import.meta.url), {
    execArgv: ['--import', 'tsx/esm', '--expose-gc', '--no-warnings'],
    // In production the example's cookie is for https alone.
    env: { ...process.env, NODE_ENV: 'test', ...env },
  })
  const open = new Map<number, (answer: unknown) => void>()
  child.on('message', ({ id, answer }: Answer) => open.get(id)?.(answer))
  const exit = once(child, 'exit')
  let asked = 0
  const ask = async <T>(question: string, argument = ''): Promise<T> => {
    asked += 1
    const id = asked
    const answered = new Promise<unknown>((resolve) => {
      open.set(id, resolve)
    })
    child.send({ id, question, argument } satisfies Question)
    const ended = exit.then(() => Promise.reject(new Error(`${program} has ended`)))
    const answer = await Promise.race([answered, ended])
    open.delete(id)
    return answer as T
  }
  await once(child, 'message')
  return {
    ask,
    stop: async () => {
      child.kill()
      await exit
    },
  }
}

/** Answers what the process asks that has started this one. */
export function answerAll(answers: Record<string, (argument: string) => unknown>): void {
  process.on('message', async ({ id, question, argument }: Question) => {
    process.send?.({ id, answer: await answers[question]?.(argument) } satisfies Answer)
  })
  process.on('disconnect', () => {
    process.exit()
  })
  process.send?.({ id: 0, answer: 'ready' } satisfies Answer)
}
