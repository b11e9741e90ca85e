import type { AnyIndicator } from '#lib/indicators/indicator.ts'
import type { IndicatorInput } from '#schemas/indicator-outputs.ts'
import type { IndicatorSource } from '#schemas/strategy.ts'
import { didYouMean } from './did-you-mean.ts'
import type { Condition, Operand } from './expression.ts'
import { barFields, type PositionField, type Session, sessionFields } from './strategy-slot.ts'

/** An input of a strategy file under the name that its conditions use; `at` is the offset of that name in the file. */
export type DeclaredInput = { readonly name: string; readonly at: number } & (
  | DeclaredSeries
  | DeclaredIndicator
  | DeclaredScore
  | DeclaredSession
  | { readonly kind: 'broken' }
)

export type DeclaredSeries = { readonly kind: 'series'; readonly role: string; readonly timeframe: string }

export type DeclaredIndicator = {
  readonly kind: 'indicator'
  readonly indicator: AnyIndicator
  readonly params: readonly number[]
  readonly key: string
  /** Which series of the bars it is computed of: the close, but for `of: price.high`. */
  readonly input: IndicatorInput
  /** The indicator that it is computed of, where it is not bars. */
  readonly from?: IndicatorSource
  /** How the file calls that one. */
  readonly base?: string
  /** The name of a series. */
  readonly of: string
}

/** What a model says of the instrument of a series. */
export type DeclaredScore = { readonly kind: 'score'; readonly model: string; readonly of: string }

/** `of` is the series whose range it has. */
export type DeclaredSession = { readonly kind: 'session'; readonly session: Session; readonly of?: string }

/** A value that a condition reads: of an input, or of the strategy itself. `depth`: how many evaluations are kept. */
export type WantedSlot = { readonly name: string; depth: number } & (
  | { readonly input: DeclaredInput; readonly output: string }
  | { readonly clock: 'time' | 'weekday' }
  | { readonly position: PositionField }
  | { readonly since: number }
  /** Of earlier bars of one series, which comes at another pace than evaluations. */
  | { readonly of: DeclaredInput; readonly back: Back }
)

/** A number, or something true or false, that looks back. */
export type Back = { readonly number: Operand } | { readonly truth: Condition }

/** The names that conditions may use, and the values that they have asked for so far: one a slot. */
export type InputScope = {
  readonly inputs: readonly DeclaredInput[]
  readonly slots: WantedSlot[]
  /** The conditions of `bars since (…)`, by the number in their slot. */
  readonly counters: Condition[]
  /** In `veto` and `scale` only. */
  readonly mayReadScores: boolean
  /** Of the time of day and the weekday. */
  readonly zone: string
}

/** The slot of `fast`, `price.close` or `trend.signal`, or what is wrong with that name in one sentence. */
export function slotOf(scope: InputScope, path: string): number | string {
  const { inputs, slots, mayReadScores } = scope
  const [name = '', output, ...rest] = path.split('.')
  const input = inputs.find((one) => one.name === name)
  if (!input) return unknownInput(inputs, name)
  // What is wrong with it has been said where it is declared.
  if (input.kind === 'broken') return addSlot(slots, { name: path, depth: 1, input, output: '' })
  if (input.kind === 'score' && !mayReadScores)
    return `${name} is a model's score: it may stand in veto or scale only, so that it can only make exposure smaller`
  const outputs = outputsOf(input)
  const only = outputs.length === 1 ? outputs[0] : undefined
  const wanted = output ?? only
  const all = outputs.map((one) => `${name}.${one}`).join(', ')
  if (wanted === undefined) return `${name} has several values: say which of ${all}`
  if (!outputs.includes(wanted) || rest.length > 0)
    return `there is no ${path}${meant(path, name, outputs)}; known: ${all}`
  if (input.kind === 'session' && input.of !== undefined)
    for (const field of rangeFields) slotOf(scope, `${input.of}.${field}`)
  const known = slots.findIndex((slot) => 'input' in slot && slot.input === input && slot.output === wanted)
  return known >= 0 ? known : addSlot(slots, { name: path, depth: 1, input, output: wanted })
}

/** What a session has of the bars of a series. */
export const rangeFields = ['open', 'high', 'low'] as const

/** The slot of something that is no input: the time, the position, the bars since a condition. */
export function ownSlot(
  { slots }: InputScope,
  wanted: WantedSlot & ({ clock: unknown } | { position: unknown }),
): number {
  const known = slots.findIndex(({ name }) => name === wanted.name)
  return known >= 0 ? known : addSlot(slots, wanted)
}

/** `name` is the condition as it is written. */
export function sinceSlot({ slots, counters }: InputScope, name: string, condition: Condition): number {
  const since = counters.push(condition) - 1
  return addSlot(slots, { name, depth: 1, since })
}

/** Inputs that no condition reads, neither themselves nor through an indicator. */
export function unusedInputs(scope: InputScope): DeclaredInput[] {
  const read = readInputs(scope)
  const bases = [...read].map((input) => 'base' in input && input.base)
  return scope.inputs.filter((input) => !read.has(input) && !bases.includes(input.name))
}

/** What is read, and the series that it is read from, in the order of the file. */
export function readInputs({ inputs, slots }: InputScope): Set<DeclaredInput> {
  const read = new Set(slots.flatMap((slot) => ('input' in slot ? [slot.input] : [])))
  for (const input of [...read]) {
    const source = 'of' in input && inputs.find((one) => one.name === input.of)
    if (source) read.add(source)
  }
  const first = firstSeries(inputs)
  if (first) read.add(first)
  return read
}

/** Sets the pace: evaluations are made on bars of its timeframe, also where no condition reads one. */
export const firstSeries = (inputs: readonly DeclaredInput[]): (DeclaredInput & DeclaredSeries) | undefined =>
  inputs.find((input) => input.kind === 'series')

/** The slot of something that looks back over bars of another timeframe than the first; `name` is how it is written. */
export function backSlot({ slots }: InputScope, name: string, of: DeclaredInput, back: Back): number {
  const known = slots.findIndex((slot) => 'back' in slot && slot.name === name)
  return known >= 0 ? known : addSlot(slots, { name, depth: 1, of, back })
}

const addSlot = (slots: WantedSlot[], slot: WantedSlot): number => slots.push(slot) - 1

function unknownInput(inputs: readonly DeclaredInput[], name: string): string {
  const names = inputs.map((input) => input.name)
  const known = names.length > 0 ? `; known: ${names.join(', ')}` : ''
  return `there is no input ${name}${didYouMean(name, names)}${known}`
}

function outputsOf(input: Exclude<DeclaredInput, { kind: 'broken' }>): readonly string[] {
  switch (input.kind) {
    case 'series':
      return barFields
    case 'indicator':
      return Object.keys(input.indicator.outputs)
    case 'score':
      return ['score']
    case 'session':
      return input.of === undefined ? sessionFields.slice(0, 2) : sessionFields
  }
}

const meant = (path: string, name: string, outputs: readonly string[]): string =>
  didYouMean(
    path,
    outputs.map((output) => `${name}.${output}`),
  )
