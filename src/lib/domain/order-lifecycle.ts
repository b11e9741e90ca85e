/** Where an order of ours stands (FIX 4.4 tag 39; `denied` is ours, `rejected` the venue's). */
export type OrderStatus = (typeof orderStatuses)[number]
export const orderStatuses = [
  'initialized',
  'denied',
  'submitted',
  'rejected',
  'accepted',
  'triggered',
  'partially_filled',
  'pending_update',
  'pending_cancel',
  'filled',
  'canceled',
  'expired',
] as const

/** What can happen to an order. `partially_filled` leaves a rest, `filled` leaves none. */
export type OrderHappening = (typeof orderHappenings)[number]
export const orderHappenings = [
  'denied',
  'submitted',
  'rejected',
  'accepted',
  'triggered',
  'partially_filled',
  'filled',
  'update_requested',
  'updated',
  'update_rejected',
  'cancel_requested',
  'canceled',
  'expired',
] as const

/** The status that follows, or null where the happening is not legal. */
export const statusAfter = (status: OrderStatus, happening: OrderHappening): OrderStatus | null =>
  orderLifecycle[status][happening] ?? null

/** Nothing works at the venue any more. A fill that lost the race against a cancel may still come. */
export const isEnded = (status: OrderStatus): boolean => ended[status]

const fills = { partially_filled: 'partially_filled', filled: 'filled' } as const
const updates = <S extends OrderStatus>(status: S) => ({ updated: status, update_rejected: status }) as const
const ends = { canceled: 'canceled', expired: 'expired' } as const

/**
 * Every legal transition. An acceptance or a trigger that is said again, or after what implied it, changes nothing; so does
 * any end said again, and an update that comes after a cancel was asked for or after the end.
 */
export const orderLifecycle: Readonly<Record<OrderStatus, Readonly<Partial<Record<OrderHappening, OrderStatus>>>>> = {
  initialized: { denied: 'denied', submitted: 'submitted' },
  denied: {},
  // The venue may send a trigger, a fill or an end before the ack: all imply that it had accepted.
  submitted: {
    rejected: 'rejected',
    accepted: 'accepted',
    triggered: 'triggered',
    cancel_requested: 'pending_cancel',
    ...fills,
    ...ends,
  },
  rejected: { rejected: 'rejected' },
  accepted: {
    ...updates('accepted'),
    accepted: 'accepted',
    triggered: 'triggered',
    update_requested: 'pending_update',
    cancel_requested: 'pending_cancel',
    ...fills,
    ...ends,
  },
  triggered: {
    ...updates('triggered'),
    accepted: 'triggered',
    triggered: 'triggered',
    cancel_requested: 'pending_cancel',
    ...fills,
    ...ends,
  },
  partially_filled: {
    ...updates('partially_filled'),
    accepted: 'partially_filled',
    triggered: 'partially_filled',
    update_requested: 'pending_update',
    cancel_requested: 'pending_cancel',
    ...fills,
    ...ends,
  },
  // What was filled in part before it, or meanwhile, is so again when the update is over: `applyHappening` sees to it.
  pending_update: {
    accepted: 'pending_update',
    triggered: 'pending_update',
    updated: 'accepted',
    update_rejected: 'accepted',
    cancel_requested: 'pending_cancel',
    partially_filled: 'pending_update',
    filled: 'filled',
    ...ends,
  },
  // A rejection can reach an order whose cancel is on its way: the submission was refused after all.
  pending_cancel: {
    rejected: 'rejected',
    accepted: 'pending_cancel',
    ...updates('pending_cancel'),
    triggered: 'pending_cancel',
    partially_filled: 'pending_cancel',
    filled: 'filled',
    ...ends,
  },
  filled: { ...updates('filled'), accepted: 'filled', triggered: 'filled', canceled: 'filled', expired: 'filled' },
  canceled: {
    ...updates('canceled'),
    accepted: 'canceled',
    triggered: 'canceled',
    partially_filled: 'canceled',
    filled: 'filled',
    ...ends,
    expired: 'canceled',
  },
  expired: {
    ...updates('expired'),
    accepted: 'expired',
    triggered: 'expired',
    partially_filled: 'expired',
    filled: 'filled',
    ...ends,
    canceled: 'expired',
  },
}

const ended: Readonly<Record<OrderStatus, boolean>> = {
  initialized: false,
  denied: true,
  submitted: false,
  rejected: true,
  accepted: false,
  triggered: false,
  partially_filled: false,
  pending_update: false,
  pending_cancel: false,
  filled: true,
  canceled: true,
  expired: true,
}
