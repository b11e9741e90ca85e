import type { ExactDecimal } from '#lib/bars/exact-decimal.ts'
import { convert, keepMarks } from '#lib/domain/conversion.ts'
import { asMoney, type Money, moneyOf, moneyScale, moneyText } from '#lib/domain/money.ts'
import type { NewestPrices } from '#lib/domain/newest-price.ts'
import { type OldestFirst, oldestFirst } from '#lib/domain/oldest-first.ts'
import {
  noOrders,
  ordersFromJson,
  ordersToJson,
  type SentOrders,
  type SentOrdersJson,
} from '#lib/domain/sent-orders.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { type Books, booksFromJson, noBooks, positionsToJson } from './book.ts'
import type { Feeds } from './feeds.ts'
import type { ClosingTry } from './flatten.ts'
import { type Listing, listingFromJson, listingToJson } from './listing.ts'
import { type RateWindow, recentTimes } from './rate-window.ts'
import { hasInstrumentLimit, hasStrategyLimit, type RiskConfig } from './risk-config.ts'
import type { Roll } from './roll.ts'
import { noteAll } from './settle-sums.ts'
import { countAnew, type StrategyRecord } from './strategy-record.ts'
import type { WaitingWish } from './waiting-wish.ts'

export type Wish = PayloadOf<'instrument.resolved'>

/** Why not everything may pass, and what still does. */
export type Halt = {
  /** The `risk.halted`. */
  readonly by: string
  readonly code: PayloadOf<'risk.halted'>['code']
  readonly state: 'REDUCING' | 'HALTED'
  readonly isFlattening: boolean
}

/** A round trip: the sign of what is held, and what realized less fees came to when it began. */
export type Trip = { readonly sign: number; readonly result: string }

/** Ages of prices, profits of strategies, round trips, marks of currencies. */
export type Watches = {
  readonly ages: boolean
  readonly profits: boolean
  readonly trips: boolean
  /** Instruments that currencies are converted at. */
  readonly marks: readonly string[]
}

export type Account = {
  config: RiskConfig
  /** What a limit asks for; nothing else is kept. */
  watches: Watches
  /** Newest event time seen, microseconds. */
  now: number
  readonly instruments: Map<string, Listing>
  readonly prices: NewestPrices
  /** By option, the price of its underlying that its quotes told last. */
  readonly underlyingPrices: Map<string, string>
  /** When the newest price came; kept only where a limit asks for it. */
  readonly pricedAt: Map<string, number>
  readonly feeds: Feeds
  books: Books
  readonly orders: SentOrders
  /** Wishes that wait for the orders before them to end, by `bookKey`. */
  readonly waiting: Map<string, WaitingWish>
  /** Where exits of brackets may be, by `bookKey`: from leave for an entry on until nothing is held there or works, or the entry that is named, of which nothing was filled, ends. [R47] */
  readonly exitPlaces: Map<string, string | null>
  /** The newest answer of the gate that the order engine is known to have read. */
  readByEngine: string | null
  /** Rolls that have not come whole yet, or whose legs wait, by intent. [R43] */
  readonly rolls: Map<string, Roll>
  /** Intent and instrument of the newest wishes, oldest first. */
  readonly wished: Set<string>
  /** The same, to forget the oldest. */
  readonly wishes: OldestFirst
  /** The wish that is being answered has been answered before. */
  isRepeated: boolean
  /** Who resolved it had not heard of a split of its instrument. */
  isOfOldUnits: boolean
  halt: Halt | null
  /** By `bookKey`, while the gate itself closes positions. [R36] */
  readonly closing: Map<string, ClosingTry>
  /** A limit has halted since the newest resume: it does so once. */
  hasLimitHalted: boolean
  /** The router has said that the disk of the log is nearly full, and not that there is space; until an operator resumes from that. */
  isDiskFull: boolean
  /** Starting cash and what every fill brought or cost, by currency. */
  readonly cash: Map<string, Money>
  /** What a report that cannot be, or a fee that nobody could count, happened in. */
  haltedInstruments: readonly string[]
  /** What the newest snapshot has beside profit; null before the first. */
  invested: string | null
  equity: string
  peakEquity: string
  /** A resume started a peak of our own. */
  isPeakOurs: boolean
  /** UTC day of the newest snapshot, in days since 1970, and the equity that it began with. */
  day: number
  dayStartEquity: string
  approvedAt: RateWindow
  /** Of those, what only closes. */
  closedAt: RateWindow
  canceledAt: RateWindow
  readonly strategies: Map<string, StrategyRecord>
  /** A limit asks for profits anew: they are counted from the next snapshot. */
  areProfitsNew: boolean
  /** By `bookKey`; kept only where a limit asks for it. */
  readonly trips: Map<string, Trip>
}

