import { z } from 'zod'
import { Currency, InstrumentId, Name } from '#schemas/primitives.ts'
import { RoleOrders } from './order-terms.ts'

/** What an option must have to be traded; what is not stated is not looked at. */
export const Liquidity = z.strictObject({
  /** Of the middle. */
  maxSpreadPct: z.number().positive().optional(),
  minOpenInterest: z.number().min(0).optional(),
  minVolume: z.number().min(0).optional(),
  maxQuoteAgeMs: z.number().positive().optional(),
  /** Of the side that is taken: the ask of what is bought. */
  minSizeAtTouch: z.number().min(0).optional(),
})
export type Liquidity = z.infer<typeof Liquidity>

/** On which underlying options are picked, and how. */
export const OptionPolicy = z.strictObject({
  underlying: InstrumentId,
  /** Calendar days from the day of the wish to the day of expiry, whatever the wish says. */
  minDaysToExpiry: z.int().min(0).default(0),
  /** An option that is nearer to its expiry than this is not kept when its wish comes again, but resolved anew. [S5] */
  rollDays: z.int().min(0).default(0),
  calendar: z.enum(['us', 'coin']).default('us'),
  /** Continuous, for deltas that no venue states. */
  rate: z.number().min(-1).max(1).default(0),
  yield: z.number().min(-1).max(1).default(0),
  liquidity: Liquidity.optional(),
})
export type OptionPolicy = z.infer<typeof OptionPolicy>

const Mapping = z.strictObject({
  strategy: Name,
  role: Name,
  to: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('instrument'), instrument: InstrumentId }),
    OptionPolicy.extend({ kind: z.literal('option') }),
  ]),
  /** Without it all orders are market orders. */
  orders: RoleOrders.optional(),
})
export type Mapping = z.infer<typeof Mapping>

/** What each strategy's roles mean. */
export const ResolverConfig = z.strictObject({
  mappings: z.array(Mapping).superRefine(explainRepeats),
  /** Of the account: a notional is money of it. */
  currency: Currency.optional(),
})
export type ResolverConfig = z.infer<typeof ResolverConfig>

function explainRepeats(mappings: readonly Mapping[], context: z.RefinementCtx): void {
  const refuse = (n: number, message: string) => context.addIssue({ code: 'custom', path: [n], message })
  mappings.forEach(({ strategy, role, to }, n) => {
    const before = mappings.slice(0, n).filter((other) => other.strategy === strategy)
    if (before.some((other) => other.role === role)) refuse(n, `${strategy}/${role} is mapped already`)
    if (to.kind === 'option') return
    // Two roles would overwrite each other's target: a strategy has one position in an instrument.
    const same = before.find((other) => other.to.kind === 'instrument' && other.to.instrument === to.instrument)
    if (same && same.role !== role) refuse(n, `${strategy} has ${to.instrument} in its role ${same.role} already`)
  })
}
