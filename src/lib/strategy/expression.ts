import { z } from 'zod'

/** Something that has a number on every bar, or is undefined. `slot` is an index into the strategy's values. */
export type Operand =
  | { readonly op: 'number'; readonly value: number }
  | { readonly op: 'value'; readonly slot: number }
  | { readonly op: 'negate'; readonly of: Operand }
  | { readonly op: ArithmeticSign; readonly left: Operand; readonly right: Operand }

/** Something that is true, false or undefined on every bar. */
export type Condition =
  | { readonly op: ComparisonSign | Crossing; readonly left: Operand; readonly right: Operand }
  | { readonly op: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly op: 'not'; readonly of: Condition }

export const arithmeticSigns = ['+', '-', '*', '/'] as const
export const comparisonSigns = ['<', '<=', '>', '>=', '==', '!='] as const
export const crossings = ['crosses above', 'crosses below'] as const
export type ArithmeticSign = (typeof arithmeticSigns)[number]
export type ComparisonSign = (typeof comparisonSigns)[number]
export type Crossing = (typeof crossings)[number]

export const Operand: z.ZodType<Operand> = z.lazy(() =>
  z.discriminatedUnion('op', [
    z.strictObject({ op: z.literal('number'), value: z.number() }),
    z.strictObject({ op: z.literal('value'), slot: z.int().min(0) }),
    z.strictObject({ op: z.literal('negate'), of: Operand }),
    z.strictObject({ op: z.enum(arithmeticSigns), left: Operand, right: Operand }),
  ]),
)

export const Condition: z.ZodType<Condition> = z.lazy(() =>
  z.discriminatedUnion('op', [
    z.strictObject({ op: z.enum([...comparisonSigns, ...crossings]), left: Operand, right: Operand }),
    z.strictObject({ op: z.enum(['and', 'or']), left: Condition, right: Condition }),
    z.strictObject({ op: z.literal('not'), of: Condition }),
  ]),
)
