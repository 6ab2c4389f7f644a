import { post } from './load.ts'
import type { Figure } from './measure.ts'
import { startWorker } from './worker.ts'

interface Left {
  /** Bytes of heap for each. */
  bytes: number
  /** What keeps the process alive, connections aside. */
  handles: number
  /** Keys of the limiter for each; in memory, every one of them has a timer. */
  keys: number
}

/** What a challenge takes while it waits, besides a session that holds next to nothing. */
export async function waitingChallenges(count: number): Promise<Figure[]> {
  const bare = await begin(count, 'bare', '')
  const figures: Figure[] = []
  for (const channel of ['sms', 'push']) {
    const ours = await begin(count, 'ours', channel)
    figures.push(
      {
        what: `Memory of each of ${count} waiting challenges (${channel}), beyond the session's own`,
        value: `${((ours.bytes - bare.bytes) / 1024).toFixed(2)} KB`,
        aim: '≤ 2 KB',
        detail: `${(ours.bytes / 1024).toFixed(2)} KB and ${(bare.bytes / 1024).toFixed(2)} KB`,
      },
      {
        what: `Handles that they add (${channel})`,
        value: String(ours.handles),
        aim: '0',
        detail: `${ours.keys.toFixed(1)} keys in the limiter's memory each, and as many unref'd timers`,
      },
    )
  }
  return figures
}

async function begin(count: number, side: 'ours' | 'bare', channel: string): Promise<Left> {
  const app = await startWorker('waiting-app.ts')
  const url = `${await app.ask<string>('origin')}/${side}`
  let visitors = 0
  const visit = (amount: number): Promise<unknown> =>
    post({
      url,
      amount,
      requests: [
        {
          setupRequest: (request) => {
            visitors += 1
            const address = [10, visitors >> 16, visitors >> 8, visitors].map((part) => part & 255)
            return {
              ...request,
              method: 'POST',
              headers: {
                accept: 'application/json',
                'content-type': 'application/x-www-form-urlencoded',
                'x-forwarded-for': address.join('.'),
              },
              body: `username=user${visitors}@example.com&channel=${channel}`,
            }
          },
        },
      ],
    })
  // What is made once, such as code and connections, is not a challenge's.
  await visit(2000)
  const before = {
    heap: await app.ask<number>('heap'),
    handles: await app.ask<string[]>('handles'),
    keys: await app.ask<number>('keys'),
  }
  await visit(count)
  const keys = await app.ask<number>('keys')
  const heap = await app.ask<number>('heap')
  const handles = await app.ask<string[]>('handles')
  await app.stop()
  return {
    bytes: (heap - before.heap) / count,
    handles: handles.length - before.handles.length,
    keys: (keys - before.keys) / count,
  }
}
