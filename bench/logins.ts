import { compare, type Figure } from './measure.ts'
import { Visitor } from './visitor.ts'
import { startOkta } from './with-okta.ts'
import type { Worker } from './worker.ts'

const users = Array.from({ length: 200 }, (_, index) => `user${index}@example.com`)

type Side = 'ours' | 'byFetch' | 'byNode'

/** An app in a process of its own. */
interface App {
  worker: Worker
  origin: string
}

export async function* logins(): AsyncGenerator<Figure> {
  const { okta, start, stop } = await startOkta()
  const app = async (program: string, name: string): Promise<App> => {
    const worker = await start(program)
    return { worker, origin: await worker.ask<string>('origin', name) }
  }
  const apps: Record<Side, App> = {
    ours: await app('app-ours.ts', 'logins'),
    byFetch: await app('app-bare.ts', 'loginsByFetch'),
    byNode: await app('app-bare.ts', 'loginsByNode'),
  }
  yield await firstLogins(apps.ours, okta)
  yield* textLogins(apps, okta, 32)
  yield* textLogins(apps, okta, 1)
  await stop()
}

/** The first login of each user, in a process that knows nothing of Okta yet. */
async function firstLogins({ origin }: App, okta: Worker): Promise<Figure> {
  const before = await okta.ask<Record<string, number>>('requests')
  await Promise.all(users.map((username) => signIn(origin, username, okta)))
  const after = await okta.ask<Record<string, number>>('requests')
  const [discoveries = NaN, keys = NaN] = ['openid-configuration', 'keys'].map(
    (endpoint) => (after[endpoint] ?? 0) - (before[endpoint] ?? 0),
  )
  return {
    what: 'Discoveries and key fetches of 200 first logins at once',
    value: `${discoveries} and ${keys}`,
    aim: '1 and 1',
    detail: '',
  }
}

/** Whole text logins, against handlers that make the same two calls with nothing but Node. */
async function* textLogins(
  apps: Record<Side, App>,
  okta: Worker,
  atOnce: number,
): AsyncGenerator<Figure> {
  const { median, ratio } = await compare(['byFetch', 'ours', 'byNode'], 9, async (side) => {
    const { worker, origin } = apps[side]
    const before = await worker.ask<number>('cpu')
    const waiting = users.values()
    // Each takes the next user when it is done with one.
    const signInAll = async (): Promise<void> => {
      for (const username of waiting) {
        await signIn(origin, username, okta)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, signInAll))
    const after = await worker.ask<number>('cpu')
    return { cpu: (after - before) / users.length / 1000 }
  })
  const floors = [
    { side: 'byFetch', by: 'fetch', aim: '≤ 1.0' },
    { side: 'byNode', by: 'node:http', aim: '' },
  ] as const
  for (const { side, by, aim } of floors) {
    yield {
      what: `CPU of a text login, ${atOnce} at a time, against a bare handler with ${by} and node:crypto`,
      value: ratio('ours', side, 'cpu').toFixed(2),
      aim,
      detail: `${median('ours', 'cpu').toFixed(2)} ms and ${median(side, 'cpu').toFixed(2)} ms`,
    }
  }
}

async function signIn(origin: string, username: string, okta: Worker): Promise<void> {
  const visitor = new Visitor(origin)
  await visitor.post('/start', { username, channel: 'sms' })
  await visitor.post('/complete', { code: await okta.ask<string>('code', username) })
}
