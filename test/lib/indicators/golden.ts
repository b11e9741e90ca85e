import { computeSeries } from '#lib/indicators/compute-series.ts'
import { type ConventionCase, readConvention } from '#lib/indicators/convention-names.ts'
import type { BarValues } from '#lib/indicators/indicator.ts'

/** A value of a golden file: null = empty cell. */
export type Cell = number | null
export type Columns = Partial<Record<'open' | 'high' | 'low' | 'close' | 'volume', number[]>>

export const cell = (text: string | undefined): Cell => (text === undefined || text === '' ? null : Number(text))

/** The column of a golden case, by the formula and the words that the command uses. */
export function columnOf(one: ConventionCase, bars: readonly BarValues[]): readonly Cell[] {
  const request = readConvention(one)
  if (!request.isValid) throw new Error(request.message)
  return computeSeries(request.indicator, request.params, bars)[request.output] as readonly Cell[]
}

export const barsOfRows = (rows: readonly Record<string, string>[]): BarValues[] =>
  rows.map(({ open, high, low, close, volume, session }) => ({
    open: Number(open),
    high: Number(high),
    low: Number(low),
    close: Number(close),
    volume: Number(volume ?? 0),
    session: Number(session ?? 0),
  }))

export const barsOfColumns = ({ open, high = [], low = high, close = high, volume }: Columns): BarValues[] =>
  high.map((_, i) => ({
    open: (open ?? close)[i] as number,
    high: high[i] as number,
    low: low[i] as number,
    close: close[i] as number,
    volume: volume?.[i] ?? 0,
    session: 0,
  }))

export type Counts = { sets: number; rows: number; failures: number }

/** Counts sets, rows and failures by suite, for the table at the end. */
export function startTally() {
  const counts = new Map<string, Counts>()
  const of = (suite: string): Counts => {
    const known = counts.get(suite) ?? { sets: 0, rows: 0, failures: 0 }
    counts.set(suite, known)
    return known
  }
  return {
    counts,
    closeSet: (suite: string) => of(suite).sets++,
    /** A row fails when an empty cell is not empty or a number is further away than `tolerance`. */
    compare(suite: string, expected: Cell, got: Cell | undefined, tolerance: number): boolean {
      of(suite).rows++
      const isGood = expected === null ? got === null : typeof got === 'number' && Math.abs(got - expected) <= tolerance
      if (!isGood) of(suite).failures++
      return isGood
    },
  }
}
