import type { Node } from 'yaml'
import { Name } from '#schemas/primitives.ts'
import { compileInputs, type DeclaredInput, type InputScope, unusedInputs } from './declared-inputs.ts'
import type { Problem, Report } from './problem.ts'
import { readInputs } from './read-inputs.ts'
import { readLimitBps, readRateLimit, readSize } from './read-orders.ts'
import { readSides } from './read-rules.ts'
import type { StrategyDefinition } from './strategy-definition.ts'
import { type Field, fieldsOf, parseYaml, startOf, writtenText } from './yaml-tree.ts'

/** What a strategy file says, or null with at least one error. Problems stand in the order of the file, at most 20 of them. */
export type StrategyReading = { readonly definition: StrategyDefinition | null; readonly problems: readonly Problem[] }

const mostProblems = 20
const mostCharacters = 32_768

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

const keys = ['name', 'inputs', 'entry', 'exit', 'size', 'limit_bps', 'trade', 'rate_limit']

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
  const fields = fieldsOf(tree, 0, 'a strategy file', keys, report)
  return fields && readFields(fields, text, report)
}

function readFields(fields: ReadonlyMap<string, Field>, text: string, report: Report): StrategyDefinition | null {
  const needed = (key: string, example: string): Field | undefined => {
    const field = fields.get(key)
    if (!field) report.error(0, `${key} is missing, as in ${example}`)
    return field
  }
  const optional = <T>(key: string, readField: (field: Field, report: Report) => T | null): T | undefined => {
    const field = fields.get(key)
    return field && (readField(field, report) ?? undefined)
  }
  const name = readName('name', needed('name', 'name: ema-cross'), report)
  const inputsField = needed('inputs', 'inputs: { price: { role: underlying, timeframe: 1d } }')
  const inputs = inputsField ? readInputs(inputsField, report) : []
  const scope: InputScope = { inputs, slots: [] }
  const entryField = needed('entry', 'entry: { long: fast crosses above slow }')
  const entry = entryField ? readSides('entry', entryField, text, scope, report) : {}
  const exitField = fields.get('exit')
  const exit = exitField ? readSides('exit', exitField, text, scope, report) : {}
  const sizeField = needed('size', 'size: { quantity: 100 }')
  const size = sizeField && readSize(sizeField, report)
  const limitBps = optional('limit_bps', readLimitBps)
  const rateLimit = optional('rate_limit', readRateLimit)

  const roles = rolesOf(inputs)
  const tradeField = fields.get('trade')
  const trade = tradeField ? readName('trade', tradeField, report) : roles[0]
  if (!tradeField && roles.length > 1)
    report.error(0, `trade is missing: say which role is traded, as in trade: ${roles[0]}`)
  if (entryField && isEmptyMap(entryField.value)) report.error(entryField.at, 'entry has neither long nor short')
  // What follows from an error is not worth a second line.
  if (report.hasErrors() || name === undefined || trade === undefined || !size) return null
  warnOfSlips(scope, entryField, exitField, { entry, exit }, report)
  return { name, ...compileInputs(scope), entry, exit, size, limitBps, trade, rateLimit }
}

function readName(what: string, field: Field | undefined, report: Report): string | undefined {
  if (!field) return undefined
  const text = writtenText(field.value)
  if (text !== null && Name.safeParse(text).success) return text
  report.error(startOf(field.value, field.at), `${what} has to be a lower-case name like ema-cross`)
  return undefined
}

/** What can be read and is hardly meant. */
function warnOfSlips(
  scope: InputScope,
  entryField: Field | undefined,
  exitField: Field | undefined,
  { entry, exit }: Pick<StrategyDefinition, 'entry' | 'exit'>,
  report: Report,
): void {
  for (const { name, at } of unusedInputs(scope)) report.warning(at, `${name} is not used by any condition`)
  for (const [side, other] of [
    ['long', 'short'],
    ['short', 'long'],
  ] as const) {
    if (entryField && entry[side] && !exit[side] && !entry[other])
      report.warning(entryField.at, `nothing ever leaves a ${side}: there is no exit.${side} and no entry.${other}`)
    if (exitField && exit[side] && !entry[side])
      report.warning(exitField.at, `exit.${side} never counts: there is no entry.${side}`)
  }
}

const rolesOf = (inputs: readonly DeclaredInput[]): string[] => [
  ...new Set(inputs.flatMap((input) => (input.kind === 'series' ? [input.role] : []))),
]

const isEmptyMap = (value: Node | null): boolean =>
  value !== null && 'items' in value && Array.isArray(value.items) && value.items.length === 0
