import { type Contract, contractOf } from '#lib/domain/contract.ts'
import { foldPriceOf, type NewestPrices, newestPrice, type PriceEvent } from '#lib/domain/newest-price.ts'
import { type HaltsShown, haltOf, noHalts } from '#lib/terminal/dashboard/halts.ts'
import { type OrdersShown, orderOf } from '#lib/terminal/dashboard/orders.ts'
import { type PriceShown, priceOf } from '#lib/terminal/dashboard/prices.ts'
import type { PayloadOf, Topic } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'

export type PositionShown = PayloadOf<'pnl.update'>
export type AccountShown = Pick<
  PayloadOf<'pnl.snapshot'>,
  'currency' | 'equity' | 'realized' | 'unrealized' | 'fees' | 'grossExposure'
>

export type MarginShown = Pick<PayloadOf<'risk.margin'>, 'available'>

/** What the dashboard shows of the market and the account: nothing but the fold of the events it was given. */
export type ScreenState = {
  /** Event time, microseconds UTC; null before the first event. */
  readonly at: number | null
  readonly seq: number
  /** Null until a feed has said what it is. */
  readonly isSimulated: boolean | null
  readonly feed: string | null
  readonly prices: Readonly<Record<string, PriceShown>>
  /** By strategy and instrument; those that are not flat, and what was earned by those that are. */
  readonly positions: Readonly<Record<string, PositionShown>>
  /** The newest price of what is held. */
  readonly marks: Readonly<Record<string, string>>
  /** How instruments pay: thousands with a chain of options, so that it grows in place. */
  readonly contracts: Map<string, Contract>
  readonly account: AccountShown | null
  /** Null where no model of margin is told. */
  readonly margin: MarginShown | null
  readonly orders: OrdersShown
  readonly halts: HaltsShown
}

export const emptyScreen = (): ScreenState => ({
  at: null,
  seq: 0,
  isSimulated: null,
  feed: null,
  prices: {},
  positions: {},
  marks: {},
  contracts: new Map(),
  account: null,
  margin: null,
  orders: [],
  halts: noHalts,
})

/** The screen after an event. An event of no interest moves the time alone. */
export function foldEvent(screen: ScreenState, event: Event): ScreenState {
  const seen = { ...screen, at: Math.max(screen.at ?? 0, event.at), seq: Math.max(screen.seq, event.seq) }
  switch (event.topic) {
    case 'md.status': {
      const { feed, state, isSimulated } = event.payload
      return { ...seen, isSimulated, feed: `${feed} ${state}` }
    }
    case 'md.instrument':
      screen.contracts.set(event.payload.instrument, contractOf(event.payload))
      return seen
    case 'md.split': {
      // What follows says it in new units.
      const { [event.payload.instrument]: _, ...marks } = screen.marks
      return { ...seen, marks }
    }
    case 'md.option.tick':
      return { ...seen, marks: marksAfter(screen, event) }
    case 'md.tick':
    case 'md.bar': {
      const { instrument } = event.payload
      const price = priceOf(screen.prices[instrument], event)
      const marks = marksAfter(screen, event)
      return price === null ? { ...seen, marks } : { ...seen, marks, prices: { ...screen.prices, [instrument]: price } }
    }
    case 'pnl.update': {
      const { strategy, instrument } = event.payload
      return { ...seen, positions: { ...screen.positions, [`${strategy} ${instrument}`]: event.payload } }
    }
    case 'pnl.snapshot':
      return { ...seen, account: event.payload }
    case 'risk.margin':
      return { ...seen, margin: event.payload }
  }
  return { ...seen, orders: orderOf(screen.orders, event), halts: haltOf(screen.halts, event) }
}

/** The mark of what is held, after a price. */
function marksAfter({ marks, positions, contracts }: ScreenState, event: PriceEvent): ScreenState['marks'] {
  const { instrument } = event.payload
  const isHeld = Object.values(positions).some((one) => one.instrument === instrument && Number(one.position) !== 0)
  if (!isHeld) return marks
  const prices: NewestPrices = new Map()
  foldPriceOf(prices, event, contracts.get(instrument)?.isInverse === true)
  const mark = newestPrice(prices, instrument)
  return mark === null ? marks : { ...marks, [instrument]: mark }
}

/** What the screen needs of the market and of the books from the start of the run, and what it takes from now on. */
export const marketTopics = ['md.status', 'md.instrument', 'md.split'] as const satisfies readonly Topic[]
export const historyTopics = [
  'pnl.update',
  'pnl.snapshot',
  'order.submitted',
  'order.denied',
  'order.accepted',
  'order.rejected',
  'order.cancel_requested',
  'order.update_requested',
  'order.updated',
  'order.update_rejected',
  'order.mass_cancel_reported',
  'order.canceled',
  'order.expired',
  'order.fill',
  'risk.margin',
  'risk.halted',
  'risk.resumed',
  'risk.rejected',
  'risk.strategy_halted',
  'risk.strategy_resumed',
  'risk.violation',
  'strategy.status',
  'system.alert',
  'system.command.result',
] as const satisfies readonly Topic[]
export const newestTopics = ['md.tick', 'md.bar', 'md.option.tick'] as const satisfies readonly Topic[]
