import { whenOver } from './resources.ts'

/** The messages of process warnings with this code, from here on until the test is over. */
export function warningsOf(code: string): () => Promise<string[]> {
  const messages: string[] = []
  const listen = (warning: Error & { code?: string }): void => {
    if (warning.code === code) {
      messages.push(warning.message)
    }
  }
  process.on('warning', listen)
  whenOver(() => process.off('warning', listen))
  return async () => {
    // Node emits a warning in a later turn than the one that caused it.
    await new Promise(setImmediate)
    return [...messages]
  }
}
