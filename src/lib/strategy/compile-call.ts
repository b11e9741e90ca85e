import { didYouMean } from './did-you-mean.ts'
import {
  type Operand,
  type PairFunction,
  pairFunctions,
  type ScalarFunction,
  scalarFunctions,
  type WindowFunction,
  windowFunctions,
} from './expression.ts'
import { ExpressionFault } from './expression-fault.ts'
import type { Syntax } from './syntax.ts'
import { wholeBars } from './whole-bars.ts'

/** `max(a, b)`, `average(x, 20)`, `correlation(x, y, 20)`. */
export function compileCall(
  { name, args, at }: Syntax & { kind: 'call' },
  numberOf: (syntax: Syntax) => Operand,
): Operand {
  if (isWindow(name)) {
    const [of, bars] = args
    if (!of || !bars || args.length > 2)
      throw new ExpressionFault(at, `${name} takes a number and bars, as in ${name}(x, 20)`)
    return { op: 'window', name, of: numberOf(of), bars: wholeBars(bars, 1) }
  }
  if (isPair(name)) {
    const [left, right, bars] = args
    if (!left || !right || !bars || args.length > 3)
      throw new ExpressionFault(at, `${name} takes two numbers and bars, as in ${name}(x, y, 20)`)
    return { op: 'pair', name, left: numberOf(left), right: numberOf(right), bars: wholeBars(bars, 2) }
  }
  if (!isScalar(name))
    throw new ExpressionFault(
      at,
      `there is no ${name}()${didYouMean(name, functionNames)}; known: ${functionNames.join(', ')}`,
    )
  const [least, most] = scalarFunctions[name]
  if (args.length < least || args.length > most)
    throw new ExpressionFault(
      at,
      `${name} takes ${least === most ? least : `${least} to ${most}`} number${most > 1 ? 's' : ''}, not ${args.length}`,
    )
  return { op: 'call', name, args: args.map(numberOf) }
}

/** Everything that can be called. */
export const functionNames: readonly string[] = [...Object.keys(scalarFunctions), ...windowFunctions, ...pairFunctions]

const isWindow = (name: string): name is WindowFunction => (windowFunctions as readonly string[]).includes(name)
const isPair = (name: string): name is PairFunction => (pairFunctions as readonly string[]).includes(name)
const isScalar = (name: string): name is ScalarFunction => Object.hasOwn(scalarFunctions, name)
