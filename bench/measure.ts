/** A line of the table. */
export interface Figure {
  what: string
  value: string
  aim?: string
  /** What it comes from. */
  detail: string
}

/** What one turn of one side took; how much of what is up to its measure. */
export type Turn = Record<string, number>

export interface Comparison<Side extends string> {
  /** Median of a side's turns. */
  median(side: Side, name: string): number
  /** Median of one side's share of another's, round by round. */
  ratio(side: Side, other: Side, name: string): number
}

/** Measures all sides in turn, so that whatever else the machine does disturbs each of them. */
export async function compare<Side extends string>(
  sides: readonly Side[],
  rounds: number,
  measure: (side: Side) => Promise<Turn>,
): Promise<Comparison<Side>> {
  const rows: Map<Side, Turn>[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const row = new Map<Side, Turn>()
    // Every other round runs backwards: no side always follows the same one.
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      row.set(side, await measure(side))
    }
    rows.push(row)
  }
  // No caches are warm in the first round.
  rows.shift()
  const of = (side: Side, name: string): number[] => rows.map((row) => row.get(side)?.[name] ?? NaN)
  return {
    median: (side, name) => median(of(side, name)),
    ratio: (side, other, name) => {
      const others = of(other, name)
      return median(of(side, name).map((value, round) => value / (others[round] ?? NaN)))
    },
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}
