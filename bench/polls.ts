import { post } from './load.ts'
import { compare, type Figure, type Turn } from './measure.ts'
import { Visitor } from './visitor.ts'
import { startOkta } from './with-okta.ts'
import type { Worker } from './worker.ts'

/** An app of ours, where it begins and is polled, and the bare one that it is held against. */
const pairs = [
  {
    what: 'a gated poll of the example, against a bare route with a session',
    app: 'example',
    start: '/login',
    poll: '/login/complete',
    bare: 'status',
  },
  {
    what: 'a gated poll, against a route that does nothing behind the same middleware',
    app: 'logins',
    start: '/start',
    poll: '/complete',
    bare: 'statusOfHost',
  },
] as const

/** Polls before the interval is over, against routes that do nothing but say the same. */
export async function* polls(): AsyncGenerator<Figure> {
  const { start, stop } = await startOkta()
  const workers = { ours: await start('app-ours.ts'), bare: await start('app-bare.ts') }
  for (const pair of pairs) {
    const waiting = new Visitor(await workers.ours.ask('origin', pair.app))
    await waiting.post(pair.start, { username: 'bob@example.com', channel: 'push' })
    const idle = new Visitor(await workers.bare.ask('origin', pair.bare))
    await idle.post('/start')
    const { median, ratio } = await compare(['bare', 'ours'], 9, (side) =>
      side === 'ours'
        ? load({ worker: workers.ours, visitor: waiting, path: pair.poll })
        : load({ worker: workers.bare, visitor: idle, path: '/status' }),
    )
    yield {
      what: `Throughput of ${pair.what}`,
      value: ratio('ours', 'bare', 'rate').toFixed(2),
      aim: '≥ 0.9',
      detail: `${median('ours', 'rate').toFixed(0)}/s and ${median('bare', 'rate').toFixed(0)}/s`,
    }
    yield {
      what: `CPU of ${pair.what}`,
      value: ratio('ours', 'bare', 'cpu').toFixed(2),
      detail: `${median('ours', 'cpu').toFixed(0)} µs and ${median('bare', 'cpu').toFixed(0)} µs`,
    }
  }
  await stop()
}

async function load({
  worker,
  visitor: { origin, cookie },
  path,
}: {
  worker: Worker
  visitor: Visitor
  path: string
}): Promise<Turn> {
  const before = await worker.ask<number>('cpu')
  const headers = { accept: 'application/json', cookie }
  const { '2xx': answers, duration } = await post({ url: origin + path, headers, duration: 2 })
  const after = await worker.ask<number>('cpu')
  return { rate: answers / duration, cpu: (after - before) / answers }
}
