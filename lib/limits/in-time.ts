/** Seconds that a store, of the limiter or of the sessions, may take for one answer. */
const patience = 5

/** Nothing has been answered in time. */
export class NoAnswer extends Error {}

/**
 * What a store answers. One that never answers counts as down: a Redis client waits as long as its
 * connection does.
 *
 * @param who begins the error's sentence, `… has not answered in 5 seconds.`
 * @throws what the store says, or {@link NoAnswer} when it says nothing in time
 */
export async function inTime<T>(who: string, question: () => T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new NoAnswer(`${who} has not answered in ${patience} seconds.`))
    }, patience * 1000)
  })
  try {
    return await Promise.race([question(), late])
  } finally {
    clearTimeout(timer)
  }
}
