import { z } from 'zod'
import { orderTerms } from './order-terms.ts'
import { EventId, InstrumentId, Name, Price, SignedQuantity, TimeInForce } from './primitives.ts'

/** The instrument and the signed position that an intent means, with the price it was sized at. */
export const InstrumentResolved = z.object({
  intent: EventId,
  strategy: Name,
  role: Name,
  instrument: InstrumentId,
  target: SignedQuantity,
  ...orderTerms,
  /** The configuration's where it is absent. */
  timeInForce: TimeInForce.optional(),
  referencePrice: Price,
  /** Of a wish of several options: which leg, from 1, and how many there are. */
  leg: z.int().min(1).optional(),
  legs: z.int().min(1).optional(),
  /** Of options that move to a later expiry: all `legs` of it, those that are left and those that are taken, or none. */
  isRoll: z.literal(true).optional(),
})

export const ResolverCode = z.enum([
  'ROLE_NOT_MAPPED',
  'INSTRUMENT_UNKNOWN',
  'NO_PRICE',
  'NO_LISTED_OPTION',
  'NO_LISTED_STRIKE',
  'NO_LIQUID_OPTION',
  'NO_QUOTE',
  'SPREAD_TOO_WIDE',
  'OPEN_INTEREST_TOO_LOW',
  'VOLUME_TOO_LOW',
  'QUOTE_TOO_OLD',
  'SIZE_TOO_SMALL',
  'LEGS_COLLIDE',
  'SIZE_BELOW_ONE_LOT',
  'SIZE_MISSING',
  'CURRENCY_MISMATCH',
  'NOTHING_HELD',
])

export const InstrumentRejected = z.object({
  intent: EventId,
  strategy: Name,
  role: Name,
  code: ResolverCode,
  value: z.string().max(96).optional(),
  limit: z.string().max(96).optional(),
  /** Which leg of a wish of several, from 1. */
  leg: z.int().min(1).optional(),
})
