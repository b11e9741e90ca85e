import { isScalar } from 'yaml'
import { compileCondition } from './compile-condition.ts'
import type { InputScope } from './declared-inputs.ts'
import { ExpressionFault } from './expression-fault.ts'
import type { Report } from './problem.ts'
import { offsetInFile } from './scalar-position.ts'
import type { Rule, Sides } from './strategy-definition.ts'
import { type Field, fieldsOf, startOf } from './yaml-tree.ts'

/** `entry:` or `exit:` with its conditions compiled; a condition that is wrong is reported where it is wrong, and left out. */
export function readSides(what: string, field: Field, source: string, scope: InputScope, report: Report): Sides {
  const fields = fieldsOf(field.value, field.at, what, ['long', 'short'], report)
  const sides: Sides = {}
  for (const side of ['long', 'short'] as const) {
    const written = fields?.get(side)
    const rule = written && readRule(`${what}.${side}`, written, source, scope, report)
    if (rule) sides[side] = rule
  }
  return sides
}

const mostCharacters = 1800

function readRule(what: string, { at, value }: Field, source: string, scope: InputScope, report: Report): Rule | null {
  const start = startOf(value, at)
  if (!isScalar(value) || typeof value.value !== 'string') {
    report.error(start, `${what} has to be a condition, such as fast crosses above slow`)
    return null
  }
  const text = value.value
  if (text.length > mostCharacters) {
    report.error(start, `${what} is longer than ${mostCharacters} characters`)
    return null
  }
  try {
    return { text: text.trim().replaceAll(/\s+/g, ' '), when: compileCondition(text, scope) }
  } catch (error) {
    if (!(error instanceof ExpressionFault)) throw error
    const [from, end] = value.range ?? [start, start]
    report.error(offsetInFile(source, from, end, text, error.at), error.message)
    return null
  }
}
