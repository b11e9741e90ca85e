import { z } from 'zod'
import { InstrumentId, Micros } from '#schemas/primitives.ts'

const Speed = z.union([z.number().positive(), z.literal('max')])

/** Where the market comes from: the built-in seeded one, or a recorded data set. */
export const FeedConfig = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('seeded'),
    seed: z.int().default(1),
    eventsPerSecond: z.number().positive().max(100_000).default(10),
  }),
  z.strictObject({
    kind: z.literal('data-set'),
    path: z.string(),
    /** Microseconds UTC: facts of [from, to). */
    from: Micros.optional(),
    to: Micros.optional(),
    instruments: z.array(InstrumentId).optional(),
    /** 1 is real time, 10 ten times as fast, `max` as fast as it is taken. */
    speed: Speed.default(1),
  }),
])
export type FeedConfig = z.infer<typeof FeedConfig>
