import { z } from 'zod'
import { Name } from '#schemas/primitives.ts'
import { Condition, Operand } from './expression.ts'

/** Series of single trades or quotes: a trade's price is its open, high, low and close; a quote's high is the ask, its low the bid. */
export const isTick = (timeframe: string): boolean => timeframe === 'trade' || timeframe === 'quote'

export const barFields = ['open', 'high', 'low', 'close', 'volume'] as const
export type BarField = (typeof barFields)[number]

/**
 * Minutes since the session opened, and until it closes; undefined outside of it. Then what the bars of the newest session came to so far, where
 * it says of which series: after it has closed too, until the next one opens.
 */
export const sessionFields = ['elapsed', 'left', 'open', 'high', 'low'] as const
export type SessionField = (typeof sessionFields)[number]

/**
 * `side` is 1, -1 or 0; `bars` are evaluations since the entry; `price` is the close of the first series at the entry, `gain` the share
 * of it that has been won since. All but `side` are undefined while flat.
 */
export const positionFields = ['side', 'bars', 'price', 'gain'] as const
export type PositionField = (typeof positionFields)[number]

const Hours = z.strictObject({ from: z.int().min(0).max(1439), to: z.int().min(1).max(1440) })
const range = { range: z.strictObject({ open: z.int().min(0), high: z.int().min(0), low: z.int().min(0) }).optional() }

/**
 * A stretch of the day in an IANA zone, in minutes since midnight, on some days of the week (1 is Monday; `to` is not in it); or the sessions of a
 * calendar, or a stretch of them on its clock. `range`: the slots of the series whose open, high and low it has.
 */
export const Session = z.union([
  z.strictObject({
    ...Hours.shape,
    ...range,
    days: z.array(z.int().min(1).max(7)).min(1).max(7),
    zone: z.string().max(64),
  }),
  z.strictObject({ ...range, calendar: Name, hours: Hours.optional() }),
])
export type Session = z.infer<typeof Session>

const named = { name: z.string().max(2000), depth: z.int().min(1).max(1001) }
const index = z.int().min(0)

/** Where the number in a slot comes from, all by index. `name` is how the file writes it, `depth` how many values are kept. */
export const Slot = z.union([
  z.strictObject({ ...named, series: index, field: z.enum(barFields) }),
  z.strictObject({ ...named, indicator: index, output: z.string().max(64) }),
  z.strictObject({ ...named, score: index }),
  z.strictObject({ ...named, session: index, output: z.enum(sessionFields) }),
  z.strictObject({ ...named, clock: z.enum(['time', 'weekday']) }),
  z.strictObject({ ...named, position: z.enum(positionFields) }),
  z.strictObject({ ...named, since: index }),
  z.strictObject({
    ...named,
    series: index,
    back: z.union([z.strictObject({ number: Operand }), z.strictObject({ truth: Condition })]),
  }),
])
export type Slot = z.infer<typeof Slot>
