import { approvalOf, compareAnswers } from '#lib/domain/client-order-id.ts'
import {
  noOrders,
  ordersFromJson,
  ordersToJson,
  type SentOrders,
  type SentOrdersJson,
} from '#lib/domain/sent-orders.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { type MassCancel, massCancelsFromJson, massCancelsToJson } from './mass-cancel.ts'

/** A report that cannot be true, for a person to look at; `halts` is the instrument that may not be traded until then. */
export type Refusal = { readonly alert: PayloadOf<'system.alert'>; readonly halts: string | null }

/** `reducing` lets live what only reduces, `halted` nothing, and `flattening` nothing since the gate closes every position. */
export type Halt = { readonly by: string; readonly kind: 'reducing' | 'halted' | 'flattening' }

export type Exit = PayloadOf<'order.submitted'>
/** With what it had left; `of` is the order that was canceled, null where the halt kept it from being sent at all. */
export type LostExit = { readonly exit: Exit; readonly of: string | null }

export type OrderBook = {
  /** Newest event time seen, microseconds. */
  now: number
  /** The newest approval that was used, for an order or a denial: every older one is used too. */
  newestApproval: string | null
  /** The `risk.halted` that nobody resumed. */
  halt: Halt | null
  /** With the seq of the report that halted it. */
  readonly haltedInstruments: Map<string, number>
  /** Those that the newest command let go on. */
  resumed: readonly string[]
  orders: SentOrders
  /** Exits that entries at work, or the newest to have ended, are followed by; by clientOrderId. */
  readonly brackets: Map<string, PayloadOf<'risk.approved'>['bracket'] & { readonly approval: string }>
  /** Exits that work, as they were sent. */
  readonly exits: Map<string, Exit>
  /** Exits that a halt took from a position that lives on, by the id that they are to be sent again with. */
  readonly lost: Map<string, LostExit>
  /** Those that the venue has not confirmed in whole, by the id of the halt or the command. */
  readonly massCancels: Map<string, MassCancel>
  /** The order that the newest input filled in part or whole, once a fill. */
  filled: PayloadOf<'order.fill'> | null
  /** What was wrong with the newest input. */
  refusal: Refusal | null
}

export const emptyBook = (): OrderBook => ({
  now: 0,
  newestApproval: null,
  halt: null,
  haltedInstruments: new Map(),
  resumed: [],
  orders: noOrders(),
  brackets: new Map(),
  exits: new Map(),
  lost: new Map(),
  massCancels: new Map(),
  filled: null,
  refusal: null,
})

/** Was an approval used that makes this id, so that the order existed, or was denied, before it was forgotten? */
export function isForgotten(book: OrderBook, clientOrderId: string): boolean {
  const approval = approvalOf(clientOrderId)
  return approval !== null && book.newestApproval !== null && compareAnswers(approval, book.newestApproval) <= 0
}

export const bookToJson = (book: OrderBook) => ({
  ...book,
  orders: ordersToJson(book.orders),
  haltedInstruments: [...book.haltedInstruments],
  brackets: [...book.brackets],
  exits: [...book.exits],
  lost: [...book.lost],
  massCancels: massCancelsToJson(book.massCancels),
})

export function bookFromJson(json: unknown): OrderBook {
  const book = json as Omit<ReturnType<typeof bookToJson>, 'orders'> & { orders: SentOrdersJson }
  const { brackets, exits, lost, massCancels } = book
  return {
    ...book,
    orders: ordersFromJson(book.orders),
    haltedInstruments: new Map(book.haltedInstruments),
    brackets: new Map(brackets),
    exits: new Map(exits),
    lost: new Map(lost),
    massCancels: massCancelsFromJson(massCancels),
  }
}
