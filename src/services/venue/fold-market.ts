import type { PayloadOf } from '#schemas/catalogue.ts'
import { isExposedTo, isFillingBar } from './answer-bar.ts'
import type { Exchange } from './exchange.ts'
import { foldDepth, keepsLevels } from './level-book.ts'
import { fillsByTrades, keepsQuotes } from './market-source.ts'
import { foldOrder, keepsOthers } from './order-queue.ts'
import { isAway } from './outage.ts'
import { joinQueues, passCancels, passTrade, type Trade } from './queue.ts'
import { foldQuote, type QuoteEvent, quoteIn } from './standing-quote.ts'
import { trail } from './trigger.ts'
import type { WorkingOrder } from './working-order.ts'

/** What a bar does to what the exchange knows, and to orders that are exposed to it. */
export function foldBar(exchange: Exchange, bar: PayloadOf<'md.bar'>): void {
  const { config, working, lastBars } = exchange
  if (config.fill !== 'same-close' && working.size === 0) return
  if (!isFillingBar(exchange, bar)) return
  if (config.fill === 'same-close') lastBars.set(bar.instrument, { bar, taken: 0 })
  for (const order of working.get(bar.instrument) ?? []) {
    if (!isExposedTo(order, bar, config)) continue
    expose(exchange, order)
    if (order.trigger === null || order.trigger.offset === null) continue
    // What this bar shows moves a trailing stop from the next bar on: the path inside it is not known.
    const { trigger } = order
    if (order.best !== null) trail(trigger, order.best)
    else if (trigger.price === null) trail(trigger, bar.open)
    order.best = trigger.towards === 'down' ? bar.high : bar.low
  }
}

/** The levels of a book, and who left from before our orders in it. */
export function foldLevels(exchange: Exchange, depth: PayloadOf<'md.depth'>): void {
  if (!keepsLevels(exchange.config)) return
  const orders = exchange.working.get(depth.instrument) ?? []
  joinQueues(exchange, orders)
  foldDepth(exchange, depth)
  passCancels(exchange, orders)
}

/** Single orders of others, where the queue is by them. */
export function foldOthers(exchange: Exchange, told: PayloadOf<'md.order'>): void {
  const { config, working } = exchange
  if (!keepsOthers(config)) return
  joinQueues(exchange, working.get(told.instrument) ?? [])
  foldOrder(exchange, told)
}

/** A trade, which passes those before our orders, or the quote that stands from here on. */
export function foldTick(exchange: Exchange, event: QuoteEvent): void {
  const { instrument } = event.payload
  if (!keepsQuotes(exchange, instrument)) return
  const quote = quoteIn(event)
  const orders = exchange.working.get(instrument)
  if (orders) joinQueues(exchange, orders)
  if (!quote) {
    foldTrade(exchange, orders ?? [], event.payload as Trade)
    return
  }
  foldQuote(exchange, quote)
  for (const order of orders ?? []) {
    expose(exchange, order)
    const shown = order.side === 'buy' ? quote.ask : quote.bid
    if (order.trigger !== null && shown !== null) trail(order.trigger, shown)
  }
  if (orders && !exchange.books.has(instrument)) passCancels(exchange, orders)
}

/** Where nothing else is shown, it is what orders are exposed to. [V30] [V44] */
function foldTrade(exchange: Exchange, orders: readonly WorkingOrder[], trade: Trade): void {
  const { config, quotes, traded } = exchange
  const { instrument, price } = trade
  if (config.queue.kind !== 'none') passTrade(exchange, orders, trade)
  if (config.fill !== 'touch' || quotes.has(instrument)) return
  traded.add(instrument)
  if (!fillsByTrades(exchange, instrument)) return
  for (const order of orders) {
    expose(exchange, order)
    if (order.trigger !== null) trail(order.trigger, price)
  }
}

/** What comes while the exchange is away is no order's arrival. [V34] */
function expose(exchange: Exchange, order: WorkingOrder): void {
  if (!isAway(exchange)) order.exposures += 1
}