/** The cash in the account's currency, at its stated marks; null where one is missing. */
export function cashOf(account: Account): ExactDecimal | null {
  let units = 0n
  for (const [currency, own] of account.cash) {
    const converted = convert(account, own, currency)
    if (converted === null) return null
    units += converted
  }
  return { units, scale: moneyScale }
}

/** Cash that came or went. */
export function moveCash({ cash }: Pick<Account, 'cash'>, currency: string, moved: bigint): void {
  cash.set(currency, asMoney((cash.get(currency) ?? 0n) + moved))
}

export const openAccount = (config: RiskConfig): Account => ({
  config,
  watches: watchesOf(config),
  now: 0,
  instruments: new Map(),
  prices: new Map(),
  underlyingPrices: new Map(),
  pricedAt: new Map(),
  feeds: new Map(),
  books: noBooks(),
  orders: noOrders(),
  waiting: new Map(),
  exitPlaces: new Map(),
  readByEngine: null,
  rolls: new Map(),
  wished: new Set(),
  wishes: oldestFirst(),
  isRepeated: false,
  isOfOldUnits: false,
  halt: null,
  closing: new Map(),
  hasLimitHalted: false,
  isDiskFull: false,
  cash: new Map([[config.currency, moneyOf(config.startingCash)]]),
  haltedInstruments: [],
  invested: null,
  equity: config.startingCash,
  peakEquity: config.startingCash,
  isPeakOurs: false,
  day: 0,
  dayStartEquity: config.startingCash,
  approvedAt: [],
  closedAt: [],
  canceledAt: [],
  strategies: new Map(),
  areProfitsNew: false,
  trips: new Map(),
})

/** A new configuration keeps everything that a limit goes on asking for; prices have no age before their next one where ages were not kept. [R20] */
export function reopenAccount(account: Account, config: RiskConfig): Account {
  noteAll(account.books)
  moveCash(account, config.currency, moneyOf(config.startingCash) - moneyOf(account.config.startingCash))
  const kept = keepMarks(account, config)
  const watches = watchesOf(kept)
  countAnew(account.strategies, account.config, kept)
  return {
    ...account,
    config: kept,
    watches,
    pricedAt: watches.ages ? account.pricedAt : new Map(),
    areProfitsNew: account.areProfitsNew || !account.watches.profits,
    trips: watches.trips ? account.trips : new Map(),
  }
}

export const accountToJson = ({ books, wishes: _, ...account }: Account) => ({
  ...account,
  instruments: [...account.instruments].map(([instrument, listing]) => [instrument, listingToJson(listing)] as const),
  prices: [...account.prices],
  underlyingPrices: [...account.underlyingPrices],
  pricedAt: [...account.pricedAt],
  feeds: [...account.feeds],
  positions: positionsToJson(books),
  orders: ordersToJson(account.orders),
  waiting: [...account.waiting],
  exitPlaces: [...account.exitPlaces],
  rolls: [...account.rolls],
  wished: [...account.wished],
  closing: [...account.closing],
  cash: [...account.cash].map(([currency, own]) => [currency, moneyText(own)] as const),
  approvedAt: recentTimes(account.approvedAt, account.now),
  closedAt: recentTimes(account.closedAt, account.now),
  canceledAt: recentTimes(account.canceledAt, account.now),
  strategies: [...account.strategies].map(([strategy, record]) => {
    const approvedAt = recentTimes(record.approvedAt, account.now)
    return [strategy, { ...record, approvedAt }] as const
  }),
  trips: [...account.trips],
})

export function accountFromJson(json: unknown): Account {
  const { positions, ...account } = json as Omit<ReturnType<typeof accountToJson>, 'orders'> & {
    orders: SentOrdersJson
  }
  const orders = ordersFromJson(account.orders)
  return {
    ...account,
    instruments: new Map(account.instruments.map(([instrument, listing]) => [instrument, listingFromJson(listing)])),
    prices: new Map(account.prices),
    underlyingPrices: new Map(account.underlyingPrices),
    pricedAt: new Map(account.pricedAt),
    feeds: new Map(account.feeds),
    books: booksFromJson(positions, orders.working.values()),
    orders,
    waiting: new Map(account.waiting),
    exitPlaces: new Map(account.exitPlaces),
    rolls: new Map(account.rolls),
    wished: new Set(account.wished),
    wishes: oldestFirst(account.wished),
    closing: new Map(account.closing),
    cash: new Map(account.cash.map(([currency, own]) => [currency, moneyOf(own)])),
    strategies: new Map(account.strategies),
    trips: new Map(account.trips),
  }
}

const watchesOf = (config: RiskConfig): Watches => ({
  ages: hasInstrumentLimit(config, ['maxPriceAgeMs']),
  profits: hasStrategyLimit(config, ['maxStrategyDailyLoss', 'maxStrategyDrawdown']),
  trips: hasStrategyLimit(config, ['maxConsecutiveLosses', 'cooldownMs']),
  marks: Object.values(config.conversions ?? {}).map(({ instrument }) => instrument),
})
