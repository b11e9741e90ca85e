/**
 * The largest (`sign` 1) or smallest (`sign` -1) of the last n values, and how many bars ago it was: of equal ones the newest. Only
 * values that can still become the extreme are kept, in order, in a ring (monotone queue). O(1) amortised.
 */
export type SlidingExtreme = {
  readonly size: number
  readonly sign: 1 | -1
  /** Values seen. */
  count: number
  readonly values: number[]
  /** Which value each was, counted from 0. */
  readonly seen: number[]
  first: number
  length: number
}

export const startHighest = (size: number): SlidingExtreme => start(size, 1)
export const startLowest = (size: number): SlidingExtreme => start(size, -1)

export function addToExtreme(state: SlidingExtreme, x: number): void {
  const { size, sign, values, seen } = state
  if (state.length > 0 && (seen[state.first] as number) <= state.count - size) dropFirst(state)
  let last = state.first + state.length - 1
  if (last >= size) last -= size
  while (state.length > 0 && sign * ((values[last] as number) - x) <= 0) {
    state.length--
    last = last === 0 ? size - 1 : last - 1
  }
  let end = state.first + state.length
  if (end >= size) end -= size
  values[end] = x
  seen[end] = state.count
  state.length++
  state.count++
}

/** Has it seen a whole window? */
export const isWindowFull = (state: SlidingExtreme): boolean => state.count >= state.size

export const extremeOf = (state: SlidingExtreme): number => state.values[state.first] as number

export const barsSince = (state: SlidingExtreme): number => state.count - 1 - (state.seen[state.first] as number)

const start = (size: number, sign: 1 | -1): SlidingExtreme => ({
  size,
  sign,
  count: 0,
  values: new Array<number>(size).fill(0),
  seen: new Array<number>(size).fill(0),
  first: 0,
  length: 0,
})

function dropFirst(state: SlidingExtreme): void {
  state.first = state.first + 1 === state.size ? 0 : state.first + 1
  state.length--
}
