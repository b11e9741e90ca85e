import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseExact } from '#lib/bars/exact-decimal.ts'
import { divideHalfEven } from '#lib/domain/rounding.ts'
import { describeShared, sharedDir } from '#test/shared.ts'
import { type PositionRow, positionHistory } from './position-history.ts'

type Sequence = {
  readonly seed: number
  readonly multiplier: number
  readonly events: readonly {
    readonly side: 'buy' | 'sell'
    readonly qty: string
    readonly price: string
    readonly fee: string
    readonly mark_after: string
  }[]
  readonly expected: readonly Readonly<Record<string, string | null>>[]
}

/** Our column for each column of the golden file. */
const columns = {
  qty: 'position',
  avg_price: 'averagePrice',
  realized_step: 'realizedStep',
  realized_gross: 'realized',
  fees: 'fees',
  realized_net: null,
  unrealized: 'unrealized',
  equity_change: 'equityChange',
} as const satisfies Record<string, keyof PositionRow | null>

describeShared('golden accounting, average cost', () => {
  test('every value of every fill is exact after rounding to 1e-8', () => {
    const lines = readFileSync(`${sharedDir}golden/accounting/fills.jsonl`, 'utf8').trimEnd().split('\n')
    let fills = 0
    let values = 0
    for (const line of lines) {
      const { seed, multiplier, events, expected } = JSON.parse(line) as Sequence
      const executions = events.map(({ qty, mark_after, ...rest }) => ({ ...rest, quantity: qty, mark: mark_after }))
      const rows = [...positionHistory(executions, String(multiplier))]
      expect(rows.length).toBe(expected.length)
      rows.forEach((row, i) => {
        fills++
        const wanted = expected[i] as (typeof expected)[number]
        const first = { realized: wanted.fifo_realized_gross, unrealized: wanted.fifo_unrealized }
        for (const name of ['realized', 'unrealized'] as const) {
          values++
          expect({ seed, i, name, value: rounded(row.fifo[name]) }).toEqual({
            seed,
            i,
            name,
            value: rounded(first[name] ?? null),
          })
        }
        expect([seed, i, row.fifo.lots]).toEqual([seed, i, Number(wanted.fifo_lots)])
        for (const [theirs, ours] of Object.entries(columns)) {
          const value = wanted[theirs] ?? null
          const found = ours === null ? minus(row.realized, row.fees) : row[ours]
          values++
          expect({ seed, i, theirs, value: rounded(found) }).toEqual({ seed, i, theirs, value: rounded(value) })
        }
      })
    }
    expect([lines.length, fills, values]).toEqual([200, 3084, 30840])
    console.log(`accounting golden: ${lines.length} sequences, ${fills} fills, ${values} values exact at 1e-8`)
  })
})

/** In 1e-8, half to even; null stays null. */
function rounded(text: string | null): bigint | null {
  if (text === null) return null
  const { units, scale } = parseExact(text)
  return scale <= 8 ? units * 10n ** BigInt(8 - scale) : divideHalfEven(units, 10n ** BigInt(scale - 8))
}

function minus(a: string, b: string): string {
  const scaled = (text: string) => {
    const { units, scale } = parseExact(text)
    return units * 10n ** BigInt(18 - scale)
  }
  const difference = scaled(a) - scaled(b)
  const digits = (difference < 0n ? -difference : difference).toString().padStart(19, '0')
  return `${difference < 0n ? '-' : ''}${digits.slice(0, -18)}.${digits.slice(-18)}`
}
