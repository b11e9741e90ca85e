import { z } from 'zod'
import { IndicatorInterval } from '#schemas/indicator.ts'
import { indicatorInputs } from '#schemas/indicator-outputs.ts'
import { Money, Name, Quantity } from '#schemas/primitives.ts'
import { IndicatorSource, OptionWish } from '#schemas/strategy.ts'
import { Condition, Operand } from './expression.ts'
import { Session, Slot } from './strategy-slot.ts'

/** A condition with the words that it was written in. */
const Rule = z.strictObject({ text: z.string().max(1900), when: Condition })
const Sides = z.strictObject({ long: Rule.optional(), short: Rule.optional() })
const NumberRule = z.strictObject({ text: z.string().max(1900), of: Operand })

/** A share as exact text: `0.25` is 25 %. */
const Share = Quantity

const SizeRule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('quantity'), quantity: Quantity }),
  z.strictObject({ kind: z.literal('notional'), notional: Money }),
  z.strictObject({ kind: z.literal('equity'), share: Share }),
  /** A notional of equity x target / measured, and at most `most` x equity. */
  z.strictObject({ kind: z.literal('volatility'), target: Share, measured: NumberRule, most: Share }),
  /** So much that `share` of the equity is lost at the stop, and a notional of at most `most` x equity. */
  z.strictObject({ kind: z.literal('risk'), share: Share, most: Share }),
])

/** A distance from a price: a share of it, or a number in its units. */
const Distance = z.union([z.strictObject({ text: z.string().max(1900), share: z.number().positive() }), NumberRule])

/** A stretch: of evaluations, or of event time. */
const Stretch = z.union([
  z.strictObject({ text: z.string().max(32), bars: z.int().min(1) }),
  z.strictObject({ text: z.string().max(32), us: z.int().min(1) }),
])

/** Adds to what is held, or takes from it, `part` of the quantity of the entry at a time, `most` times for an entry. */
const Scaling = z.strictObject({ ...Rule.shape, part: Share, most: z.int().min(1).max(100) })

/** A role that is traded: with the target or against it, `ratio` times the size, as options where it says which. */
const Traded = z.strictObject({
  role: Name,
  isAgainst: z.boolean(),
  ratio: Share,
  wish: z.strictObject({ long: OptionWish.optional(), short: OptionWish.optional() }).optional(),
})

/** A strategy file, checked and compiled: plain JSON that travels in the strategy service's configuration. */
export const StrategyDefinition = z.strictObject({
  name: Name,
  /** The bars that it reads, in the order of the file. */
  series: z.array(z.strictObject({ role: Name, timeframe: IndicatorInterval })).min(1),
  indicators: z.array(
    z.strictObject({
      series: z.int().min(0),
      indicator: Name,
      params: z.array(z.number()),
      /** `ema(10)`, as on the indicator's events. */
      key: z.string().max(64),
      input: z.enum(indicatorInputs).optional(),
      from: IndicatorSource.optional(),
    }),
  ),
  /** Models, and the series whose instrument they speak of. */
  scores: z.array(z.strictObject({ series: z.int().min(0), model: Name })),
  sessions: z.array(Session),
  /** Of the time of day and the weekday. */
  zone: z.string().max(64),
  slots: z.array(Slot),
  /** The conditions of `bars since (…)`. */
  counters: z.array(Condition),
  /** The slots of close, high and low of the first series, where stops or the position need them. */
  prices: z.strictObject({ close: z.int().min(0), high: z.int().min(0), low: z.int().min(0) }).optional(),
  /** The series of trades or quotes on which stops and targets are looked at between evaluations, and its slots. */
  levelsOn: z.strictObject({ series: z.int().min(0), high: z.int().min(0), low: z.int().min(0) }).optional(),
  entry: Sides,
  exit: Sides,
  size: SizeRule,
  stop: Distance.optional(),
  target: Distance.optional(),
  trail: Distance.optional(),
  timeExit: Stretch.optional(),
  scaleIn: Scaling.optional(),
  scaleOut: Scaling.optional(),
  cooldown: Stretch.optional(),
  veto: Rule.optional(),
  scale: NumberRule.optional(),
  trade: z.array(Traded).min(1).max(8),
  rateLimit: z.strictObject({ intents: z.int().min(1), per: z.string().max(16), perUs: z.int().min(1) }).optional(),
})
export type StrategyDefinition = z.infer<typeof StrategyDefinition>
export type Rule = z.infer<typeof Rule>
export type Sides = z.infer<typeof Sides>
export type NumberRule = z.infer<typeof NumberRule>
export type SizeRule = z.infer<typeof SizeRule>
export type Distance = z.infer<typeof Distance>
export type Stretch = z.infer<typeof Stretch>
export type Scaling = z.infer<typeof Scaling>
export type Traded = z.infer<typeof Traded>

/** The roles that need an instrument to read bars from, each once, in the order of the file. */
export const rolesRead = ({ series }: StrategyDefinition): string[] => [...new Set(series.map(({ role }) => role))]
