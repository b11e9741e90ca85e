import type { Problem, Report } from './problem.ts'
import { readFields } from './read-fields.ts'
import type { StrategyDefinition } from './strategy-definition.ts'
import { fieldsOf, parseYaml } from './yaml-tree.ts'

/** What a strategy file says, or null with at least one error. Problems stand in the order of the file, at most 20 of them. */
export type StrategyReading = { readonly definition: StrategyDefinition | null; readonly problems: readonly Problem[] }

const mostProblems = 20
/** What is longer is an error. */
export const mostCharacters = 32_768

/** Reads the text of a strategy file (YAML 1.2, JSON being a part of it) and compiles its conditions. Never throws. */
export function readStrategy(text: string): StrategyReading {
  const found: { readonly severity: Problem['severity']; readonly offset: number; readonly message: string }[] = []
  const report: Report = {
    error: (offset, message) => found.push({ severity: 'error', offset, message }),
    warning: (offset, message) => found.push({ severity: 'warning', offset, message }),
    hasErrors: () => found.some(({ severity }) => severity === 'error'),
  }
  const definition = read(text, report)
  const inOrder = found.toSorted((a, b) => a.offset - b.offset)
  const problems = inOrder
    .slice(0, mostProblems)
    .map(({ severity, offset, message }): Problem => ({ severity, message, ...positionAt(text, offset) }))
  return { definition, problems }
}

function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}

/** What a strategy file may say. */
export const strategyKeys = [
  'name',
  'inputs',
  'zone',
  'entry',
  'exit',
  'size',
  'stop',
  'target',
  'trail',
  'levels_on',
  'time_exit',
  'scale_in',
  'scale_out',
  'cooldown',
  'veto',
  'scale',
  'trade',
  'rate_limit',
] as const

function read(text: string, report: Report): StrategyDefinition | null {
  if (text.length > mostCharacters) {
    report.error(0, `a strategy file has at most ${mostCharacters} characters, this one ${text.length}`)
    return null
  }
  const tree = parseYaml(text, report)
  if (tree === undefined) return null
  if (tree === null) {
    report.error(0, 'the file is empty')
    return null
  }
  const fields = fieldsOf(tree, 0, 'a strategy file', strategyKeys, report)
  return fields && readFields(fields, text, report)
}
