import { z } from 'zod'
import { Interval, TimeInForce } from '#schemas/primitives.ts'

/** Below zero: on our side of the price, so that the order rests. */
const LimitBps = z.number().gt(-10_000).max(10_000)
const Bps = z.number().positive().max(10_000)

const whileItWorks = {
  /** The gate's where it is absent. */
  timeInForce: TimeInForce.optional(),
  /** GTD: so long after the wish. */
  goodFor: Interval.regex(/(?:ms|s|m|h|d)$/, 'expected a time such as 30s, 15m or 1d').optional(),
  /** Of what leaves a position: the venue fills nothing beyond it. */
  isReduceOnly: z.boolean().optional(),
}

/** How a role's orders are worded; distances from the reference price, or of a limit behind a trigger from that, in basis points. [S8] [S19] */
export const OrderTerms = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('market'), ...whileItWorks }),
    z.strictObject({
      type: z.literal('limit'),
      limitBps: LimitBps,
      isPostOnly: z.boolean().optional(),
      ...whileItWorks,
    }),
    z.strictObject({ type: z.literal('stop'), stopBps: Bps, ...whileItWorks }),
    z.strictObject({ type: z.literal('stop_limit'), stopBps: Bps, limitBps: LimitBps, ...whileItWorks }),
    z.strictObject({ type: z.literal('trailing_stop'), trailingBps: Bps, ...whileItWorks }),
    z.strictObject({ type: z.literal('market_if_touched'), stopBps: Bps, ...whileItWorks }),
    z.strictObject({ type: z.literal('limit_if_touched'), stopBps: Bps, limitBps: LimitBps, ...whileItWorks }),
  ])
  .superRefine((terms, context) => {
    const { timeInForce, goodFor } = terms
    const refuse = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message })
    if (timeInForce === 'GTD' && goodFor === undefined) refuse('timeInForce', 'GTD says how long, as in goodFor: 30m')
    if (timeInForce !== 'GTD' && goodFor !== undefined)
      refuse('goodFor', 'only an order that is GTD is good for a time')
    const takesAtOnce = timeInForce === 'IOC' || timeInForce === 'FOK'
    if ('isPostOnly' in terms && terms.isPostOnly && takesAtOnce)
      refuse('isPostOnly', `a post-only order rests, and ${timeInForce} does not`)
  })
export type OrderTerms = z.infer<typeof OrderTerms>

/** The orders of a strategy's roles: what adds to a position, what leaves it, and who looks after stop, target and trail. [S20] [S21] */
export const RoleOrders = z.strictObject({
  entry: OrderTerms.refine(({ isReduceOnly }) => !isReduceOnly, {
    path: ['isReduceOnly'],
    message: 'an entry adds: only an exit can be reduce-only',
  }).optional(),
  exit: OrderTerms.optional(),
  /** `venue`: as exits of a bracket there, that live on without us; beside it, and else alone, the strategy by its bars. */
  protection: z.enum(['strategy', 'venue']).optional(),
})
export type RoleOrders = z.infer<typeof RoleOrders>
