import { parseEventId } from '#lib/kernel/event-id.ts'
import type { Event } from '#schemas/event.ts'
import { isExternalOrder } from './external-order.ts'
import { type OldestFirst, oldestFirst, takeOldest } from './oldest-first.ts'
import { isEnded } from './order-lifecycle.ts'
import { applyHappening, type OrderProgress } from './order-progress.ts'
import type { SplitRatio } from './split.ts'

/** An order of ours on its way to a venue or there. */
export type SentOrder = {
  readonly clientOrderId: string
  readonly strategy: string
  readonly instrument: string
  readonly side: 'buy' | 'sell'
  /** Absent for an order at the market. */
  readonly limitPrice?: string | undefined
  readonly stopPrice?: string | undefined
  readonly trailingOffset?: string | undefined
  /** The entry that it closes, where it is an exit of a bracket. */
  readonly closes?: string | undefined
  /** Its fills are followed by exits. */
  readonly hasBracket?: true | undefined
  /** It can only take a position towards zero. */
  readonly isReduceOnly?: true | undefined
  readonly progress: OrderProgress
  /** Of its instrument, since it was sent: it is of the units before them, and so are its fills. */
  splits?: readonly SplitRatio[] | undefined
}

/** Our orders by clientOrderId: what works, in the order of sending, and the newest to have ended, in the order of their end. */
export type SentOrders = {
  readonly working: Map<string, SentOrder>
  readonly ended: Map<string, SentOrder>
  /** The keys of `ended`. */
  readonly ends: OldestFirst
  readonly strangers: StrangersTrades
  /** Of each instrument that was split, in the order of the log. */
  readonly splits: Map<string, readonly Split[]>
}

/** `seq` is where it stands in the log. */
type Split = SplitRatio & { readonly seq: number }

/** The newest trades of orders that are not ours and are not followed: order and trade id. */
type StrangersTrades = { readonly known: Set<string>; readonly oldest: OldestFirst }

/** So many of those that ended are remembered, by everyone that counts fills: all of them count the same. */
export const rememberedEnds = 1_024
/** So many trades of others are. [O15] */
export const rememberedTrades = 8_192

export const noOrders = (): SentOrders => ({
  working: new Map(),
  ended: new Map(),
  ends: oldestFirst(),
  strangers: strangersTrades([]),
  splits: new Map(),
})

export const findOrder = (orders: SentOrders, clientOrderId: string): SentOrder | undefined =>
  orders.working.get(clientOrderId) ?? orders.ended.get(clientOrderId)

/** Moves an order that has just ended out of what works and forgets all but the newest. */
export function shelveIfEnded(orders: SentOrders, order: SentOrder, most = rememberedEnds): void {
  if (!isEnded(order.progress.status) || !orders.working.delete(order.clientOrderId)) return
  orders.ended.set(order.clientOrderId, order)
  orders.ends.keys.push(order.clientOrderId)
  while (orders.ended.size > most) forget(orders, takeOldest(orders.ends) as string)
}

/** Of an order that was adopted the trades are remembered as of any that is not ours. */
function forget({ ended, strangers }: SentOrders, clientOrderId: string): void {
  const { tradeIds = [] } = ended.get(clientOrderId)?.progress ?? {}
  if (isExternalOrder(clientOrderId)) for (const tradeId of tradeIds) rememberTrade(strangers, clientOrderId, tradeId)
  ended.delete(clientOrderId)
}

/** Its end is asked for: it works until the venue has ended it. */
export function foldCancelRequest(
  { working }: SentOrders,
  { clientOrderId }: { readonly clientOrderId: string },
): void {
  const order = working.get(clientOrderId)
  if (order) applyHappening(order.progress, 'cancel_requested')
}

/** Orders that a split finds are of the old units, also when they are filled later than it: the venue ends them. */
export function splitOrders({ working, ended, splits }: SentOrders, { seq, payload }: Event<'md.split'>): void {
  const { instrument, numerator, denominator } = payload
  splits.set(instrument, [...(splits.get(instrument) ?? []), { seq, numerator, denominator }])
  for (const orders of [working, ended])
    for (const order of orders.values())
      if (order.instrument === instrument) order.splits = [...(order.splits ?? []), { numerator, denominator }]
}

/**
 * Those that who said this had not heard of when it did; undefined where there are none. An answer is of the units of what it answers: a split may stand
 * before it in the log all the same.
 */
export function splitsUnheard(
  { splits }: SentOrders,
  instrument: string,
  answer: string,
): readonly SplitRatio[] | undefined {
  const { isFact, major } = parseEventId(answer)
  const unheard = isFact ? [] : (splits.get(instrument) ?? []).filter(({ seq }) => seq > major)
  return unheard.length === 0 ? undefined : unheard.map(({ numerator, denominator }) => ({ numerator, denominator }))
}

/** False where it was known. */
export function rememberTrade({ known, oldest }: StrangersTrades, clientOrderId: string, tradeId: string): boolean {
  const key = `${clientOrderId} ${tradeId}`
  if (known.has(key)) return false
  known.add(key)
  oldest.keys.push(key)
  while (known.size > rememberedTrades) known.delete(takeOldest(oldest) as string)
  return true
}

/** Those of an order. */
export const knownTrades = ({ known }: StrangersTrades, clientOrderId: string): string[] =>
  [...known].flatMap((key) => (key.startsWith(`${clientOrderId} `) ? [key.slice(clientOrderId.length + 1)] : []))

const strangersTrades = (keys: readonly string[]): StrangersTrades => ({
  known: new Set(keys),
  oldest: oldestFirst(keys),
})

export type SentOrdersJson = {
  readonly working: readonly SentOrder[]
  readonly ended: readonly SentOrder[]
  /** Oldest first. */
  readonly strangers: readonly string[]
  readonly splits: readonly (readonly [instrument: string, splits: readonly Split[]])[]
}

export const ordersToJson = ({ working, ended, strangers, splits }: SentOrders): SentOrdersJson =>
  structuredClone({
    working: [...working.values()],
    ended: [...ended.values()],
    strangers: [...strangers.known],
    splits: [...splits],
  })

export const ordersFromJson = ({ working, ended, strangers, splits }: SentOrdersJson): SentOrders => ({
  working: byId(working),
  ended: byId(ended),
  ends: oldestFirst(ended.map(({ clientOrderId }) => clientOrderId)),
  strangers: strangersTrades(strangers),
  splits: new Map(splits),
})

const byId = (orders: readonly SentOrder[]) => new Map(orders.map((order) => [order.clientOrderId, order]))
