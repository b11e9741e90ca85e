import type { ArithmeticSign, ComparisonSign, Crossing } from './expression.ts'

/** An expression as written, before names and types are looked at. `at` is where its name, number or sign stands. */
export type Syntax =
  | { readonly kind: 'number'; readonly value: number; readonly text: string; readonly at: number }
  | { readonly kind: 'time'; readonly text: string; readonly at: number }
  | { readonly kind: 'name'; readonly name: string; readonly at: number }
  | { readonly kind: 'prefix'; readonly op: 'not' | '-'; readonly of: Syntax; readonly at: number }
  | { readonly kind: 'infix'; readonly op: Infix; readonly left: Syntax; readonly right: Syntax; readonly at: number }
  | {
      readonly kind: 'between'
      readonly of: Syntax
      readonly low: Syntax
      readonly high: Syntax
      readonly at: number
    }
  /** `x rising for 3`: `bars` is null where no number is said. */
  | {
      readonly kind: 'run'
      readonly op: 'rising' | 'falling'
      readonly of: Syntax
      readonly bars: Syntax | null
      readonly at: number
    }
  | { readonly kind: 'is'; readonly of: Syntax; readonly word: string; readonly wordAt: number; readonly at: number }
  | { readonly kind: 'in'; readonly name: string; readonly at: number }
  | { readonly kind: 'past'; readonly of: Syntax; readonly bars: Syntax; readonly at: number }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Syntax[]; readonly at: number }
  /** `bars since entry`, `bars since (condition)`. */
  | { readonly kind: 'since'; readonly of: Syntax; readonly at: number }

export type Infix = 'and' | 'or' | ArithmeticSign | ComparisonSign | Crossing
