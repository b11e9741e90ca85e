import assert from 'node:assert/strict'
import type { BookFault } from '#lib/book/book-checksum.ts'
import type { OrderBook } from '#lib/book/order-book.ts'
import type { Instrument } from '#lib/domain/instrument.ts'
import type { NewestPrices } from '#lib/domain/newest-price.ts'
import { type OldestFirst, oldestFirst, takeOldest } from '#lib/domain/oldest-first.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Payment, Perpetual } from './funding.ts'
import { hasLine } from './latency.ts'
import { keepsLevels, levelsFromJson, levelsToJson } from './level-book.ts'
import type { Report, Sent } from './line.ts'
import { keepsOthers, type OtherOrders } from './order-queue.ts'
import type { Due, ExpiringContract } from './settlement.ts'
import type { Fraction } from './split.ts'
import type { Displayed } from './standing-quote.ts'
import type { FillingBar } from './take.ts'
import type { VenueConfig } from './venue-config.ts'
import type { WorkingOrder } from './working-order.ts'

export type Exchange = {
  config: VenueConfig
  /** Newest event time seen, microseconds. */
  now: number
  readonly listings: Map<string, Instrument>
  /** The newest bar by instrument, and how much of it our own orders got; kept only where fills are at its close. */
  readonly lastBars: Map<string, { readonly bar: FillingBar; taken: number }>
  /** The newest quote by instrument; kept only where quotes fill. */
  readonly quotes: Map<string, Displayed>
  /** What was traded while nobody quoted it; kept only where trades can fill. */
  readonly traded: Set<string>
  /** The levels of the book by instrument; kept only where a queue model or book-walk asks for them. */
  readonly books: Map<string, OrderBook>
  /** What is wrong with the one that the newest `md.depth` is of, which is forgotten. */
  wrongBook: BookFault | null
  /** Single orders of others by instrument; kept only where the queue is by them. */
  readonly others: Map<string, OtherOrders>
  /** By instrument, in the order of acceptance; an instrument without orders is not there. */
  readonly working: Map<string, WorkingOrder[]>
  /** Where every working order is, by clientOrderId. */
  readonly instrumentOf: Map<string, string>
  /** Signed lots held, by `heldKey`; zero is not there. What reduce-only orders go by. */
  readonly held: Map<string, number>
  /** Options and dated futures that are listed with all terms of their end. */
  readonly contracts: Map<string, ExpiringContract>
  /** The next of them to expire; null where none does. */
  nextExpiry: number | null
  /** The newest price of what they are on, and of futures; null before there is one. */
  readonly underlyings: Map<string, string | null>
  /** The seq of the newest split by instrument: who had not heard of it sent an order of the old units. */
  readonly splitAt: Record<string, number>
  /** What option quotes told of it, by underlying and expiry. */
  readonly forwards: Map<string, string>
  /** Contracts that have come to their end by the newest input. */
  due: Due[]
  readonly perpetuals: Map<string, Perpetual>
  /** Newest prices of them, and of shares. */
  readonly marks: NewestPrices
  /** The next of their payments; null where none is told. */
  nextPaymentAt: number | null
  /** Payments that have come due by the newest input. */
  payments: Payment[]
  /** What the newest split left beside whole lots. */
  fractions: Fraction[]
  /** Cancels that came during an outage, until they are answered. */
  lateCancels: PayloadOf<'order.cancel_requested'>[]
  /** The newest to have ended or been rejected, oldest first. */
  readonly ended: Set<string>
  /** The same, to forget the oldest. */
  readonly ends: OldestFirst
  /** Orders ever accepted: the newest venueOrderId. */
  accepted: number
  /** Feeds that started and have not ended. */
  feeds: readonly string[]
  isClosed: boolean
  /** The submission that is being answered. */
  arriving: PayloadOf<'order.submitted'> | null
  /** It took time to come. */
  isLate: boolean
  /** Its instrument was split on its way. */
  isOfOldUnits: boolean
  /** Our words and its reports take time, or can be cut off: they are on `sent` and `reports`. */
  hasLine: boolean
  /** On their way to the exchange, in the order of their sending. */
  sent: Sent[]
  /** On their way back, in the order of their saying. */
  reports: Report[]
  /** Ever sent, either way, where there is a way. */
  messages: number
}

export const openExchange = (config: VenueConfig): Exchange => ({
  config,
  now: 0,
  listings: new Map(),
  lastBars: new Map(),
  quotes: new Map(),
  traded: new Set(),
  books: new Map(),
  wrongBook: null,
  others: new Map(),
  working: new Map(),
  instrumentOf: new Map(),
  held: new Map(),
  contracts: new Map(),
  nextExpiry: null,
  underlyings: new Map(),
  splitAt: {},
  forwards: new Map(),
  due: [],
  perpetuals: new Map(),
  marks: new Map(),
  nextPaymentAt: null,
  payments: [],
  fractions: [],
  lateCancels: [],
  ended: new Set(),
  ends: oldestFirst(),
  accepted: 0,
  feeds: [],
  isClosed: false,
  arriving: null,
  isLate: false,
  isOfOldUnits: false,
  hasLine: hasLine(config),
  sent: [],
  reports: [],
  messages: 0,
})

