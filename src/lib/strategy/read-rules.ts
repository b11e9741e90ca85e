import { isScalar } from 'yaml'
import { compileCondition, compileNumber } from './compile-condition.ts'
import type { InputScope } from './declared-inputs.ts'
import type { Report } from './problem.ts'
import { readExpression } from './read-expression.ts'
import type { NumberRule, Rule, Sides } from './strategy-definition.ts'
import { type Field, fieldsOf, startOf } from './yaml-tree.ts'

/** What compiling a file reads from and reports to. */
export type FileContext = { readonly source: string; readonly scope: InputScope; readonly report: Report }

/** `entry:` or `exit:` with its conditions compiled; a condition that is wrong is reported where it is wrong, and left out. */
export function readSides(what: string, field: Field, context: FileContext): Sides {
  const fields = fieldsOf(field.value, field.at, what, ['long', 'short'], context.report)
  const sides: Sides = {}
  for (const side of ['long', 'short'] as const) {
    const written = fields?.get(side)
    const rule = written && readRule(`${what}.${side}`, written, context)
    if (rule) sides[side] = rule
  }
  return sides
}

/** A condition. */
export function readRule(what: string, field: Field, { source, scope, report }: FileContext): Rule | null {
  const { at, value } = field
  const example = 'a condition, such as fast crosses above slow'
  if (!isScalar(value) || typeof value.value !== 'string') {
    report.error(startOf(value, at), `${what} has to be ${example}`)
    return null
  }
  const read = readExpression(what, field, source, example, report, (text) => compileCondition(text, scope))
  if (!read) return null
  const { text, made } = read
  if (made.isAlways) report.warning(startOf(value, at), `${what} is true on every bar on which it is defined`)
  return { text, when: made.when }
}

/** A number that is computed on every bar. */
export function readNumber(what: string, field: Field, { source, scope, report }: FileContext): NumberRule | null {
  const example = 'a number, such as 2 * range'
  const read = readExpression(what, field, source, example, report, (text) => compileNumber(text, scope))
  return read && { text: read.text, of: read.made }
}
