import { multiplyExact, parseExact } from '#lib/bars/exact-decimal.ts'
import { fromUnits } from '#lib/domain/decimal.ts'
import { asMoney, moneyOf, moneyText } from '#lib/domain/money.ts'
import { foldPrice, type NewestPrices, newestPrice, type PriceEvent } from '#lib/domain/newest-price.ts'
import { notionalOf } from '#lib/domain/notional.ts'
import { isEnded, type OrderStatus } from '#lib/domain/order-lifecycle.ts'
import { applyHappening, submittedOrder } from '#lib/domain/order-progress.ts'
import { findOrder, noOrders, type SentOrder, shelveIfEnded } from '#lib/domain/sent-orders.ts'
import { subtractExact } from '#lib/domain/signed-decimal.ts'
import { applyReport, type Report } from '#lib/domain/venue-report.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { eventsOf } from './order-life.ts'

export type PositionView = PayloadOf<'pnl.update'> & {
  /** |position * mark * multiplier| */
  readonly exposure: string
}

/** Positions as the last fill left them, marked at the newest price in the log; those that are flat only where `all` is said. */
export function positionsIn(folder: string, all: boolean): PositionView[] {
  const updates = new Map<string, PayloadOf<'pnl.update'>>()
  for (const event of eventsOf(folder, ['pnl.update'])) {
    const update = event.payload as PayloadOf<'pnl.update'>
    updates.set(`${update.strategy} ${update.instrument}`, update)
  }
  const shown = [...updates.values()].filter(({ position }) => all || parseExact(position).units !== 0n)
  if (shown.length === 0) return []
  const { prices, multipliers } = marketIn(folder, new Set(shown.map(({ instrument }) => instrument)))
  return shown.map((update) => {
    const mark = newestPrice(prices, update.instrument) ?? update.mark
    const multiplier = parseExact(multipliers.get(update.instrument) ?? '1')
    const position = parseExact(update.position)
    const moved = notionalOf(subtractExact(parseExact(mark), parseExact(update.mark)), position, multiplier)
    const value = multiplyExact(multiplyExact(position, parseExact(mark)), multiplier)
    const exposure = fromUnits(value.units < 0n ? -value.units : value.units, value.scale)
    const unrealized = moneyText(asMoney(moneyOf(update.unrealized) + moved))
    return { ...update, mark, unrealized, exposure }
  })
}

/** The newest snapshot of the account; null before the first. */
export function newestSnapshot(folder: string): Event<'pnl.snapshot'> | null {
  let newest: Event | null = null
  for (const event of eventsOf(folder, ['pnl.snapshot'])) newest = event
  return newest as Event<'pnl.snapshot'> | null
}

export type OrderView = {
  readonly clientOrderId: string
  readonly at: number
  readonly strategy: string
  readonly instrument: string
  readonly side: string
  readonly orderType: string
  readonly quantity: string
  readonly limitPrice: string | null
  readonly filled: string
  readonly status: OrderStatus
}

/** Every order of a log, in the order of sending; those that have not ended only where `isOpenOnly`. */
export function ordersIn(folder: string, isOpenOnly: boolean): OrderView[] {
  const orders = noOrders()
  const sent: { order: SentOrder; at: number; payload: PayloadOf<'order.submitted'> }[] = []
  for (const event of eventsOf(folder, ['order'])) {
    switch (event.topic) {
      case 'order.submitted': {
        const { clientOrderId, strategy, instrument, side, quantity } = event.payload
        const order = { clientOrderId, strategy, instrument, side, progress: submittedOrder(quantity) }
        orders.working.set(clientOrderId, order)
        sent.push({ order, at: event.at, payload: event.payload })
        break
      }
      case 'order.cancel_requested': {
        const order = orders.working.get(event.payload.clientOrderId)
        if (order) applyHappening(order.progress, 'cancel_requested')
        break
      }
      case 'order.accepted':
      case 'order.triggered':
      case 'order.rejected':
      case 'order.fill':
      case 'order.canceled':
      case 'order.expired': {
        const order = findOrder(orders, event.payload.clientOrderId)
        if (!order) break
        applyReport(order, event as Report)
        shelveIfEnded(orders, order, Number.POSITIVE_INFINITY)
      }
    }
  }
  const views = sent.map(({ order, at, payload }) => {
    const { clientOrderId, strategy, instrument, side, orderType, quantity, limitPrice = null } = payload
    const { filled, status } = order.progress
    return { clientOrderId, at, strategy, instrument, side, orderType, quantity, limitPrice, filled, status }
  })
  return views.filter(({ status }) => !isOpenOnly || !isEnded(status))
}

function marketIn(folder: string, instruments: ReadonlySet<string>) {
  const prices: NewestPrices = new Map()
  const multipliers = new Map<string, string>()
  for (const event of eventsOf(folder, ['md.instrument', 'md.bar', 'md.tick', 'md.option.tick'])) {
    const { instrument } = event.payload as { instrument: string }
    if (!instruments.has(instrument)) continue
    if (event.topic === 'md.instrument') multipliers.set(instrument, event.payload.multiplier)
    else foldPrice(prices, event as PriceEvent)
  }
  return { prices, multipliers }
}
