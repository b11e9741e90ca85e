import { approvalOf, compareAnswers } from '#lib/domain/client-order-id.ts'
import type { Place } from '#lib/domain/place.ts'
import {
  noOrders,
  ordersFromJson,
  ordersToJson,
  type SentOrders,
  type SentOrdersJson,
} from '#lib/domain/sent-orders.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { ExitsLeft } from './exits-left.ts'
import { type MassCancel, massCancelsFromJson, massCancelsToJson } from './mass-cancel.ts'
import type { Refused } from './venue-closed.ts'

/** A report that cannot be true, for a person to look at; `halts` is the instrument that may not be traded until then. */
export type Refusal = { readonly alert: PayloadOf<'system.alert'>; readonly halts: string | null }

/** `reducing` lets live what only reduces, `halted` nothing, and `flattening` nothing since the gate closes every position. */
export type Halt = { readonly by: string; readonly kind: 'reducing' | 'halted' | 'flattening' }

export type Exit = PayloadOf<'order.submitted'>

/** How long an exit may be on its way to its venue. */
export const exitTtlMicros = 86_400_000_000

/** The exits of what a fill opened: sent at once, kept by a halt, waiting for something else, or lost to the split before which the fill was. */
export type Following = {
  readonly instrument: string
  readonly exits: readonly Exit[]
  readonly fate: 'sent' | 'kept' | 'waiting' | 'split'
}

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
  /** Instruments in which an order weighs more at a lower price. */
  readonly inverse: Set<string>
  /** When contracts end, microseconds. */
  readonly ends: Map<string, number>
  orders: SentOrders
  /** Exits that entries at work, or the newest to have ended, are followed by; by clientOrderId. */
  readonly brackets: Map<string, PayloadOf<'risk.approved'>['bracket'] & { readonly approval: string }>
  /** Exits that work or are to be sent again, as they were sent last, by their name. */
  readonly exits: Map<string, Exit>
  /** Those of them that a halt took, or kept from being sent, from a position that lives on. */
  readonly lost: Set<string>
  /** Those that a wish, or a halt that flattens, took so that the position can be closed. [O27] */
  readonly taken: Set<string>
  /** Those of them that a closed venue refused, by their name. [O30] */
  readonly refused: Map<string, Refused>
  /** How often its venue ended an exit by itself, by its name. [O26] */
  readonly ended: Map<string, number>
  /** Entries of which was told that a halt keeps their exits away. [O20] */
  readonly told: Set<string>
  /** The wish that took what works and has no verdict yet, and since when nothing works there, by strategy and instrument. */
  readonly awaited: Map<string, Awaited>
  /** The newest wish there whose verdict did not come in time. [O33] */
  readonly overdue: Map<string, string>
  /** What exits have yet to close of each fill of an entry that has any. */
  readonly left: ExitsLeft
  /** What strategies hold, signed, by strategy and instrument. */
  readonly positions: Map<string, string>
  /** Those that the venue has not confirmed in whole, by the id of the halt or the command. */
  readonly massCancels: Map<string, MassCancel>
  /** What the newest input, a fill that counts, is followed by. [O18] */
  following: Following | null
  /** Exits of a fill that the newest input closed whole. */
  needless: readonly string[]
  /** The exit that its venue did not keep, why, and what is sent in its place; null where nothing is, or not yet. */
  failed: { readonly exit: Exit; readonly why: string; readonly next: string | null } | null
  /** How many exits an operator who cancels keeps from being sent again by the newest input. */
  unwanted: number
  /** Exits that the newest input, a split, took. */
  split: readonly Exit[]
  /** What was wrong with the newest input. */
  refusal: Refusal | null
}

type Awaited = Place & { readonly intent: string; readonly since: number }

export const emptyBook = (): OrderBook => ({
  now: 0,
  newestApproval: null,
  halt: null,
  haltedInstruments: new Map(),
  resumed: [],
  inverse: new Set(),
  ends: new Map(),
  orders: noOrders(),
  brackets: new Map(),
  exits: new Map(),
  lost: new Set(),
  taken: new Set(),
  refused: new Map(),
  ended: new Map(),
  told: new Set(),
  awaited: new Map(),
  overdue: new Map(),
  left: new Map(),
  positions: new Map(),
  massCancels: new Map(),
  following: null,
  needless: [],
  failed: null,
  unwanted: 0,
  split: [],
  refusal: null,
})

/** Was an approval used that makes this id, so that the order existed, or was denied, before it was forgotten? */
export function isForgotten(book: OrderBook, clientOrderId: string): boolean {
  const approval = approvalOf(clientOrderId)
  return approval !== null && book.newestApproval !== null && compareAnswers(approval, book.newestApproval) <= 0
}

export const bookToJson = (book: OrderBook) => ({
  ...book,
  inverse: [...book.inverse],
  ends: [...book.ends],
  orders: ordersToJson(book.orders),
  haltedInstruments: [...book.haltedInstruments],
  brackets: [...book.brackets],
  exits: [...book.exits],
  lost: [...book.lost],
  taken: [...book.taken],
  refused: [...book.refused],
  ended: [...book.ended],
  told: [...book.told],
  awaited: [...book.awaited],
  overdue: [...book.overdue],
  left: [...book.left],
  positions: [...book.positions],
  massCancels: massCancelsToJson(book.massCancels),
})

export function bookFromJson(json: unknown): OrderBook {
  const book = json as Omit<ReturnType<typeof bookToJson>, 'orders'> & { orders: SentOrdersJson }
  const { brackets, exits, lost, taken, refused, ended, told, awaited, overdue, left, positions, massCancels } = book
  return {
    ...book,
    inverse: new Set(book.inverse),
    ends: new Map(book.ends),
    orders: ordersFromJson(book.orders),
    haltedInstruments: new Map(book.haltedInstruments),
    brackets: new Map(brackets),
    exits: new Map(exits),
    lost: new Set(lost),
    taken: new Set(taken),
    refused: new Map(refused),
    ended: new Map(ended),
    told: new Set(told),
    awaited: new Map(awaited),
    overdue: new Map(overdue),
    left: new Map(left),
    positions: new Map(positions),
    massCancels: massCancelsFromJson(massCancels),
  }
}
