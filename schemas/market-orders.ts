import { z } from 'zod'
import { InstrumentId, Micros, Price, Quantity, Side } from './primitives.ts'

const OrderId = z.string().min(1).max(64)
const Resting = z.tuple([OrderId, Price, Quantity])

const common = {
  instrument: InstrumentId,
  sequence: z.int().min(0).optional(),
  exchangeAt: Micros.optional(),
  receivedAt: Micros.optional(),
}

/**
 * A book order by order (L3). `snapshot`: all that rest, in each side those that were there first before others of their price. Else one of them: `added` behind all of
 * its price; `executed`: `size` is what the trade left of it; `changed`: it keeps its place unless its price is another or its size greater; `removed`: taken back, `size` 0.
 */
export const MdOrder = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('snapshot'), bids: z.array(Resting), asks: z.array(Resting), ...common }),
  z.object({
    kind: z.enum(['added', 'executed', 'changed', 'removed']),
    orderId: OrderId,
    side: Side,
    price: Price,
    size: Quantity,
    ...common,
  }),
])
