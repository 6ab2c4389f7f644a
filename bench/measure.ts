/** A line of the table. */
export interface Figure {
  what: string
  value: string
  aim?: string
  /** What it comes from. */
  detail: string
}

export type Side = 'ours' | 'bare'

/** What one round on one side has taken; how much of what is up to its measure. */
export type Round = Record<string, number>

/**
 * Measures both sides in turn, so that whatever else the machine does disturbs both.
 *
 * @returns the medians of each side, and of our share of the other side's, round by round
 */
export async function compare(
  rounds: number,
  measure: (side: Side) => Promise<Round>,
): Promise<Record<Side | 'ratio', (name: string) => number>> {
  // Nobody's caches are warm in the first round.
  await measure('bare')
  await measure('ours')
  const pairs: Record<Side, Round>[] = []
  for (let round = 0; round < rounds; round += 1) {
    const bare = await measure('bare')
    pairs.push({ bare, ours: await measure('ours') })
  }
  const of = (side: Side, name: string): number[] => pairs.map((pair) => pair[side][name] ?? NaN)
  return {
    ours: (name) => median(of('ours', name)),
    bare: (name) => median(of('bare', name)),
    ratio: (name) =>
      median(of('ours', name).map((ours, index) => ours / (of('bare', name)[index] ?? NaN))),
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}
