import { z } from 'zod'

/** Something that has a number on every bar, or is undefined. `slot` is an index into the strategy's values. */
export type Operand =
  | { readonly op: 'number'; readonly value: number }
  | { readonly op: 'value'; readonly slot: number }
  | { readonly op: 'negate'; readonly of: Operand }
  | { readonly op: ArithmeticSign; readonly left: Operand; readonly right: Operand }
  | { readonly op: 'call'; readonly name: ScalarFunction; readonly args: readonly Operand[] }
  /** A statistic of the newest `bars` values. */
  | { readonly op: 'window'; readonly name: WindowFunction; readonly of: Operand; readonly bars: number }
  /** A statistic of the newest `bars` pairs of two values. */
  | {
      readonly op: 'pair'
      readonly name: PairFunction
      readonly left: Operand
      readonly right: Operand
      readonly bars: number
    }
  /** What it was so many evaluations ago. */
  | { readonly op: 'past'; readonly of: Operand; readonly bars: number }

/** Something that is true, false or undefined on every bar. */
export type Condition =
  | Comparison
  | { readonly op: 'between'; readonly of: Operand; readonly low: Operand; readonly high: Operand }
  /** Each of the newest `bars` steps went up, or down. */
  | { readonly op: 'rising' | 'falling'; readonly of: Operand; readonly bars: number }
  /** The slot is defined: in a session. */
  | { readonly op: 'in'; readonly slot: number }
  /** The slot, 1 or 0, is what is said: of earlier bars of a series that has its own pace. */
  | { readonly op: 'holds'; readonly slot: number }
  | { readonly op: 'was'; readonly of: Condition; readonly bars: number }
  | { readonly op: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly op: 'not'; readonly of: Condition }

export type Comparison = {
  readonly op: ComparisonSign | Crossing
  readonly left: Operand
  readonly right: Operand
}

export const arithmeticSigns = ['+', '-', '*', '/'] as const
export const comparisonSigns = ['<', '<=', '>', '>=', '==', '!='] as const
export const crossings = ['crosses above', 'crosses below'] as const
/** By name: how many arguments at least and at most. */
export const scalarFunctions = { abs: [1, 1], sqrt: [1, 1], log: [1, 1], min: [2, 8], max: [2, 8] } as const
export const windowFunctions = ['highest', 'lowest', 'average', 'deviation'] as const
export const pairFunctions = ['correlation', 'beta'] as const
export type ArithmeticSign = (typeof arithmeticSigns)[number]
export type ComparisonSign = (typeof comparisonSigns)[number]
export type Crossing = (typeof crossings)[number]
export type ScalarFunction = keyof typeof scalarFunctions
export type WindowFunction = (typeof windowFunctions)[number]
export type PairFunction = (typeof pairFunctions)[number]

const Bars = z.int().min(1).max(1000)

export const Operand: z.ZodType<Operand> = z.lazy(() =>
  z.discriminatedUnion('op', [
    z.strictObject({ op: z.literal('number'), value: z.number() }),
    z.strictObject({ op: z.literal('value'), slot: z.int().min(0) }),
    z.strictObject({ op: z.literal('negate'), of: Operand }),
    z.strictObject({ op: z.enum(arithmeticSigns), left: Operand, right: Operand }),
    z.strictObject({
      op: z.literal('call'),
      name: z.enum(Object.keys(scalarFunctions) as [ScalarFunction, ...ScalarFunction[]]),
      args: z.array(Operand).min(1).max(8),
    }),
    z.strictObject({ op: z.literal('window'), name: z.enum(windowFunctions), of: Operand, bars: Bars }),
    z.strictObject({ op: z.literal('pair'), name: z.enum(pairFunctions), left: Operand, right: Operand, bars: Bars }),
    z.strictObject({ op: z.literal('past'), of: Operand, bars: Bars }),
  ]),
)

export const Condition: z.ZodType<Condition> = z.lazy(() =>
  z.discriminatedUnion('op', [
    z.strictObject({ op: z.enum([...comparisonSigns, ...crossings]), left: Operand, right: Operand }),
    z.strictObject({ op: z.literal('between'), of: Operand, low: Operand, high: Operand }),
    z.strictObject({ op: z.enum(['rising', 'falling']), of: Operand, bars: Bars }),
    z.strictObject({ op: z.enum(['in', 'holds']), slot: z.int().min(0) }),
    z.strictObject({ op: z.literal('was'), of: Condition, bars: Bars }),
    z.strictObject({ op: z.enum(['and', 'or']), left: Condition, right: Condition }),
    z.strictObject({ op: z.literal('not'), of: Condition }),
  ]),
)