/** Another way to fill starts from the next price; all else goes on. [V21] */
export function reopenExchange(exchange: Exchange, config: VenueConfig): Exchange {
  const isSameMarket =
    config.fill === exchange.config.fill &&
    config.interval === exchange.config.interval &&
    keepsLevels(config) === keepsLevels(exchange.config) &&
    keepsOthers(config) === keepsOthers(exchange.config)
  const opened = { ...exchange, config, hasLine: exchange.hasLine || hasLine(config) }
  if (isSameMarket) return opened
  for (const orders of exchange.working.values()) for (const order of orders) order.place = null
  return { ...opened, lastBars: new Map(), quotes: new Map(), traded: new Set(), books: new Map(), others: new Map() }
}

// Neither part can hold a space.
const heldKey = (strategy: string, instrument: string): string => `${strategy} ${instrument}`

/** The strategy's signed position in lots. */
export const heldLots = ({ held }: Exchange, { strategy, listing }: WorkingOrder): number =>
  held.get(heldKey(strategy, listing.instrument)) ?? 0

/** Every strategy's signed position in an instrument, in lots. */
export const heldIn = ({ held }: Exchange, instrument: string): { strategy: string; lots: number }[] =>
  [...held]
    .filter(([key]) => key.endsWith(` ${instrument}`))
    .map(([key, lots]) => ({ strategy: key.slice(0, key.indexOf(' ')), lots }))

export function moveHeld({ held }: Exchange, strategy: string, instrument: string, lots: number): void {
  const key = heldKey(strategy, instrument)
  const moved = (held.get(key) ?? 0) + lots
  if (moved === 0) held.delete(key)
  else held.set(key, moved)
}

export const nextVenueOrderId = ({ accepted }: Exchange): string => `sim-${accepted + 1}`

export function placeOrder(exchange: Exchange, order: WorkingOrder): void {
  const { instrument } = order.listing
  const book = exchange.working.get(instrument)
  if (book) book.push(order)
  else exchange.working.set(instrument, [order])
  exchange.instrumentOf.set(order.clientOrderId, instrument)
  exchange.accepted += 1
}

export const findWorking = (exchange: Exchange, clientOrderId: string): WorkingOrder | undefined => {
  const instrument = exchange.instrumentOf.get(clientOrderId)
  if (instrument === undefined) return undefined
  return exchange.working.get(instrument)?.find((order) => order.clientOrderId === clientOrderId)
}

export function removeOrder(exchange: Exchange, clientOrderId: string): void {
  const instrument = exchange.instrumentOf.get(clientOrderId)
  const book = instrument === undefined ? undefined : exchange.working.get(instrument)
  assert(instrument !== undefined && book !== undefined, `expected ${clientOrderId} at work, found it nowhere`)
  const rest = book.filter((order) => order.clientOrderId !== clientOrderId)
  if (rest.length === 0) exchange.working.delete(instrument)
  else exchange.working.set(instrument, rest)
  exchange.instrumentOf.delete(clientOrderId)
  forgetCancel(exchange, clientOrderId)
  rememberEnd(exchange, clientOrderId)
}

/** A cancel that came during an outage has its answer. */
export function forgetCancel(exchange: Exchange, clientOrderId: string): void {
  if (exchange.lateCancels.length === 0) return
  exchange.lateCancels = exchange.lateCancels.filter((cancel) => cancel.clientOrderId !== clientOrderId)
}

/** Keeps the id of an order that will not work any more, so that it is not taken twice. [V3] */
export function rememberEnd({ ended, ends }: Exchange, clientOrderId: string): void {
  if (ended.has(clientOrderId)) return
  ended.add(clientOrderId)
  ends.keys.push(clientOrderId)
  if (ended.size > rememberedEnds) ended.delete(takeOldest(ends) as string)
}

const rememberedEnds = 1024

export const exchangeToJson = (exchange: Exchange) =>
  structuredClone({
    ...exchange,
    listings: [...exchange.listings],
    lastBars: [...exchange.lastBars],
    quotes: [...exchange.quotes],
    traded: [...exchange.traded],
    books: [...exchange.books].map(([instrument, book]) => [instrument, levelsToJson(book)] as const),
    others: [...exchange.others].map(([instrument, others]) => [instrument, [...others]] as const),
    working: [...exchange.working],
    instrumentOf: [...exchange.instrumentOf],
    held: [...exchange.held],
    contracts: [...exchange.contracts],
    underlyings: [...exchange.underlyings],
    forwards: [...exchange.forwards],
    perpetuals: [...exchange.perpetuals],
    marks: [...exchange.marks],
    ended: [...exchange.ended],
    ends: undefined,
  })

export function exchangeFromJson(json: unknown): Exchange {
  const exchange = json as ReturnType<typeof exchangeToJson>
  return {
    ...exchange,
    listings: new Map(exchange.listings),
    lastBars: new Map(exchange.lastBars),
    quotes: new Map(exchange.quotes),
    traded: new Set(exchange.traded),
    books: new Map(exchange.books.map(([instrument, levels]) => [instrument, levelsFromJson(levels)])),
    others: new Map(exchange.others.map(([instrument, others]) => [instrument, new Map(others)])),
    working: new Map(exchange.working),
    instrumentOf: new Map(exchange.instrumentOf),
    held: new Map(exchange.held),
    contracts: new Map(exchange.contracts),
    underlyings: new Map(exchange.underlyings),
    forwards: new Map(exchange.forwards),
    perpetuals: new Map(exchange.perpetuals),
    marks: new Map(exchange.marks),
    ended: new Set(exchange.ended),
    ends: oldestFirst(exchange.ended),
  }
}
