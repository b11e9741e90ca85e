import { afterAll, expect, test } from 'vitest'
import { bjerksundStensland } from '#lib/options/american/bjerksund-stensland.ts'
import { baroneAdesiWhaley, juZhong } from '#lib/options/american/quadratic-approximations.ts'
import { type Greeks, greeksOf, priceEuropean } from '#lib/options/black-scholes-merton.ts'
import { impliedVolatility } from '#lib/options/implied-volatility.ts'
import { answersOf, priceRow, type TableModel, volatilityRow } from '#lib/options/option-table.ts'
import type { OptionTerms } from '#lib/options/option-terms.ts'
import { describeShared, readSharedCsv, readSharedJson } from '#test/shared.ts'

type Given = { type: string; spot: number; strike: number; t_years: number; vol: number; r: number; q: number }
type Row = Record<string, string>

const folder = 'golden/options/'
const tally: Record<string, { rows: number; values: number; failures: number; worst: number }> = {}
afterAll(() => console.table(tally))

const termsOf = ({ type, spot, strike, t_years, vol, r, q }: Given): OptionTerms => ({
  right: type === 'C' ? 'call' : 'put',
  spot,
  strike,
  years: t_years,
  volatility: vol,
  rate: r,
  yield: q,
})

/** The largest error of a file in units of its tolerance; every row counts. */
function judge(name: string, errors: readonly (readonly number[])[]): void {
  const all = errors.flat()
  const failures = all.filter((error) => !(error <= 1)).length
  tally[name] = { rows: errors.length, values: all.length, failures, worst: Math.max(...all) }
  expect({ name, failures }).toEqual({ name, failures: 0 })
}

/** CONVENTIONS: |d| <= 1e-9 * max(|expected|, unit) */
function unitOf(column: string, spot: number, strike: number): number {
  if (column === 'price') return Math.max(spot, strike)
  if (['vega', 'theta', 'phi', 'volga'].includes(column)) return spot
  if (column === 'rho') return strike
  if (column.startsWith('gamma')) return 1 / spot
  return column === 'speed' ? 1 / spot ** 2 : 1
}

function tableErrors(model: TableModel, rows: readonly Row[]): number[][] {
  return rows.map((row) => {
    const isAnswer = (column: string) => answersOf[model].includes(column)
    const got = priceRow(model, (column) => (isAnswer(column) ? undefined : row[column]))
    return answersOf[model].map((column) => {
      const wanted = Number(row[column])
      const unit = unitOf(column, Number(row.spot ?? row.forward), Number(row.strike))
      return Math.abs((got[column] as number) - wanted) / (1e-9 * Math.max(Math.abs(wanted), unit))
    })
  })
}

