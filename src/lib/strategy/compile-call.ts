import { didYouMean } from './did-you-mean.ts'
import {
  type Operand,
  type ScalarFunction,
  scalarFunctions,
  type WindowFunction,
  windowFunctions,
} from './expression.ts'
import { ExpressionFault } from './expression-fault.ts'
import type { Syntax } from './syntax.ts'
import { wholeBars } from './whole-bars.ts'

/** `max(a, b)`, `average(x, 20)`. */
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
export const functionNames: readonly string[] = [...Object.keys(scalarFunctions), ...windowFunctions]

const isWindow = (name: string): name is WindowFunction => (windowFunctions as readonly string[]).includes(name)
const isScalar = (name: string): name is ScalarFunction => Object.hasOwn(scalarFunctions, name)
