import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { computeSeries } from '#lib/indicators/compute-series.ts'
import type { BarValues } from '#lib/indicators/indicator.ts'
import { readRequest } from '#lib/indicators/read-request.ts'

export type Quote = BarValues & { readonly date: string }
export type Column = readonly (number | null)[]
/** An output, `macd(12,26,9).signal`, or a sum of outputs made in the way that the library makes it. */
export type Ours = string | ((bars: readonly Quote[], other: readonly Quote[]) => Column)

export const readQuotes = (file: string): Quote[] => {
  const text = gunzipSync(readFileSync(file))
    .toString()
    .replace(/^\ufeff/, '')
  return text
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => {
      const [date = '', ...cells] = line.split(',')
      const [open, high, low, close, volume] = cells.map(Number) as [number, number, number, number, number]
      return { date, open, high, low, close, volume, session: 0 }
    })
}

export const seriesOf = (ours: Ours, bars: readonly Quote[], other: readonly Quote[]): Column =>
  typeof ours === 'string' ? output(ours, bars) : ours(bars, other)

/** `ema(20)` or `macd(12,26,9).signal` over bars. */
export function output(written: string, bars: readonly BarValues[]): Column {
  const [, key = '', name = 'value'] = /^(\w+(?:\([^)]*\))?)(?:\.(\w+))?$/.exec(written) ?? []
  const request = readRequest(key)
  if (!request.isValid) throw new Error(request.message)
  const column = computeSeries(request.indicator, request.params, bars)[name]
  if (!column) throw new Error(`${key} has no output ${name}`)
  return column
}

/** An indicator of another series: it begins with the first value of that. */
export function outputOf(written: string, values: Column): Column {
  const first = values.findIndex((value) => value !== null)
  const bars = values.slice(first).map((value) => flat(value as number))
  return [...new Array<null>(first).fill(null), ...output(written, bars)]
}

/** An indicator of two series, the first in the place of highs, the second in that of lows. */
export const outputOfTwo = (written: string, a: readonly Quote[], b: readonly Quote[]): Column =>
  output(
    written,
    a.map(({ close }, i) => ({ ...flat(close), high: close, low: b[i]?.close as number })),
  )

export const combine = (a: Column, b: Column, how: (x: number, y: number) => number): Column =>
  a.map((x, i) => {
    const y = b[i]
    return x === null || y === null || y === undefined ? null : how(x, y)
  })

/** What was there `bars` bars before. */
export const earlier = (column: Column, bars: number): Column =>
  column.map((_, i) => (i < bars ? null : (column[i - bars] ?? null)))

export const closes = (bars: readonly Quote[]): Column => bars.map(({ close }) => close)
export const middles = (bars: readonly Quote[]): Column => bars.map(({ high, low }) => (high + low) / 2)

const flat = (value: number): BarValues => ({
  open: value,
  high: value,
  low: value,
  close: value,
  volume: 0,
  session: 0,
})
