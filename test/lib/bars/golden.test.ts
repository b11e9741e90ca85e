import { expect, test } from 'vitest'
import { type Bar, vwapOf } from '#lib/bars/bar.ts'
import { buildBar, endBars, startBars } from '#lib/bars/bar-builder.ts'
import { endResampling, resampleBar, startResampling, type WideBar } from '#lib/bars/resample-bars.ts'
import { describeShared, readSharedCsv, readSharedJson } from '#test/shared.ts'

type Output = {
  file: string
  kind?: string
  ms?: number
  n?: number
  threshold?: number
  minutes?: number
  bars: number
}
type Group = { input: string; outputs: Output[] }

const manifest = () => readSharedJson<{ aggregate: Group[]; resample: Group[] }>('golden/bars/manifest.json')
const tally: Record<string, { rows: number; failures: number }> = {}

/** Compares row by row; prices as exact decimals, so that 167.4 is 167.40, and vwap within 1e-9. */
function compare(file: string, got: readonly Record<string, unknown>[]): void {
  const expected = readSharedCsv(`golden/bars/${file}`)
  const isSame = (row: Record<string, string>, i: number) =>
    Object.entries(row).every(([column, text]) => {
      const value = got[i]?.[column]
      if (column === 'vwap') return Math.abs(Number(value) - Number(text)) <= 1e-9 * Number(text)
      return typeof value === 'string' && column !== 'time'
        ? canonical(value) === canonical(text)
        : String(value) === text
    })
  tally[file] = { rows: expected.length, failures: expected.filter((row, i) => !isSame(row, i)).length }
  expect(got.length).toBe(expected.length)
}

const canonical = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
const microsOf = (ms: string): number => Number(ms) * 1000

const intervalOf = ({ kind, ms, n, threshold }: Output): string => {
  if (kind === 'time') return `${ms}ms`
  return kind === 'tick_count' ? `${n}t` : `${threshold}${kind === 'volume' ? 'v' : 'n'}`
}

const tradeBarRow = (bar: Bar, complete: number) => ({
  ...bar,
  key_ms: bar.start / 1000,
  first_ms: bar.firstAt / 1000,
  last_ms: bar.lastAt / 1000,
  vwap: vwapOf(bar),
  complete,
})

const wideBarRow = (bar: WideBar) => ({
  ...bar,
  time: new Date(bar.start / 1000).toISOString(),
  source_bars: bar.sourceBars,
})

describeShared('golden bars', () => {
  test('trades make the expected time, trade, volume and notional bars', () => {
    for (const { input, outputs } of manifest().aggregate) {
      const trades = readSharedCsv(`golden/bars/${input}`) as { ms: string; price: string; size: string }[]
      for (const output of outputs) {
        const builder = startBars(intervalOf(output))
        const rows = trades.flatMap(({ ms, price, size }) => {
          const bar = buildBar(builder, { at: microsOf(ms), price, size })
          return bar ? [tradeBarRow(bar, 1)] : []
        })
        const last = builder.bar
        compare(output.file, last ? [...rows, tradeBarRow(last, 0)] : rows)
        expect(endBars(builder)).toBe(output.kind === 'time' ? last : null)
      }
    }
  })

  test('one-minute bars make the expected 5, 15 and 60 minute bars', () => {
    for (const { input, outputs } of manifest().resample) {
      const minutes = readSharedCsv(`golden/bars/${input}`) as Record<
        'time' | 'open' | 'high' | 'low' | 'close' | 'volume',
        string
      >[]
      for (const output of outputs) {
        const resampler = startResampling(`${output.minutes}m`)
        const done = minutes.flatMap((minute) => {
          const start = Date.parse(minute.time) * 1000
          return resampleBar(resampler, { ...minute, start, end: start + 60_000_000 })
        })
        compare(output.file, [...done, ...endResampling(resampler)].map(wideBarRow))
      }
    }
  })

  test('no row differs', () => {
    console.table(tally)
    expect(Object.keys(tally)).toHaveLength(9)
    expect(Object.values(tally).every(({ rows, failures }) => rows > 0 && failures === 0)).toBe(true)
  })
})
