import { z } from 'zod'
import { Interval, Name } from '#schemas/primitives.ts'
import { IntentSize } from '#schemas/strategy.ts'
import { Condition } from './expression.ts'

export const barFields = ['open', 'high', 'low', 'close', 'volume'] as const

/** A condition with the words that it was written in. */
const Rule = z.strictObject({ text: z.string().max(1900), when: Condition })
const Sides = z.strictObject({ long: Rule.optional(), short: Rule.optional() })

/** Where the number in a slot comes from: a field of the bars of a series, or an output of an indicator. Both by index. */
const Slot = z.union([
  z.strictObject({ series: z.int().min(0), field: z.enum(barFields) }),
  z.strictObject({ indicator: z.int().min(0), output: z.string().max(64) }),
])

/** A strategy file, checked and compiled: plain JSON that travels in the strategy service's configuration. */
export const StrategyDefinition = z.strictObject({
  name: Name,
  /** The bars that it reads, in the order of the file. */
  series: z.array(z.strictObject({ role: Name, timeframe: Interval })).min(1),
  indicators: z.array(
    z.strictObject({
      series: z.int().min(0),
      indicator: Name,
      params: z.array(z.number()),
      /** `ema(10)`, as on the indicator's events. */
      key: z.string().max(64),
    }),
  ),
  slots: z.array(Slot),
  entry: Sides,
  exit: Sides,
  size: IntentSize,
  limitBps: z.number().min(0).optional(),
  /** The role that is traded. */
  trade: Name,
  rateLimit: z.strictObject({ intents: z.int().min(1), per: z.string().max(16), perUs: z.int().min(1) }).optional(),
})
export type StrategyDefinition = z.infer<typeof StrategyDefinition>
export type Slot = StrategyDefinition['slots'][number]
export type Rule = z.infer<typeof Rule>
export type Sides = z.infer<typeof Sides>

/** The roles that need an instrument to read bars from, each once, in the order of the file. */
export const rolesRead = ({ series }: StrategyDefinition): string[] => [...new Set(series.map(({ role }) => role))]
