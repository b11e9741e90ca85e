import { z } from 'zod'

const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a date like 2015-12-31')
const ladder = { expiry: date, right: z.enum(['C', 'P']) }
const spot = z.number().positive()
const n = z.int().min(1)
const delta = z.number().min(0).max(1)
const liquidity = { max_spread_pct: z.number(), min_open_interest: z.number() }
const wish = <K extends string, T extends z.core.$ZodLooseShape>(kind: K, input: T) =>
  z.object({ kind: z.literal(kind), input: z.object(input) })

/** One selection of a case; `expected` is not part of it. */
export const Selection = z.discriminatedUnion('kind', [
  wish('nearest_expiry', { min_dte: z.number() }),
  wish('nearest_weekly', { min_dte: z.number() }),
  wish('nearest_monthly', { min_dte: z.number() }),
  wish('expiry_closest_to_dte', { target_dte: z.number() }),
  wish('atm_strike', { ...ladder, spot: spot.optional() }),
  wish('nth_otm', { ...ladder, spot: spot.optional(), n }),
  wish('nth_itm', { ...ladder, spot: spot.optional(), n }),
  wish('atm_offset_otm', { ...ladder, spot: spot.optional(), n: z.int() }),
  wish('delta_target', { ...ladder, spot: spot.optional(), target_abs_delta: delta }),
  wish('delta_target_liquid', { ...ladder, ...liquidity, spot: spot.optional(), target_abs_delta: delta }),
  wish('liquid_strikes', { ...ladder, ...liquidity }),
])
export type Selection = z.infer<typeof Selection>

/** A snapshot of a chain and what is asked of it; selections are read one by one. */
export const ChainCase = z.object({
  snapshot: z.string().min(1),
  date,
  time_ms_ny: z.number().min(0).max(86_400_000),
  spot,
  r: z.number(),
  q: z.number().default(0),
  /** What is listed; where absent, the expiries of the snapshot. */
  expiries: z.array(date).optional(),
  monthly: z.array(date).optional(),
  weekly: z.array(date).optional(),
  selections: z.array(z.unknown()),
})
export type ChainCase = z.infer<typeof ChainCase>

/** A row of a snapshot. */
export type SnapshotRow = {
  readonly expiry: string
  readonly right: 'C' | 'P'
  readonly strike: number
  readonly bid: number | null
  readonly ask: number | null
  readonly openInterest: number
  /** Null where the snapshot does not say. */
  readonly years: number | null
}
