/**
 * An average that moves by a weight: EMA with 2/(n+1), Wilder's RMA with 1/n. Its seed is the mean of its first `seedBars`
 * values, kept as a running mean, so that the average of a constant is exactly that constant.
 */
export type SmoothedAverage = { readonly seedBars: number; readonly weight: number; count: number; value: number }

export const startEma = (bars: number): SmoothedAverage => start(bars, 2 / (bars + 1))
export const startWilder = (bars: number): SmoothedAverage => start(bars, 1 / bars)

/** Folds one value in. O(1). */
export function addToAverage(average: SmoothedAverage, x: number): void {
  if (average.count < average.seedBars) {
    average.count++
    average.value += (x - average.value) / average.count
  } else average.value += average.weight * (x - average.value)
}

/** Has it seen as many values as its seed needs? */
export const isSeeded = (average: SmoothedAverage): boolean => average.count === average.seedBars

/** Null before it is seeded. */
export const averageOrNull = (average: SmoothedAverage): number | null => (isSeeded(average) ? average.value : null)

/** EMAs of EMAs, all of n bars: each is seeded from the first n values that the one before has. */
export const startEmaChain = (bars: number, length: number): SmoothedAverage[] =>
  Array.from({ length }, () => startEma(bars))

export function addToChain(chain: readonly SmoothedAverage[], x: number): void {
  let value = x
  for (const average of chain) {
    addToAverage(average, value)
    if (!isSeeded(average)) return
    value = average.value
  }
}

export const isChainSeeded = (chain: readonly SmoothedAverage[]): boolean => isSeeded(chain.at(-1) as SmoothedAverage)

const start = (seedBars: number, weight: number): SmoothedAverage => ({ seedBars, weight, count: 0, value: 0 })
