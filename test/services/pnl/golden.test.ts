import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { rationalOf } from '#lib/accounting/rational.ts'
import { rationalText } from '#lib/accounting/rational-text.ts'
import { parseExact } from '#lib/bars/exact-decimal.ts'
import { fundingPaid } from '#lib/domain/funding.ts'
import { moneyText } from '#lib/domain/money.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import { pnl } from '#services/pnl/service.ts'
import { event, given } from '#test/given.ts'
import { describeShared, sharedDir } from '#test/shared.ts'
import { bar, fill, listed, paid, spy } from './pnl-told.ts'

type Row = Readonly<Record<string, string | number | null>>
type Told = { readonly type: 'fill' | 'funding' | 'split'; readonly mark_after: string } & Readonly<
  Record<'qty' | 'price' | 'fee' | 'rate' | 'mark', string>
> & { readonly side: 'buy' | 'sell'; readonly numerator: number; readonly denominator: number }
type Case = { readonly seed: number; readonly multiplier: number; events: readonly Told[]; expected: readonly Row[] }

describeShared('the books of a run, on golden fills, funding and splits', () => {
  test('[P3] [P7] [P18] [P20] [P21] every position, sum and equity is the same after rounding to 1e-8', () => {
    const text = readFileSync(`${sharedDir}golden/accounting/fills_funding_splits.jsonl`, 'utf8').trimEnd()
    const seen = { fill: 0, funding: 0, split: 0 }
    for (const line of text.split('\n')) {
      const { seed, multiplier, events, expected } = JSON.parse(line) as Case
      const account = { currency: 'USD', startingCash: '0', fifo: true }
      const scene = given(pnl, account, listed(spy, { multiplier: String(multiplier) }))
      let position = '0'
      events.forEach((one, i) => {
        seen[one.type]++
        const update = scene.when(toldOf(one, position, multiplier)).answers[0]?.payload as
          | PayloadOf<'pnl.update'>
          | undefined
        scene.when(bar(spy, one.mark_after)).then()
        const [snapshot] = scene.when(event('system.time', { now: i })).answers
        const { equity, unrealized } = (snapshot as Statement<'pnl.snapshot'>).payload
        position = update?.position ?? position
        const wanted = expected[i] as Row
        const row = { qty: position, equity_change: equity, unrealized }
        const sums = update && {
          ...{ avg_price: update.averagePrice, realized_gross: update.realized, fees: update.fees },
          ...{ funding: update.paid ?? '0', fifo_realized_gross: update.fifo?.realized ?? null },
        }
        for (const [column, value] of Object.entries({ ...row, ...sums }))
          expect({ seed, i, column, value: rounded(value) }).toEqual({
            ...{ seed, i, column },
            value: rounded(wanted[column] ?? null),
          })
      })
    }
    expect(seen).toMatchObject({ fill: expect.any(Number), funding: expect.any(Number), split: expect.any(Number) })
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(10)
    console.log(`accounting golden through pnl: ${JSON.stringify(seen)}`)
  })
})

function toldOf(one: Told, position: string, multiplier: number) {
  switch (one.type) {
    case 'fill':
      return fill(one.side, one.qty, one.price, { fee: one.fee })
    case 'split':
      return event('md.split', { instrument: spy, numerator: one.numerator, denominator: one.denominator })
    case 'funding': {
      const contract = { multiplier: parseExact(String(multiplier)), isInverse: false }
      return paid(moneyText(fundingPaid(contract, parseExact(position), parseExact(one.mark), parseExact(one.rate))))
    }
  }
}

const rounded = (value: unknown): string | null =>
  value === null ? null : rationalText(rationalOf(value as string | number), 400, 8)
