import { compare, type Figure, type Side } from './measure.ts'
import { Visitor } from './visitor.ts'
import type { Worker } from './worker.ts'

const atOnce = 10
const each = 20

/** Whole text logins, against a handler that makes the same two calls with nothing but Node. */
export async function textLogins(workers: Record<Side, Worker>, okta: Worker): Promise<Figure[]> {
  const { ours, bare, ratio } = await compare(9, async (side) => {
    const worker = workers[side]
    const origin = await worker.ask<string>('origin', 'logins')
    const before = await worker.ask<number>('cpu')
    const users = Array.from({ length: atOnce }, async (_, index) => {
      for (let login = 0; login < each; login += 1) {
        await signIn(origin, `user${index}@example.com`, okta)
      }
    })
    await Promise.all(users)
    const after = await worker.ask<number>('cpu')
    return { cpu: (after - before) / atOnce / each / 1000 }
  })
  return [
    {
      what: 'CPU of a text login, against a bare handler with fetch and node:crypto',
      value: ratio('cpu').toFixed(2),
      aim: '≤ 1.4',
      detail: `${ours('cpu').toFixed(2)} ms and ${bare('cpu').toFixed(2)} ms`,
    },
  ]
}

/** Everyone's first login, in a process that knows nothing of Okta yet. */
export async function firstLogins(ours: Worker, okta: Worker): Promise<Figure[]> {
  const origin = await ours.ask<string>('origin', 'logins')
  const usernames = Array.from({ length: 200 }, (_, index) => `user${index}@example.com`)
  const before = await okta.ask<Record<string, number>>('requests')
  await Promise.all(usernames.map((username) => signIn(origin, username, okta)))
  const after = await okta.ask<Record<string, number>>('requests')
  const [discoveries = NaN, keys = NaN] = ['openid-configuration', 'keys'].map(
    (endpoint) => (after[endpoint] ?? 0) - (before[endpoint] ?? 0),
  )
  return [
    {
      what: 'Discoveries and key fetches of 200 first logins at once',
      value: `${discoveries} and ${keys}`,
      aim: '1 and 1',
      detail: '',
    },
  ]
}

async function signIn(origin: string, username: string, okta: Worker): Promise<void> {
  const visitor = new Visitor(origin)
  await visitor.post('/start', { username, channel: 'sms' })
  await visitor.post('/complete', { code: await okta.ask<string>('code', username) })
}
