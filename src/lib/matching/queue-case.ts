import { z } from 'zod'
import { type ExactDecimal, parseExact } from '#lib/bars/exact-decimal.ts'
import { exactOfDouble, fromUnits } from '#lib/domain/decimal.ts'
import { zero } from '#lib/domain/signed-decimal.ts'
import { decimalPattern } from '#schemas/primitives.ts'
import { type QueuePosition, queueAfter } from './queue-position.ts'

const Exact = z
  .union([z.string().max(200).regex(decimalPattern, 'expected an exact decimal as text, like "0.5"'), z.number()])
  .transform((value): ExactDecimal => (typeof value === 'number' ? exactOfDouble(value) : parseExact(value)))
const Size = Exact.refine(({ units }) => units >= 0n, 'expected a size that is not negative')

/** A resting order and what happened at the venue after its arrival; the form of the queue cases. */
export const QueueCase = z.object({
  id: z.json().optional(),
  order: z.object({ side: z.enum(['buy', 'sell']), price: Exact, qty: Size, displayed_at_arrival: Size }),
  events: z.array(z.object({ type: z.enum(['trade', 'depth']), price: Exact, size: Size })),
})
export type QueueCase = z.infer<typeof QueueCase>

/** After every event what of it was ours, what is left of the order and what stands before it. */
export function queueAnswer({ order, events }: QueueCase) {
  let position: QueuePosition = {
    side: order.side,
    price: order.price,
    remaining: order.qty,
    ahead: order.displayed_at_arrival,
  }
  return events.map((event) => {
    const step = position.remaining.units === 0n ? { position, fill: zero } : queueAfter(position, event)
    position = step.position
    return { fill: text(step.fill), remaining: text(position.remaining), ahead: text(position.ahead) }
  })
}

const text = ({ units, scale }: ExactDecimal): string => fromUnits(units, scale)
