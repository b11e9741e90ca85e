import { z } from 'zod'
import { ClientOrderId } from './order.ts'
import { EventId, InstrumentId, Micros, Name, Price, Quantity, Sha256, Text } from './primitives.ts'
import { WhenHalted } from './risk.ts'

/** The clock's authority: what the time is for every core. */
export const SystemTime = z.object({ now: Micros })

/** A service's configuration took effect here. Its first makes the service's state; a later one is a hot reload. */
export const SystemConfig = z.object({
  service: Name,
  hash: Sha256,
  config: z.json(),
})

export const SystemHeartbeat = z.object({
  service: Name,
  state: z.enum(['replaying', 'live', 'stopping']),
  seq: z.int().min(0),
  rssBytes: z.int().min(0),
})

export const SystemMetrics = z.object({
  service: Name,
  metrics: z.record(z.string().max(64), z.number()),
})

/** An operator's order to the machine. `target` names a strategy, `instrument` an underlying, or what is to be closed, where the command is about one. */
export const SystemCommand = z.object({
  command: z.enum([
    'halt',
    'resume',
    'cancel_all',
    'strategy.halt',
    'strategy.resume',
    'chain.snapshot',
    'order.replace',
    'order.cancel',
    'position.close',
  ]),
  target: Name.optional(),
  instrument: InstrumentId.optional(),
  /** Of `order.replace` and `order.cancel`: which order, and where to, or to how much. */
  order: ClientOrderId.optional(),
  limitPrice: Price.optional(),
  quantity: Quantity.optional(),
  /** Of `order.cancel`: a person has made sure that the venue does not have the order any more. */
  isGone: z.literal(true).optional(),
  reason: Text,
  operator: Name,
  /** Of a halt, instead of the configuration's. */
  whenHalted: WhenHalted.optional(),
})

/** What a service asks of another, about itself: `chain.snapshot` has `md` tell the chain of `instrument` as it is now. */
export const SystemRequest = z.object({
  service: Name,
  request: z.enum(['chain.snapshot']),
  instrument: InstrumentId,
})

/** What came of a command or of a request. */
export const SystemCommandResult = z.object({
  command: EventId,
  isDone: z.boolean(),
  message: Text,
  /** Of a resume: those whose own halt is over with it. */
  instruments: z.array(InstrumentId).optional(),
})

/** Something for a person to look at: a forged approval, a report that cannot be true, a book that is not the one told, a position that lost its exits. */
export const SystemAlert = z.object({
  code: z.enum([
    'SIGNATURE_INVALID',
    'FRAME_REFUSED',
    'DISK_FULL',
    'REQUEST_REFUSED',
    'VENUE_REPORT_REFUSED',
    'VENUE_UNREACHABLE',
    'VENUE_DIFFERS',
    'BOOK_DIFFERS',
    'PROTECTION_LOST',
    'PROTECTION_SHARED',
    'FLATTEN_FAILED',
  ]),
  subject: z.string().max(128),
  message: Text,
})

export const SystemVersionMismatch = z.object({
  event: EventId,
  topic: z.string().max(64),
  v: z.int().min(1),
  known: z.int().min(0),
})

export const SystemBackpressure = z.object({
  consumer: Name,
  state: z.enum(['behind', 'caught_up']),
  behindEvents: z.int().min(0),
})
