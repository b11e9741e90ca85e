import { externalStrategy } from '#lib/domain/external-order.ts'
import { Name } from '#schemas/primitives.ts'
import { compileInputs } from './compile-inputs.ts'
import { type DeclaredInput, firstSeries, type InputScope, slotOf } from './declared-inputs.ts'
import type { Report } from './problem.ts'
import { readStretch } from './read-amount.ts'
import { readDistance, readScaling } from './read-exits.ts'
import { readInputs } from './read-inputs.ts'
import { type FileContext, readNumber, readRule, readSides } from './read-rules.ts'
import { readZone } from './read-session.ts'
import { readRateLimit, readSize } from './read-size.ts'
import { plainTrade, readTrade } from './read-trade.ts'
import type { StrategyDefinition } from './strategy-definition.ts'
import { isTick } from './strategy-slot.ts'
import { refuseContradictions, warnOfSlips } from './whole-file.ts'
import { type Field, startOf, writtenText } from './yaml-tree.ts'

/** The fields of a strategy file as its definition; null when there is an error. */
export function readFields(
  fields: ReadonlyMap<string, Field>,
  source: string,
  report: Report,
): StrategyDefinition | null {
  const needed = (key: string, example: string): Field | undefined => {
    const field = fields.get(key)
    if (!field) report.error(0, `${key} is missing, as in ${example}`)
    return field
  }
  const optional = <T, C>(key: string, readField: (what: string, field: Field, context: C) => T | null, context: C) => {
    const field = fields.get(key)
    return field && (readField(key, field, context) ?? undefined)
  }
  const name = readName('name', needed('name', 'name: ema-cross'), report)
  const inputsField = needed('inputs', 'inputs: { price: { role: underlying, timeframe: 1d } }')
  const inputs = inputsField ? readInputs(inputsField, report) : []
  if (inputsField && inputs.every(({ kind }) => kind !== 'series' && kind !== 'broken'))
    report.error(inputsField.at, 'inputs has no series, as in price: { role: underlying, timeframe: 1d }')
  const zone = optional('zone', (_, field, to: Report) => readZone(field, to), report) ?? 'UTC'
  const scope: InputScope = { inputs, slots: [], counters: [], mayReadScores: false, zone }
  const context: FileContext = { source, scope, report }
  const scored: FileContext = { ...context, scope: { ...scope, mayReadScores: true } }

  const entryField = needed('entry', 'entry: { long: fast crosses above slow }')
  const entry = entryField ? readSides('entry', entryField, context) : {}
  const exitField = fields.get('exit')
  const exit = exitField ? readSides('exit', exitField, context) : {}
  const sizeField = needed('size', 'size: { quantity: 100 }')
  const size = sizeField && readSize(sizeField, context)
  const more = {
    stop: optional('stop', readDistance, context),
    target: optional('target', readDistance, context),
    trail: optional('trail', readDistance, context),
    timeExit: optional('time_exit', readStretch, report),
    scaleIn: optional('scale_in', readScaling, context),
    scaleOut: optional('scale_out', readScaling, context),
    cooldown: optional('cooldown', readStretch, report),
    veto: optional('veto', readRule, scored),
    scale: optional('scale', readNumber, scored),
    rateLimit: optional('rate_limit', (_, field, to: Report) => readRateLimit(field, to), report),
  }
  const trade = tradeOf(fields.get('trade'), context)
  if (entryField && isEmptyMap(entryField)) report.error(entryField.at, 'entry has neither long nor short')
  // What follows from an error is not worth a second line.
  if (report.hasErrors() || name === undefined || !trade || !size) return null
  const prices = pricesOf(scope, { ...more, size })
  const ticks = levelsOn(fields.get('levels_on'), more, scope, report)
  const compiled = compileInputs(scope)
  const series = compiled.series.findIndex((one) => one.role === ticks?.role && one.timeframe === ticks.timeframe)
  const on = ticks && { levelsOn: { series, high: ticks.high, low: ticks.low } }
  const definition = { name, ...compiled, zone, prices, ...on, entry, exit, size, ...more, trade }
  refuseContradictions(definition, fields, report)
  if (report.hasErrors()) return null
  warnOfSlips(definition, scope, fields, report)
  return definition
}

function readName(what: string, field: Field | undefined, report: Report): string | undefined {
  if (!field) return undefined
  const text = writtenText(field.value)
  const isOfOthers = what === 'name' && text === externalStrategy
  if (text !== null && Name.safeParse(text).success && !isOfOthers) return text
  const fault = isOfOthers
    ? `${externalStrategy} is the name under which the trades of others are counted: give it one of its own`
    : `${what} has to be a lower-case name like ema-cross`
  report.error(startOf(field.value, field.at), fault)
  return undefined
}

function tradeOf(field: Field | undefined, context: FileContext): StrategyDefinition['trade'] | null {
  if (field) return readTrade(field, context)
  const [role, other] = rolesOf(context.scope.inputs)
  if (other !== undefined) context.report.error(0, `trade is missing: say which role is traded, as in trade: ${role}`)
  return role === undefined ? null : [plainTrade(role)]
}

/** Close, high and low of the first series, where something is measured from the price of the entry. */
function pricesOf(
  scope: InputScope,
  { stop, target, trail, size }: Pick<StrategyDefinition, 'stop' | 'target' | 'trail' | 'size'>,
): StrategyDefinition['prices'] {
  const isMeasured = stop || target || trail || size.kind === 'risk' || scope.slots.some((slot) => 'position' in slot)
  const first = scope.inputs.find(({ kind }) => kind === 'series')
  if (!isMeasured || !first) return undefined
  const [close, high, low] = ['close', 'high', 'low'].map((field) => slotOf(scope, `${first.name}.${field}`))
  return { close: close as number, high: high as number, low: low as number }
}

/** The series that `levels_on` names, and its slots; levels are prices of the first series. */
function levelsOn(
  field: Field | undefined,
  { stop, target, trail }: Pick<StrategyDefinition, 'stop' | 'target' | 'trail'>,
  scope: InputScope,
  report: Report,
) {
  if (!field) return undefined
  const name = writtenText(field.value) ?? ''
  const ticks = scope.inputs.find((one) => one.name === name)
  const refuse = (why: string) => void report.error(startOf(field.value, field.at), why)
  if (ticks?.kind !== 'series' || !isTick(ticks.timeframe))
    return refuse(
      `levels_on has to be a series of trades or quotes, as in ticks: { role: underlying, timeframe: trade }`,
    )
  if (ticks.role !== firstSeries(scope.inputs)?.role)
    return refuse('levels are prices of the first series: levels_on has to be of its role')
  if (!stop && !target && !trail) return refuse('levels_on without stop, target or trail: there is no level')
  const [high, low] = ['high', 'low'].map((output) => slotOf(scope, `${name}.${output}`) as number) as [number, number]
  return { role: ticks.role, timeframe: ticks.timeframe, high, low }
}

const rolesOf = (inputs: readonly DeclaredInput[]): string[] => [
  ...new Set(inputs.flatMap((input) => (input.kind === 'series' ? [input.role] : []))),
]

const isEmptyMap = ({ value }: Field): boolean =>
  value !== null && 'items' in value && Array.isArray(value.items) && value.items.length === 0
