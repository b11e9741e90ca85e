import { keepMarks } from '#lib/domain/conversion.ts'
import { type FirstOut, firstOutFromJson, firstOutToJson } from '#lib/domain/first-out.ts'
import { asMoney, type Money, moneyOf, moneyText } from '#lib/domain/money.ts'
import type { NewestPrices } from '#lib/domain/newest-price.ts'
import { flat, type Position, type PositionJson, positionFromJson, positionToJson } from '#lib/domain/position.ts'
import {
  noOrders,
  ordersFromJson,
  ordersToJson,
  type SentOrders,
  type SentOrdersJson,
} from '#lib/domain/sent-orders.ts'
import type { Greeks } from './greeks.ts'
import type { PnlConfig } from './pnl-config.ts'

export type Terms = {
  readonly multiplier: string
  readonly currency: string
  readonly isInverse: boolean
  /** The underlying of an option. */
  readonly optionOn: string | null
}

/** What the newest fill came to. */
export type Outcome =
  | {
      readonly kind: 'booked'
      readonly strategy: string
      readonly instrument: string
      /** What of its fee is not in the account. */
      readonly uncounted: string | null
    }
  | { readonly kind: 'not_countable'; readonly why: string }
  | { readonly kind: 'not_counted' }

export type Ledger = {
  config: PnlConfig
  readonly terms: Map<string, Terms>
  readonly prices: NewestPrices
  readonly orders: SentOrders
  /** By strategy, then instrument, each in the order of the first fill. */
  readonly books: Map<string, Map<string, Position>>
  /** The same first in, first out, by strategy and instrument as `books` has them; where the account asks for it. */
  readonly fifo: Map<string, FirstOut>
  /** Of options, as they were told last. */
  readonly greeks: Map<string, Greeks>
  peakEquity: Money
  /** Crossings of limits that have been said and are not made good. */
  beyond: readonly string[]
  outcome: Outcome
}

export const openLedger = (config: PnlConfig): Ledger => ({
  config,
  terms: new Map(),
  prices: new Map(),
  orders: noOrders(),
  books: new Map(),
  fifo: new Map(),
  greeks: new Map(),
  peakEquity: moneyOf(config.startingCash),
  beyond: [],
  outcome: { kind: 'not_counted' },
})

/** [P12] */
export function reopenLedger(ledger: Ledger, config: PnlConfig): Ledger {
  const { terms, prices, orders, greeks } = ledger
  if (config.currency !== ledger.config.currency) return { ...openLedger(config), terms, prices, orders, greeks }
  const added = moneyOf(config.startingCash) - moneyOf(ledger.config.startingCash)
  const fifo = config.fifo === true ? ledger.fifo : new Map()
  return { ...ledger, config: keepMarks(ledger, config), fifo, peakEquity: asMoney(ledger.peakEquity + added) }
}

export const positionOf = (ledger: Ledger, strategy: string, instrument: string): Position =>
  ledger.books.get(strategy)?.get(instrument) ?? flat

export function setPosition({ books }: Ledger, strategy: string, instrument: string, position: Position): void {
  const own = books.get(strategy)
  if (own) own.set(instrument, position)
  else books.set(strategy, new Map([[instrument, position]]))
}

// Neither part can hold a space.
export const bookKey = (strategy: string, instrument: string): string => `${strategy} ${instrument}`

export const ledgerToJson = (ledger: Ledger) => ({
  ...ledger,
  terms: [...ledger.terms],
  prices: [...ledger.prices],
  orders: ordersToJson(ledger.orders),
  books: [...ledger.books].map(([strategy, own]) => [strategy, [...own].map(bookToJson)] as const),
  fifo: [...ledger.fifo].map(([key, one]) => [key, firstOutToJson(one)] as const),
  greeks: [...ledger.greeks],
  peakEquity: moneyText(ledger.peakEquity),
})

export function ledgerFromJson(json: unknown): Ledger {
  const ledger = json as Omit<ReturnType<typeof ledgerToJson>, 'orders'> & { orders: SentOrdersJson }
  return {
    ...ledger,
    terms: new Map(ledger.terms),
    prices: new Map(ledger.prices),
    orders: ordersFromJson(ledger.orders),
    books: new Map(ledger.books.map(([strategy, own]) => [strategy, new Map(own.map(bookFromJson))])),
    fifo: new Map(ledger.fifo.map(([key, one]) => [key, firstOutFromJson(one)])),
    greeks: new Map(ledger.greeks),
    peakEquity: moneyOf(ledger.peakEquity),
  }
}

const bookToJson = ([instrument, position]: [string, Position]) => [instrument, positionToJson(position)] as const
const bookFromJson = ([instrument, position]: readonly [string, PositionJson]) =>
  [instrument, positionFromJson(position)] as const
