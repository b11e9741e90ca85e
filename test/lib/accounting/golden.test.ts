import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { AccountCase } from '#lib/accounting/account-case.ts'
import { accountHistory } from '#lib/accounting/account-history.ts'
import {
  addRational,
  divideRational,
  multiplyRational,
  rationalOf,
  subtractRational,
  zeroRational,
} from '#lib/accounting/rational.ts'
import { rationalText } from '#lib/accounting/rational-text.ts'
import { describeShared, sharedDir } from '#test/shared.ts'

type Row = Readonly<Record<string, string | number | null>>

describeShared('golden accounting, average cost and FIFO', () => {
  test.each([
    ['fills.jsonl', 200, 3084],
    ['fills_funding_splits.jsonl', 20, 400],
    ['fills_inverse_optional.jsonl', 20, 315],
  ])('[A1]-[A9] %s: every value of every row is the same text after rounding to 1e-8', (file, cases, rows) => {
    const lines = readFileSync(`${sharedDir}golden/accounting/${file}`, 'utf8').trimEnd().split('\n')
    let [seenRows, values] = [0, 0]
    for (const line of lines) {
      const { expected, ...given } = JSON.parse(line) as { seed: number; expected: readonly Row[] }
      const answered = accountHistory(AccountCase.parse(given))
      expect(answered.length).toBe(expected.length)
      answered.forEach((row, i) => {
        seenRows++
        const wanted = expected[i] as Row
        expect(Object.keys(row)).toEqual(Object.keys(wanted))
        for (const [column, value] of Object.entries(row)) {
          values++
          const place = { seed: given.seed, i, column }
          expect({ ...place, value: rounded(value) }).toEqual({ ...place, value: rounded(wanted[column] ?? null) })
        }
      })
    }
    expect([lines.length, seenRows]).toEqual([cases, rows])
    console.log(`accounting golden ${file}: ${rows} rows, ${values} values exact at 1e-8`)
  })
})

const rounded = (value: unknown): string | null =>
  value === null ? null : rationalText(rationalOf(value as string | number), 400, 8)

test('[A9] a reckoning of 20,000 events that never comes to nothing is what fractions of any length say, and its lots leave in order', () => {
  const events = Array.from({ length: 20_000 }, (_, n) => ({
    type: 'fill' as const,
    // Three bought, two sold, in odd sizes: the mean is never a short fraction again.
    side: n % 5 < 3 ? ('buy' as const) : ('sell' as const),
    qty: `0.${7_000_001 + ((n * 7_919) % 1_000_003)}`,
    price: `${100 + (n % 37)}.${(n * 31) % 97}`,
  }))
  const rows = accountHistory(AccountCase.parse({ events }))
  const short = events.slice(0, 300)
  const exact = exactAverage(short)
  for (const [n, realized] of exact.entries())
    expect({ n, text: rows[n]?.realized_gross }).toEqual({ n, text: realized })
  const last = rows.at(-1)
  expect(rows.length).toBe(20_000)
  // FIFO and average cost always have made the same in all.
  const all = (
    one: typeof last,
    way: 'realized_gross' | 'fifo_realized_gross',
    open: 'unrealized' | 'fifo_unrealized',
  ) => addRational(rationalOf(one?.[way] ?? '0'), rationalOf(one?.[open] ?? '0'))
  const [average, fifo] = [
    all(last, 'realized_gross', 'unrealized'),
    all(last, 'fifo_realized_gross', 'fifo_unrealized'),
  ]
  expect(rationalText(average, 400, 20)).toBe(rationalText(fifo, 400, 20))
})

/** Realized at average cost, in fractions of any length. */
function exactAverage(events: readonly { side: 'buy' | 'sell'; qty: string; price: string }[]): string[] {
  let [held, value, realized] = [zeroRational, zeroRational, zeroRational]
  return events.map(({ side, qty, price }) => {
    const [size, at] = [rationalOf(qty), rationalOf(price)]
    if (side === 'buy') {
      value = addRational(value, multiplyRational(size, at))
      held = addRational(held, size)
    } else {
      const share = divideRational(multiplyRational(value, size), held)
      realized = addRational(realized, subtractRational(multiplyRational(size, at), share))
      value = subtractRational(value, share)
      held = subtractRational(held, size)
    }
    return rationalText(realized, 34, 34)
  })
}
