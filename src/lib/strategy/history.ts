/**
 * The numbers of a strategy by slot, as far back as its conditions look: rings in one array, plain JSON. Null is undefined: an
 * indicator that warms up, a series without a bar yet, a time before the first evaluation.
 */
export type History = {
  readonly depths: readonly number[]
  readonly offsets: readonly number[]
  readonly values: (number | null)[]
  evaluations: number
}

/** `depths`: how many values of each slot are kept, the newest included. */
export function emptyHistory(depths: readonly number[]): History {
  const offsets: number[] = []
  let length = 0
  for (const depth of depths) {
    offsets.push(length)
    length += depth
  }
  return { depths, offsets, values: new Array<number | null>(length).fill(null), evaluations: 0 }
}

/** Writes a value of the evaluation that `evaluations` counts last. */
export function setValue({ depths, offsets, values, evaluations }: History, slot: number, value: number | null): void {
  values[(offsets[slot] as number) + ((evaluations - 1) % (depths[slot] as number))] = value
}

/** What the slot was `ago` evaluations ago, 0 being the newest. Looking further back than is kept is a bug, and throws. */
export function valueAt(history: History, slot: number, ago: number): number | null {
  const depth = history.depths[slot]
  if (depth === undefined || ago >= depth) throw new RangeError(`slot ${slot} keeps ${depth} values, not ${ago + 1}`)
  const evaluation = history.evaluations - 1 - ago
  if (evaluation < 0) return null
  return history.values[(history.offsets[slot] as number) + (evaluation % depth)] as number | null
}
