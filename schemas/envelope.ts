import { z } from 'zod'
import { EventId, Micros, Name } from './primitives.ts'

/** Every event on the bus and in the log. `seq` is given by the log; `cause` is null for an outside fact. */
export const Envelope = z.object({
  seq: z.int().min(1),
  id: EventId,
  topic: z.string().max(64),
  v: z.int().min(1),
  at: Micros,
  source: Name,
  cause: EventId.nullable(),
  payload: z.unknown(),
})
export type Envelope = z.infer<typeof Envelope>
