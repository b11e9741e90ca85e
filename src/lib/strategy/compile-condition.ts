import { type InputScope, slotOf } from './declared-inputs.ts'
import { type ArithmeticSign, arithmeticSigns, type Condition, type Operand } from './expression.ts'
import { ExpressionFault } from './expression-fault.ts'
import { parseExpression, type Syntax } from './parse-expression.ts'

/** Reads a condition and checks its names and types. Throws ExpressionFault, with an index into the text, and nothing else. */
export function compileCondition(text: string, scope: InputScope): Condition {
  const syntax = parseExpression(text)
  const condition = conditionOf(syntax, scope)
  if (!readsInput(syntax)) throw new ExpressionFault(syntax.at, 'this reads no input, so it is always the same')
  return condition
}

function conditionOf(syntax: Syntax, scope: InputScope): Condition {
  if (syntax.kind === 'prefix' && syntax.op === 'not') return { op: 'not', of: conditionOf(syntax.of, scope) }
  if (syntax.kind === 'infix' && !isArithmetic(syntax.op)) {
    const { op } = syntax
    return op === 'and' || op === 'or'
      ? { op, left: conditionOf(syntax.left, scope), right: conditionOf(syntax.right, scope) }
      : { op, left: operandOf(syntax.left, scope), right: operandOf(syntax.right, scope) }
  }
  if (syntax.kind === 'name') findSlot(syntax, scope)
  throw new ExpressionFault(syntax.at, 'expected something true or false, found a number: compare it with something')
}

function operandOf(syntax: Syntax, scope: InputScope): Operand {
  if (syntax.kind === 'number') return { op: 'number', value: syntax.value }
  if (syntax.kind === 'name') return { op: 'value', slot: findSlot(syntax, scope) }
  if (syntax.kind === 'prefix' && syntax.op === '-') return { op: 'negate', of: operandOf(syntax.of, scope) }
  if (syntax.kind === 'infix' && isArithmetic(syntax.op))
    return { op: syntax.op, left: operandOf(syntax.left, scope), right: operandOf(syntax.right, scope) }
  throw new ExpressionFault(syntax.at, `expected a number, found something true or false (${syntax.op})`)
}

function findSlot({ name, at }: Syntax & { kind: 'name' }, scope: InputScope): number {
  const slot = slotOf(scope, name)
  if (typeof slot === 'string') throw new ExpressionFault(at, slot)
  return slot
}

const isArithmetic = (op: string): op is ArithmeticSign => (arithmeticSigns as readonly string[]).includes(op)

function readsInput(syntax: Syntax): boolean {
  switch (syntax.kind) {
    case 'name':
      return true
    case 'number':
      return false
    case 'prefix':
      return readsInput(syntax.of)
    case 'infix':
      return readsInput(syntax.left) || readsInput(syntax.right)
  }
}
