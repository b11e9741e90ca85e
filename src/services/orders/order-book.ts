import { approvalOf, compareAnswers } from '#lib/domain/client-order-id.ts'
import { isEnded } from '#lib/domain/order-lifecycle.ts'
import type { OrderProgress } from '#lib/domain/order-progress.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'

/** An order of ours, sent to a venue. */
export type Order = {
  readonly clientOrderId: string
  readonly strategy: string
  readonly instrument: string
  readonly side: 'buy' | 'sell'
  readonly progress: OrderProgress
}

/** A report that cannot be true, for a person to look at; `halts` is the instrument that may not be traded until then. */
export type Refusal = { readonly alert: PayloadOf<'system.alert'>; readonly halts: string | null }

export type OrdersState = {
  rememberedEnds: number
  /** Newest event time seen, microseconds. */
  now: number
  /** The newest approval that was used, for an order or a denial: every older one is used too. */
  newestApproval: string | null
  /** The `risk.halted` that nobody resumed. */
  haltedBy: string | null
  haltedInstruments: readonly string[]
  /** By clientOrderId, in the order in which they were sent. */
  working: Map<string, Order>
  /** The newest to have ended, in the order of their end. */
  ended: Map<string, Order>
  /** What was wrong with the newest input. */
  refusal: Refusal | null
}

export const emptyBook = (rememberedEnds: number): OrdersState => ({
  rememberedEnds,
  now: 0,
  newestApproval: null,
  haltedBy: null,
  haltedInstruments: [],
  working: new Map(),
  ended: new Map(),
  refusal: null,
})

export const findOrder = (book: OrdersState, clientOrderId: string): Order | undefined =>
  book.working.get(clientOrderId) ?? book.ended.get(clientOrderId)

/** Was an approval used that makes this id, so that the order existed, or was denied, before it was forgotten? */
export function isForgotten(book: OrdersState, clientOrderId: string): boolean {
  const approval = approvalOf(clientOrderId)
  return approval !== null && book.newestApproval !== null && compareAnswers(approval, book.newestApproval) <= 0
}

/** Moves an order that has just ended out of what works, and forgets the oldest ends. */
export function shelveIfEnded(book: OrdersState, order: Order): void {
  if (!isEnded(order.progress.status) || !book.working.delete(order.clientOrderId)) return
  book.ended.set(order.clientOrderId, order)
  for (const oldest of book.ended.keys()) {
    if (book.ended.size <= book.rememberedEnds) return
    book.ended.delete(oldest)
  }
}

type Snapshot = Omit<OrdersState, 'working' | 'ended'> & { working: Order[]; ended: Order[] }

export const bookToJson = (book: OrdersState): Snapshot =>
  structuredClone({ ...book, working: [...book.working.values()], ended: [...book.ended.values()] })

export function bookFromJson(json: unknown): OrdersState {
  const snapshot = json as Snapshot
  return { ...snapshot, working: byId(snapshot.working), ended: byId(snapshot.ended) }
}

const byId = (orders: Order[]) => new Map(orders.map((order) => [order.clientOrderId, order]))
