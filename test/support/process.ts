import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'

/** A program of its own, with everything that it has started. */
export interface RunningProcess {
  output(): string
  errors(): string
  /** What the first group of the pattern finds in the output, as soon as it is there. */
  printed(pattern: RegExp): Promise<string>
  /** The same of what it prints as an error. */
  complained(pattern: RegExp): Promise<string>
  /** Sends a signal to the program and everything that it has started. */
  signal(name: NodeJS.Signals): void
  stop(): Promise<void>
}

export function startProcess(
  command: string,
  args: string[],
  { cwd, env = {} }: { cwd: string; env?: NodeJS.ProcessEnv },
): RunningProcess {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that what it has started can be stopped with it.
    detached: true,
  })
  const closed = once(child, 'close').then(() => 'closed')
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const signal = (name: NodeJS.Signals): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(-child.pid, name)
    }
  }
  const find = async (pattern: RegExp, stream: Readable, text: () => string): Promise<string> => {
    for (;;) {
      const found = pattern.exec(text())?.[1]
      if (found !== undefined) {
        return found
      }
      if ((await Promise.race([once(stream, 'data'), closed])) === 'closed') {
        throw new Error(`${command} ended without ${pattern}: ${output}${errors}`)
      }
    }
  }
  return {
    signal,
    output: () => output,
    errors: () => errors,
    printed: (pattern) => find(pattern, child.stdout, () => output),
    complained: (pattern) => find(pattern, child.stderr, () => errors),
    stop: async () => {
      signal('SIGTERM')
      await closed
    },
  }
}
