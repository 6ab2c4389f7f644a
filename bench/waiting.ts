import { post } from './load.ts'
import type { Figure } from './measure.ts'
import { startWorker } from './worker.ts'

interface Left {
  /** Bytes of heap for each. */
  bytes: number
  /** What keeps the process alive, connections aside. */
  handles: number
}

/** What challenges take while they wait, besides sessions that hold next to nothing. */
export async function* waiting(): AsyncGenerator<Figure> {
  for (const count of [10_000, 100_000]) {
    const bare = await begin(count, 'bare', '')
    for (const channel of ['sms', 'push']) {
      const ours = await begin(count, 'ours', channel)
      const keys = await countKeys(channel)
      yield {
        what: `Memory of each of ${count} waiting challenges (${channel}), beyond the session's own`,
        value: `${((ours.bytes - bare.bytes) / 1024).toFixed(2)} KB`,
        aim: '≤ 2 KB',
        detail: `${(ours.bytes / 1024).toFixed(2)} KB and ${(bare.bytes / 1024).toFixed(2)} KB`,
      }
      yield {
        what: `Handles that they add (${channel})`,
        value: String(ours.handles),
        aim: '0',
        detail: `${keys} keys in the limiter's memory each, and as many unref'd timers`,
      }
    }
  }
}

async function begin(count: number, side: 'ours' | 'bare', channel: string): Promise<Left> {
  const app = await startWorker('waiting-app.ts')
  const visit = visitors(`${await app.ask<string>('origin')}/${side}`, channel)
  // What is made once, such as code and connections, is not a challenge's.
  await visit(2000)
  const heapBefore = await app.ask<number>('heap')
  const handlesBefore = await app.ask<string[]>('handles')
  await visit(count)
  const heap = await app.ask<number>('heap')
  const handles = await app.ask<string[]>('handles')
  await app.stop()
  return {
    bytes: (heap - heapBefore) / count,
    handles: handles.length - handlesBefore.length,
  }
}

/** Keys of the limiter for each challenge; in memory, every one of them has a timer. */
async function countKeys(channel: string): Promise<number> {
  const app = await startWorker('waiting-app.ts')
  const count = 100
  // All of them begin before the shortest of the windows is over.
  await visitors(`${await app.ask<string>('origin')}/watched`, channel)(count)
  const keys = await app.ask<number>('keys')
  await app.stop()
  return keys / count
}

/** Visits by users and from addresses that have not been there before. */
function visitors(url: string, channel: string): (amount: number) => Promise<unknown> {
  let visited = 0
  return (amount) =>
    post({
      url,
      amount,
      requests: [
        {
          setupRequest: (request) => {
            visited += 1
            const address = [10, visited >> 16, visited >> 8, visited].map((part) => part & 255)
            return {
              ...request,
              method: 'POST',
              headers: {
                accept: 'application/json',
                'content-type': 'application/x-www-form-urlencoded',
                'x-forwarded-for': address.join('.'),
              },
              body: `username=user${visited}@example.com&channel=${channel}`,
            }
          },
        },
      ],
    })
}
