import { addExact, type ExactDecimal, formatExact, parseExact } from '#lib/bars/exact-decimal.ts'
import type { NewestPrices } from '#lib/domain/newest-price.ts'
import {
  noOrders,
  ordersFromJson,
  ordersToJson,
  type SentOrder,
  type SentOrders,
  type SentOrdersJson,
} from '#lib/domain/sent-orders.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { RiskConfig } from './risk-config.ts'

/** A strategy's position in an instrument, signed decimal text, never zero. */
export type Position = { readonly strategy: string; readonly instrument: string; readonly quantity: string }
export type Wish = PayloadOf<'instrument.resolved'>
export type Terms = { readonly multiplier: string; readonly currency: string }

export type Account = {
  config: RiskConfig
  /** Newest event time seen, microseconds. */
  now: number
  readonly instruments: Map<string, Terms>
  readonly prices: NewestPrices
  /** By `bookKey`. */
  readonly positions: Map<string, Position>
  readonly orders: SentOrders
  /** Wishes that wait for the orders before them to end, by `bookKey`. */
  readonly waiting: Map<string, Wish>
  halted: PayloadOf<'risk.halted'>['code'] | null
  equity: string
  peakEquity: string
  /** A resume started a peak of our own. */
  isPeakOurs: boolean
  /** Times of the approvals of the last minute, oldest first. */
  approvedAt: number[]
}

export const openAccount = (config: RiskConfig): Account => ({
  config,
  now: 0,
  instruments: new Map(),
  prices: new Map(),
  positions: new Map(),
  orders: noOrders(),
  waiting: new Map(),
  halted: null,
  equity: config.startingCash,
  peakEquity: config.startingCash,
  isPeakOurs: false,
  approvedAt: [],
})

// Neither part can hold a space.
export const bookKey = (strategy: string, instrument: string): string => `${strategy} ${instrument}`

export const positionOf = (account: Account, strategy: string, instrument: string): ExactDecimal =>
  parseExact(account.positions.get(bookKey(strategy, instrument))?.quantity ?? '0')

/** Moves a strategy's position by what was bought or sold. */
export function movePosition(
  account: Account,
  { strategy, instrument, side, quantity }: PayloadOf<'order.fill'>,
): void {
  const { units, scale } = parseExact(quantity)
  const moved = addExact(positionOf(account, strategy, instrument), { units: side === 'buy' ? units : -units, scale })
  const key = bookKey(strategy, instrument)
  if (moved.units === 0n) account.positions.delete(key)
  else account.positions.set(key, { strategy, instrument, quantity: formatExact(moved) })
}

/** The strategy's own orders at work in an instrument, in the order of sending. */
export function workingOf(account: Account, strategy: string, instrument: string): SentOrder[] {
  const own: SentOrder[] = []
  for (const order of account.orders.working.values()) {
    if (order.strategy === strategy && order.instrument === instrument) own.push(order)
  }
  return own
}

export const accountToJson = (account: Account) => ({
  ...account,
  instruments: [...account.instruments],
  prices: [...account.prices],
  positions: [...account.positions],
  orders: ordersToJson(account.orders),
  waiting: [...account.waiting],
  approvedAt: [...account.approvedAt],
})

export function accountFromJson(json: unknown): Account {
  const account = json as Omit<ReturnType<typeof accountToJson>, 'orders'> & { orders: SentOrdersJson }
  return {
    ...account,
    instruments: new Map(account.instruments),
    prices: new Map(account.prices),
    positions: new Map(account.positions),
    orders: ordersFromJson(account.orders),
    waiting: new Map(account.waiting),
  }
}
