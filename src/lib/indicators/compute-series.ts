import type { AnyIndicator, BarValues } from './indicator.ts'

/** Squares of what is beyond 1e154 are no doubles: such a value is undefined. */
const finite = (value: number | null | undefined): number | null =>
  value !== null && value !== undefined && Number.isFinite(value) ? value : null

/** Every output of an indicator over a series of bars: for each its values, one a bar, null where it is undefined. */
export type Computed = Readonly<Record<string, readonly (number | null)[]>>

export function computeSeries(
  indicator: AnyIndicator,
  params: readonly number[],
  bars: readonly BarValues[],
): Computed {
  const outputs = Object.keys(indicator.outputs)
  const columns: Record<string, (number | null)[]> = Object.fromEntries(outputs.map((output) => [output, []]))
  const state = indicator.start(params)
  for (const bar of bars) {
    indicator.update(state, bar)
    const values = indicator.read(state)
    for (const output of outputs) columns[output]?.push(finite(values[output]))
  }
  return columns
}