describeShared('golden options', () => {
  test('[O1] european_bsm: price and 12 greeks', () => {
    judge('european_bsm', tableErrors('european', readSharedCsv(`${folder}european_bsm.csv`)))
  })

  test('[O4] black76: options on futures', () => {
    judge('black76', tableErrors('black76', readSharedCsv(`${folder}black76.csv`)))
  })

  test('[O5] implied_vol: each within its own tolerance', () => {
    const errors = readSharedCsv(`${folder}implied_vol.csv`).map((row) => {
      const got = volatilityRow((column) => (column === 'implied_vol' ? undefined : row[column]))
      return [Math.abs((got.implied_vol as number) - Number(row.implied_vol)) / Number(row.tol_abs)]
    })
    judge('implied_vol', errors)
  })

  test('[O6] american_optional: within a hundredth of its tolerance', () => {
    const errors = readSharedCsv(`${folder}american_optional.csv`).map((row) => {
      const got = priceRow('american', (column) => (column === 'american_price' ? undefined : row[column]))
      return [Math.abs((got.american_price as number) - Number(row.american_price)) / (Number(row.tol_abs) / 100)]
    })
    judge('american_optional', errors)
  })

  test('[O7] american_tables_optional: each table by the approximation that it is of', () => {
    const { tables } = readSharedJson<{ tables: Record<string, (Given & { expected: number })[]> }>(
      `${folder}american_tables_optional.json`,
    )
    const by: Record<string, readonly [(terms: OptionTerms) => number, number]> = {
      testBaroneAdesiWhaleyValues: [baroneAdesiWhaley, 3e-3],
      testBjerksundStenslandValues: [bjerksundStensland, 1e-4],
      testJuValues: [juZhong, 1e-3],
    }
    expect(Object.keys(tables).sort()).toEqual(Object.keys(by).sort())
    for (const [name, rows] of Object.entries(tables)) {
      const [price, tolerance] = by[name] as (typeof by)[string]
      judge(
        name,
        rows.map((row) => [Math.abs(price(termsOf(row)) - row.expected) / tolerance]),
      )
    }
  })

  test('[O1] published_tables: Haug and Hull', () => {
    type Published = Omit<Given, 'spot'> & {
      model?: string
      spot?: number
      forward?: number
      greek?: string
      expected: number | Record<string, number>
      tol: number | Record<string, number>
    }
    const file = readSharedJson<Record<string, Published[] | string>>(`${folder}published_tables.json`)
    for (const [name, rows] of Object.entries(file)) {
      if (typeof rows === 'string') continue
      const errors = rows.map((row) => {
        const { type, strike, t_years, vol, r, q, greek = 'price', expected, tol } = row
        const isForward = row.model === 'black76'
        const spot = (isForward ? row.forward : row.spot) as number
        const terms = termsOf({ type, spot, strike, t_years, vol, r, q: isForward ? r : q })
        const wanted = typeof expected === 'number' ? { [greek]: expected } : expected
        return Object.entries(wanted).map(([quantity, value]) => {
          const tolerance = typeof tol === 'number' ? tol : (tol[quantity] as number)
          return Math.abs(quantityOf(quantity, terms) - value) / tolerance
        })
      })
      judge(name, errors)
    }
  })

  test('[O1]-[O5] edge_cases: limits, refusals, parity', () => {
    type Case = {
      name: string
      kind: 'price' | 'iv' | 'identity'
      input: Record<string, number | string>
      expected: object
    }
    const cases = readSharedJson<Case[]>(`${folder}edge_cases.json`)
    judge(
      'edge_cases',
      cases.map((one) => edgeErrors(one.kind, numbers(one.input), one.expected as Record<string, number | string>)),
    )
  })
})

const numbers = (input: Record<string, number | string>): Given & { price: number } =>
  Object.fromEntries(
    Object.entries(input).map(([key, value]) => [key, key === 'type' ? value : Number(value)]),
  ) as unknown as Given & { price: number }

function edgeErrors(
  kind: string,
  input: Given & { price: number },
  expected: Record<string, number | string>,
): number[] {
  const terms = termsOf(input)
  if (kind === 'identity') {
    const parity = priceEuropean({ ...terms, right: 'call' }) - priceEuropean({ ...terms, right: 'put' })
    return [Math.abs(parity - Number(expected.call_minus_put)) / (1e-9 * input.strike)]
  }
  if (kind === 'iv') {
    const found = impliedVolatility(terms, input.price)
    if (expected.error === 'no_solution_or_zero') return ['error' in found || found.volatility === 0 ? 0 : 2]
    return ['error' in found && found.error === expected.error ? 0 : 2]
  }
  if ('error' in expected) {
    expect(() => greeksOf(terms)).toThrow(RangeError)
    return [0]
  }
  const got = greeksOf(terms)
  return Object.entries(expected).map(([key, wanted]) => {
    const unit = unitOf(key, input.spot, input.strike)
    return Math.abs(got[key as keyof Greeks] - Number(wanted)) / (1e-9 * Math.max(Math.abs(Number(wanted)), unit))
  })
}

function quantityOf(quantity: string, terms: OptionTerms): number {
  const greeks = greeksOf(terms)
  if (quantity === 'elasticity') return (greeks.delta * terms.spot) / greeks.price
  if (quantity === 'theta_per_day') return greeks.theta / 365
  return greeks[quantity as keyof Greeks]
}
