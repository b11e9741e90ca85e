import { z } from 'zod'
import { EventId, InstrumentId, Name, OrderType, Price, SignedQuantity } from './primitives.ts'

/** The instrument and the signed position that an intent means, with the price it was sized at. */
export const InstrumentResolved = z.object({
  intent: EventId,
  strategy: Name,
  role: Name,
  instrument: InstrumentId,
  target: SignedQuantity,
  orderType: OrderType,
  limitPrice: Price.optional(),
  referencePrice: Price,
})

export const ResolverCode = z.enum([
  'ROLE_NOT_MAPPED',
  'INSTRUMENT_UNKNOWN',
  'NO_PRICE',
  'NO_LISTED_OPTION',
  'SIZE_BELOW_ONE_LOT',
  'SIZE_MISSING',
  'NOTHING_HELD',
])

export const InstrumentRejected = z.object({
  intent: EventId,
  strategy: Name,
  role: Name,
  code: ResolverCode,
  value: z.string().max(96).optional(),
  limit: z.string().max(96).optional(),
})
