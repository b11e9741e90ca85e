import { checkRequest } from '#lib/indicators/check-request.ts'
import type { BarValues } from '#lib/indicators/indicator.ts'

/** A value of a golden file: null = empty cell. */
export type Cell = number | null
export type Row = Readonly<Record<string, Cell>>

/** The names of the golden files, and what each of their outputs is here. */
const names: Readonly<Record<string, string>> = {
  SMA: 'sma',
  EMA: 'ema',
  RSI: 'rsi',
  ATR: 'atr',
  DMI: 'adx',
  MACD: 'macd',
  BBANDS: 'bollinger',
}

export const isOfTheseSeven = (indicator: string): boolean => Object.hasOwn(names, indicator)

/** Every output of an indicator over a series, one row a bar, under the golden files' names. */
export function compute(indicator: string, params: readonly number[], bars: readonly BarValues[]): Row[] {
  const checked = checkRequest(names[indicator] as string, params)
  if (!checked.isValid) throw new Error(checked.message)
  const formula = checked.indicator
  const state = formula.start(checked.params)
  const place = { instrument: 'SPY.USA', interval: '1d', key: checked.key }
  const rows = bars.map((bar) => {
    formula.update(state, bar)
    return { ...(state as Row), ...(formula.payload(place, state) as unknown as Row) }
  })
  const period = checked.params[0] as number
  return rows.map((row, i) => goldenNames(row, i, period, rows, bars[i] as BarValues))
}

/** ADX keeps its sums and DX inside; ADXR, bandwidth and %B are sums of what is said, made here as CONVENTIONS.md does. */
function goldenNames(row: Row, i: number, period: number, rows: readonly Row[], { close }: BarValues): Row {
  const { adx, plusDi, minusDi, plusDm, minusDm, dx, upper, middle, lower, histogram } = row
  const before = rows[i - period + 1]?.adx
  const isNumber = (cell: Cell | undefined): cell is number => typeof cell === 'number'
  const width = isNumber(upper) && isNumber(lower) && 'middle' in row ? upper - lower : null
  return {
    ...row,
    hist: histogram ?? null,
    plus_di: plusDi ?? null,
    minus_di: minusDi ?? null,
    plus_dm: i >= period - 1 ? (plusDm ?? null) : null,
    minus_dm: i >= period - 1 ? (minusDm ?? null) : null,
    dx: i >= period ? (dx ?? null) : null,
    adxr: isNumber(adx) && isNumber(before) ? (adx + before) / 2 : null,
    bandwidth: width !== null && isNumber(middle) ? width / middle : null,
    percent_b: width !== null && width !== 0 ? (close - (lower as number)) / width : null,
  }
}
