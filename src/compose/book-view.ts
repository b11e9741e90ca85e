import { parseExact } from '#lib/bars/exact-decimal.ts'
import { adopt } from '#lib/domain/adopted-order.ts'
import { type Contract, contractOf } from '#lib/domain/contract.ts'
import { markedAt, type PositionView } from '#lib/domain/marked-position.ts'
import {
  dropNotAboveZero,
  foldPriceOf,
  type NewestPrices,
  newestPrice,
  type PriceEvent,
} from '#lib/domain/newest-price.ts'
import { isEnded, type OrderStatus } from '#lib/domain/order-lifecycle.ts'
import { applyHappening, shrinkOrder, submittedOrder } from '#lib/domain/order-progress.ts'
import { findOrder, noOrders, type SentOrder, shelveIfEnded } from '#lib/domain/sent-orders.ts'
import { splitPrices } from '#lib/domain/split.ts'
import { applyReport, happeningOf, type Report } from '#lib/domain/venue-report.ts'
import { removedOf } from '#lib/journal/kept-events.ts'
import { realDisk } from '#lib/journal/real-disk.ts'
import { readSnapshots } from '#lib/journal/snapshot-files.ts'
import { codeHash } from '#lib/process/version.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { heldContracts } from '#services/pnl/adapters/held-contracts.ts'
import { eventsOf } from './order-life.ts'

/** Where retention removed the listing, and no snapshot has it, nobody knows what a price is worth: it is as its last fill left it. */
export type KeptPosition = Omit<PositionView, 'exposure'> & { readonly exposure: string | null }

/** Positions as the last fill left them, marked at the newest price in the log; those that are flat only where `all` is said. */
export function positionsIn(folder: string, all: boolean): KeptPosition[] {
  const updates = new Map<string, PayloadOf<'pnl.update'>>()
  for (const event of eventsOf(folder, ['pnl.update'])) {
    const update = event.payload as PayloadOf<'pnl.update'>
    updates.set(`${update.strategy} ${update.instrument}`, update)
  }
  const shown = [...updates.values()].filter(({ position }) => all || parseExact(position).units !== 0n)
  if (shown.length === 0) return []
  const { prices, contracts } = marketIn(folder, new Set(shown.map(({ instrument }) => instrument)))
  const held = removedOf(folder, { topics: ['md'] }) === null ? null : contractsHeld(folder)
  return shown.map((update) => {
    const contract = contracts.get(update.instrument) ?? (held === null ? plain : held.get(update.instrument))
    if (contract === undefined) return { ...update, exposure: null }
    return markedAt(update, newestPrice(prices, update.instrument) ?? update.mark, contract)
  })
}

/** What pnl counts with, at its newest snapshot. */
function contractsHeld(folder: string): ReadonlyMap<string, Contract> {
  const newest = readSnapshots(realDisk, folder, 'pnl').find(({ code }) => code === codeHash)
  return newest === undefined ? new Map() : heldContracts(newest.state)
}

const plain: Contract = { multiplier: parseExact('1'), isInverse: false }

export type AccountView = {
  readonly snapshot: Event<'pnl.snapshot'>
  /** Of that snapshot; null where no model of margin is told, or the gate has not answered yet. */
  readonly margin: PayloadOf<'risk.margin'> | null
}

/** The account at the newest snapshot; null before the first. */
export function newestAccount(folder: string): AccountView | null {
  let snapshot: Event<'pnl.snapshot'> | null = null
  let margin: PayloadOf<'risk.margin'> | null = null
  for (const event of eventsOf(folder, ['pnl.snapshot', 'risk.margin']))
    if (event.topic === 'pnl.snapshot') [snapshot, margin] = [event, null]
    else if (event.topic === 'risk.margin') margin = event.payload
  return snapshot && { snapshot, margin }
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
  const moved = new Map<string, string>()
  const sent: { order: SentOrder; at: number; terms: { orderType: string; limitPrice?: string | undefined } }[] = []
  for (const event of eventsOf(folder, ['order'])) {
    switch (event.topic) {
      case 'order.submitted': {
        const { clientOrderId, strategy, instrument, side, quantity } = event.payload
        const order = { clientOrderId, strategy, instrument, side, progress: submittedOrder(quantity) }
        orders.working.set(clientOrderId, order)
        sent.push({ order, at: event.at, terms: event.payload })
        break
      }
      case 'order.adopted': {
        const order = adopt(orders, event.payload)
        const terms = { orderType: 'limit', limitPrice: event.payload.limitPrice }
        if (order) sent.push({ order, at: event.at, terms })
        break
      }
      case 'order.cancel_requested':
      case 'order.update_requested':
      case 'order.updated':
      case 'order.update_rejected': {
        const order = orders.working.get(event.payload.clientOrderId)
        if (order) applyHappening(order.progress, happeningOf[event.topic])
        if (order && event.topic === 'order.updated') foldChange(order, event.payload, moved)
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
  const views = sent.map(({ order, at, terms }) => {
    const { clientOrderId, strategy, instrument, side } = order
    const { orderType } = terms
    const limitPrice = moved.get(clientOrderId) ?? terms.limitPrice ?? null
    const { filled, status, quantity } = order.progress
    return { clientOrderId, at, strategy, instrument, side, orderType, quantity, limitPrice, filled, status }
  })
  return views.filter(({ status }) => !isOpenOnly || !isEnded(status))
}

function marketIn(folder: string, instruments: ReadonlySet<string>) {
  const prices: NewestPrices = new Map()
  const contracts = new Map<string, Contract>()
  for (const event of eventsOf(folder, ['md.instrument', 'md.split', 'md.bar', 'md.tick', 'md.option.tick'])) {
    const { instrument } = event.payload as { instrument: string }
    if (!instruments.has(instrument)) continue
    if (event.topic === 'md.instrument') {
      const contract = contractOf(event.payload)
      contracts.set(instrument, contract)
      if (contract.isInverse) dropNotAboveZero(prices, instrument)
    } else if (event.topic === 'md.split') splitPrices(prices, instrument, event.payload)
    else foldPriceOf(prices, event as PriceEvent, contracts.get(instrument)?.isInverse === true)
  }
  return { prices, contracts }
}

function foldChange(order: SentOrder, change: PayloadOf<'order.updated'>, moved: Map<string, string>): void {
  const { clientOrderId, limitPrice, quantity } = change
  if (limitPrice !== undefined) moved.set(clientOrderId, limitPrice)
  if (quantity !== undefined) shrinkOrder(order.progress, quantity)
}
