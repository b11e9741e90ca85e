import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { AccountCase } from '#lib/accounting/account-case.ts'
import { accountHistory } from '#lib/accounting/account-history.ts'
import { rationalOf } from '#lib/accounting/rational.ts'
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
