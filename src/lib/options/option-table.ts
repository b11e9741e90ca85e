import { americanGreeks } from './american/american-greeks.ts'
import { priceAmerican } from './american/american-price.ts'
import { americanVolatility } from './american/american-volatility.ts'
import { type Greeks, greeksOf } from './black-scholes-merton.ts'
import {
  type ForwardGreeks,
  forwardGreeksOf,
  type InverseGreeks,
  inverseGreeksOf,
  inverseVolatility,
} from './black76.ts'
import { type ImpliedVolatility, impliedVolatility } from './implied-volatility.ts'
import type { OptionTerms } from './option-terms.ts'

/** Reads a cell of a row by the name of its column; undefined where the table has no such column. */
export type CellOf = (column: string) => string | undefined

export const tableModels = ['european', 'black76', 'american', 'american-greeks', 'inverse'] as const
export type TableModel = (typeof tableModels)[number]

/** What a table asks for: one with a forward is Black's, one with a column that only tables of American options have is of those. */
export function modelOf(columns: readonly string[]): TableModel {
  if (columns.includes('forward')) return 'black76'
  return ['american_price', 'days', 'tol_abs'].some((column) => columns.includes(column)) ? 'american' : 'european'
}

/** The columns that a model answers, in order. */
export const answersOf: Readonly<Record<TableModel, readonly string[]>> = {
  european: [
    ...['price', 'delta', 'gamma', 'vega', 'theta', 'rho', 'phi'],
    ...['vanna', 'volga', 'charm', 'speed', 'dual_delta', 'itm_prob'],
  ],
  black76: ['price', 'delta_fwd', 'gamma_fwd', 'vega', 'theta', 'rho'],
  american: ['american_price'],
  'american-greeks': ['american_price', 'delta', 'gamma', 'vega', 'theta', 'rho'],
  inverse: ['price', 'delta', 'delta_net', 'gamma', 'vega', 'theta'],
}

/** The answers of a row, by column. Throws a RangeError that says what is wrong with it, or what of it is beyond a double. */
export function priceRow(model: TableModel, cell: CellOf): Readonly<Record<string, number>> {
  const answers = pricedRow(model, cell)
  const [name] = Object.keys(answers).filter((column) => !Number.isFinite(answers[column]))
  if (name !== undefined)
    throw new RangeError(`${name} is ${answers[name]}: these terms are beyond what can be computed`)
  return answers
}

function pricedRow(model: TableModel, cell: CellOf): Readonly<Record<string, number>> {
  if (model === 'american')
    return { american_price: priceAmerican({ ...termsOf(cell), volatility: numberIn(cell, 'vol') }) }
  if (model === 'american-greeks') {
    const { price, ...greeks } = americanGreeks({ ...termsOf(cell), volatility: numberIn(cell, 'vol') })
    return { american_price: price, ...greeks }
  }
  if (model === 'european') return europeanColumns(greeksOf({ ...termsOf(cell), volatility: numberIn(cell, 'vol') }))
  if (model === 'inverse')
    return inverseColumns(inverseGreeksOf({ ...inverseTermsOf(cell), volatility: numberIn(cell, 'vol') }))
  const { right, strike, years, rate } = termsOf((name) => (name === 'spot' ? cell('forward') : cell(name)))
  const forward = numberIn(cell, 'forward')
  return forwardColumns(forwardGreeksOf({ right, forward, strike, years, rate, volatility: numberIn(cell, 'vol') }))
}

/** How the volatility of a row is found. */
export const volatilityModels = ['european', 'american', 'inverse'] as const
export type VolatilityModel = (typeof volatilityModels)[number]

/** The volatility of a row's `price`. Throws a RangeError that says why there is none. */
export function volatilityRow(cell: CellOf, model: VolatilityModel = 'european'): Readonly<Record<string, number>> {
  const price = numberIn(cell, 'price')
  if (model === 'inverse') return found(inverseVolatility(inverseTermsOf(cell), price))
  if (model === 'american') return found(americanVolatility(termsOf(cell), price))
  const forward = cell('forward')
  const terms = termsOf((name) => (name === 'spot' ? (cell('spot') ?? forward) : cell(name)))
  const isForward = cell('spot') === undefined && forward !== undefined
  return found(impliedVolatility(isForward ? { ...terms, yield: terms.rate } : terms, price))
}

function found(volatility: ImpliedVolatility): Readonly<Record<string, number>> {
  if ('error' in volatility)
    throw new RangeError(`${volatility.error}: price ${volatility.value}, bound ${volatility.limit}`)
  return { implied_vol: volatility.volatility }
}

function inverseTermsOf(cell: CellOf) {
  const {
    right,
    spot: forward,
    strike,
    years,
  } = termsOf((name) => (name === 'spot' ? (cell('forward') ?? cell('spot')) : name === 'r' ? '0' : cell(name)))
  return { right, forward, strike, years }
}

const inverseColumns = ({ deltaNetOfPremium, ...greeks }: InverseGreeks) => ({
  ...greeks,
  delta_net: deltaNetOfPremium,
})

const europeanColumns = ({ dualDelta, itmProbability, ...greeks }: Greeks) => ({
  ...greeks,
  dual_delta: dualDelta,
  itm_prob: itmProbability,
})

const forwardColumns = ({ delta, gamma, ...greeks }: ForwardGreeks) => ({
  ...greeks,
  delta_fwd: delta,
  gamma_fwd: gamma,
})

function termsOf(cell: CellOf): Omit<OptionTerms, 'volatility'> {
  return {
    right: rightIn(cell('type') ?? cell('right')),
    spot: numberIn(cell, 'spot'),
    strike: numberIn(cell, 'strike'),
    years: cell('t_years') === undefined ? numberIn(cell, 'days') / 365 : numberIn(cell, 't_years'),
    rate: numberIn(cell, 'r'),
    yield: cell('q') === undefined ? 0 : numberIn(cell, 'q'),
  }
}

function rightIn(text = ''): 'call' | 'put' {
  const word = text.trim().toLowerCase()
  if (word === 'c' || word === 'call') return 'call'
  if (word === 'p' || word === 'put') return 'put'
  throw new RangeError(`type is ${JSON.stringify(text)}, expected C or P`)
}

function numberIn(cell: CellOf, name: string): number {
  const text = cell(name)
  if (text === undefined) throw new RangeError(`there is no column ${name}`)
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (!Number.isFinite(value)) throw new RangeError(`${name} is ${JSON.stringify(text)}, expected a number`)
  return value
}
