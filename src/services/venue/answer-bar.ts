import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Exchange } from './exchange.ts'
import { fillsByTicks } from './market-source.ts'
import { takeNextClose } from './next-close.ts'
import { takeNextOpen } from './next-open.ts'
import { isAwayAt } from './outage.ts'
import { takeResting } from './resting-on-bar.ts'
import { withinVolume } from './slippage.ts'
import type { FillingBar, Take } from './take.ts'
import { takeTriggered } from './triggered-on-bar.ts'
import { end, endImmediate, execute, isEnough, type Said, type Turn } from './turn.ts'
import { turnAfter } from './turn-after.ts'
import type { VenueConfig } from './venue-config.ts'
import { endReason, type WorkingOrder } from './working-order.ts'

/** What a bar does to the orders in its instrument, in the order of their acceptance. [V9]-[V12] */
export function answerBar(exchange: Exchange, bar: PayloadOf<'md.bar'>): readonly Said[] {
  const orders = exchange.working.get(bar.instrument)
  if (!orders || !isFillingBar(exchange, bar)) return none
  const said: Said[] = []
  let taken = 0
  for (const working of orders) {
    const turn = turnAfter(said, exchange, working)
    const { order } = turn
    if (isExposedTo(order, bar, exchange.config)) {
      const take = takeOnBar(turn, bar, taken, exchange.config)
      const isInTime = take !== null && (order.endsAt === null || take.filledAt <= order.endsAt)
      // What a bar opens at while the exchange is away nobody gets.
      if (isInTime && !isAwayAt(exchange, take.filledAt) && isEnough(turn, take.lots))
        execute(turn, take, exchange.config)
      taken += turn.takenLots
      if (order.exposures === 1) endImmediate(turn)
    }
    const isTimeOver = order.endsAt !== null && exchange.now >= order.endsAt
    if (isTimeOver && order.leavesLots > 0 && !turn.isOver) end(turn, 'order.expired', endReason(order))
    said.push(...turn.said)
  }
  return said
}

/** Is this a bar that fills orders in its instrument? */
export const isFillingBar = (exchange: Exchange, { interval, instrument }: PayloadOf<'md.bar'>): boolean =>
  (exchange.config.interval === undefined || exchange.config.interval === interval) &&
  !fillsByTicks(exchange, instrument)

/**
 * A bar that ended before the order was there says nothing about it; an order that took time to arrive is not filled at an open
 * that lies before its arrival; a DAY order does not see the next day's bars. [V10]
 */
export function isExposedTo(order: WorkingOrder, bar: FillingBar, { fill }: VenueConfig): boolean {
  const { arrivedAt, isLate, endsAt } = order
  if (bar.end <= arrivedAt && !(isLate && fill === 'next-close' && bar.end === arrivedAt)) return false
  if (isLate && fill !== 'next-close' && bar.start < arrivedAt) return false
  return endsAt === null || bar.start < endsAt
}

const none: readonly [] = Object.freeze([])

function takeOnBar(turn: Turn, bar: FillingBar, taken: number, config: VenueConfig): Take | null {
  const take = turn.order.trigger ? takeTriggered(turn, bar) : takeInMarket(turn.order, bar, config.fill)
  return take && withinVolume(take, bar.volume, taken, turn.order.listing, config)
}

function takeInMarket(order: WorkingOrder, bar: FillingBar, fill: VenueConfig['fill']): Take | null {
  if (order.exposures > 1) return takeResting(order, bar)
  switch (fill) {
    case 'next-open':
      return takeNextOpen(order, bar)
    case 'next-close':
      return takeNextClose(order, bar)
    case 'same-close':
    case 'touch':
      return takeResting(order, bar)
  }
}
