import { afterAll, expect, test } from 'vitest'
import { readSnapshot } from '#compose/answer-chains.ts'
import { type Answer, selectionAnswers } from '#lib/chain/answer-selection.ts'
import { dateOfDay, dayOfDate } from '#lib/chain/calendar-day.ts'
import { ChainCase, Selection } from '#lib/chain/chain-case.ts'
import { isOfCycle, isUsMonthly, thirdFriday } from '#lib/chain/expiry-cycle.ts'
import { newYorkCloseMs, newYorkMs } from '#lib/chain/new-york-close.ts'
import { quoteVolatility, spreadPercent } from '#lib/chain/quote-volatility.ts'
import { describeShared, readSharedCsv, readSharedJson, sharedDir } from '#test/shared.ts'

const folder = 'golden/chain/'
const cases = () =>
  readSharedJson<(ChainCase & { selections: { kind: string; expected: Answer }[] })[]>(`${folder}cases.json`)
const tally: Record<string, { cases: number; failures: number }> = {}
afterAll(() => console.table(tally))

function count(kind: string, isRight: boolean): void {
  const row = tally[kind] ?? { cases: 0, failures: 0 }
  tally[kind] = row
  row.cases++
  if (!isRight) row.failures++
}

const isClose = (got: number, wanted: number) => Math.abs(got - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted))

function isSame(got: Answer, wanted: Answer): boolean {
  if (wanted === null || got === null || typeof wanted !== 'object' || 'length' in wanted)
    return JSON.stringify(got) === JSON.stringify(wanted)
  const answer = got as typeof wanted
  return answer.strike === wanted.strike && isClose(answer.delta, wanted.delta) && isClose(answer.iv, wanted.iv)
}

describeShared('golden chains', () => {
  test('[C1]-[C9] every selection of every snapshot, from what the snapshot quotes alone', () => {
    for (const one of cases()) {
      const rows = readSnapshot(`${sharedDir}${folder}${one.snapshot}`)
      const { expiries: _, monthly: _m, weekly: _w, ...bare } = one
      const answers = [
        selectionAnswers(ChainCase.parse(one), rows),
        selectionAnswers(
          ChainCase.parse(bare),
          rows.map((row) => ({ ...row, years: null })),
        ),
      ]
      for (const given of one.selections) {
        const selection = Selection.parse(given)
        for (const answer of answers) count(given.kind, isSame(answer(selection), given.expected))
      }
    }
    expect(Object.values(tally).reduce((sum, row) => sum + row.cases, 0)).toBe(2 * 1041)
    expect(Object.entries(tally).filter(([, { failures }]) => failures > 0)).toEqual([])
  })

  test('[C6] volatility, delta, spread and time of every contract', () => {
    for (const one of cases()) {
      for (const row of readSharedCsv(`${folder}${one.snapshot}`)) {
        const number = (text = '') => (text === '' ? null : Number(text))
        const sides = { bid: number(row.bid), ask: number(row.ask) }
        const years = (newYorkCloseMs(row.expiry as string) - newYorkMs(one.date, one.time_ms_ny)) / (365 * 86_400_000)
        const terms = { spot: one.spot, strike: Number(row.strike), years, rate: one.r, yield: one.q }
        const found = quoteVolatility({ right: row.right === 'C' ? 'call' : 'put', ...terms }, sides)
        const spread = spreadPercent(sides)
        const isRight =
          isClose(years, Number(row.t_years)) &&
          found.status === row.iv_status &&
          (spread === null ? row.spread_pct === '' : isClose(spread, Number(row.spread_pct))) &&
          // Volatility is as far known as the price tells it; delta is compared at its own scale.
          (found.status !== 'ok' ||
            (Math.abs(found.volatility - Number(row.iv)) < 1e-8 && isClose(found.delta, Number(row.delta))))
        count('contracts', isRight)
      }
    }
    expect(tally.contracts?.failures).toBe(0)
  })

  test('[C7] standard monthly expiries 2015 to 2021', () => {
    for (const { year, month = '', third_friday, standard_monthly_expiry = '' } of readSharedCsv(
      `${folder}monthly_expiries.csv`,
    )) {
      const friday = thirdFriday(`${year}-${month.padStart(2, '0')}`)
      const around = [-3, -2, -1, 0, 1, 2].map((offset) => dateOfDay(dayOfDate(standard_monthly_expiry) + offset))
      const monthly = around.filter((date) => isUsMonthly(date) && new Date(date).getUTCDay() !== 6)
      count(
        'monthly_expiries',
        dateOfDay(friday) === third_friday && JSON.stringify(monthly) === JSON.stringify([standard_monthly_expiry]),
      )
    }
    expect(tally.monthly_expiries).toEqual({ cases: 84, failures: 0 })
    expect(isOfCycle('2014-06-21', 'monthly', 'us')).toBe(true)
    expect(isOfCycle('2014-06-20', 'monthly', 'us')).toBe(true)
    expect(isOfCycle('2021-09-24', 'quarterly', 'coin')).toBe(true)
    expect(isOfCycle('2021-07-30', 'monthly', 'coin')).toBe(true)
    expect(isOfCycle('2021-07-23', 'weekly', 'coin')).toBe(true)
  })
})
