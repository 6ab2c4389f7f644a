import { post } from './load.ts'
import { compare, type Figure } from './measure.ts'
import { Visitor } from './visitor.ts'
import type { Worker } from './worker.ts'

/** Polls before the interval is over, against routes that do nothing but say the same. */
export async function gatedPolls(ours: Worker, bare: Worker): Promise<Figure[]> {
  const example = new Visitor(await ours.ask('origin', 'example'))
  await example.post('/login', { username: 'bob@example.com', channel: 'push' })
  const poll = { worker: ours, visitor: example, path: '/login/complete' }

  const figures: Figure[] = []
  for (const [name, what] of [
    ['status', 'a bare route with a session'],
    ['statusOfHost', 'one behind the same middleware'],
  ] as const) {
    const visitor = new Visitor(await bare.ask('origin', name))
    await visitor.post('/start')
    const status = { worker: bare, visitor, path: '/status' }
    const medians = await compare(9, async (side) => load(side === 'ours' ? poll : status))
    figures.push(
      {
        what: `Throughput of a gated poll, against ${what}`,
        value: medians.ratio('rate').toFixed(2),
        aim: '≥ 0.9',
        detail: `${medians.ours('rate').toFixed(0)}/s and ${medians.bare('rate').toFixed(0)}/s`,
      },
      {
        what: `CPU of a gated poll, against ${what}`,
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
