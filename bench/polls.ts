import { post } from './load.ts'
import { compare, type Figure } from './measure.ts'
import { Visitor } from './visitor.ts'
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
export async function gatedPolls(ours: Worker, bare: Worker): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const pair of pairs) {
    const waiting = new Visitor(await ours.ask('origin', pair.app))
    await waiting.post(pair.start, { username: 'bob@example.com', channel: 'push' })
    const idle = new Visitor(await bare.ask('origin', pair.bare))
    await idle.post('/start')
    const medians = await compare(9, (side) =>
      side === 'ours'
        ? load({ worker: ours, visitor: waiting, path: pair.poll })
        : load({ worker: bare, visitor: idle, path: '/status' }),
    )
    figures.push(
      {
        what: `Throughput of ${pair.what}`,
        value: medians.ratio('rate').toFixed(2),
        aim: '≥ 0.9',
        detail: `${medians.ours('rate').toFixed(0)}/s and ${medians.bare('rate').toFixed(0)}/s`,
      },
      {
        what: `CPU of ${pair.what}`,
        value: medians.ratio('cpu').toFixed(2),
        detail: `${medians.ours('cpu').toFixed(0)} µs and ${medians.bare('cpu').toFixed(0)} µs`,
      },
    )
  }
  return figures
}

async function load({
  worker,
  visitor: { origin, cookie },
  path,
}: {
  worker: Worker
  visitor: Visitor
  path: string
}): Promise<{ rate: number; cpu: number }> {
  const before = await worker.ask<number>('cpu')
  const headers = { accept: 'application/json', cookie }
  const { '2xx': answers, duration } = await post({ url: origin + path, headers, duration: 2 })
  const after = await worker.ask<number>('cpu')
  return { rate: answers / duration, cpu: (after - before) / answers }
}
