import type { AnyIndicator } from '#lib/indicators/indicator.ts'
import { didYouMean } from './did-you-mean.ts'
import { barFields, type Slot, type StrategyDefinition } from './strategy-definition.ts'

/** An input of a strategy file under the name that its conditions use; `at` is the offset of that name in the file. */
export type DeclaredInput = { readonly name: string; readonly at: number } & (
  | DeclaredSeries
  | DeclaredIndicator
  | { readonly kind: 'broken' }
)

export type DeclaredSeries = { readonly kind: 'series'; readonly role: string; readonly timeframe: string }

export type DeclaredIndicator = {
  readonly kind: 'indicator'
  readonly indicator: AnyIndicator
  readonly params: readonly number[]
  readonly key: string
  /** The name of a series. */
  readonly of: string
}

/** The names that conditions may use, and the values that they have asked for so far: one a slot. */
export type InputScope = {
  readonly inputs: readonly DeclaredInput[]
  readonly slots: { readonly input: DeclaredInput; readonly output: string }[]
}

/** The slot of `fast`, `price.close` or `trend.signal`, or what is wrong with that name in one sentence. */
export function slotOf({ inputs, slots }: InputScope, path: string): number | string {
  const [name = '', output, ...rest] = path.split('.')
  const input = inputs.find((one) => one.name === name)
  if (!input) return unknownInput(inputs, name)
  // What is wrong with it has been said where it is declared.
  if (input.kind === 'broken') return 0
  const outputs = outputsOf(input)
  const only = outputs.length === 1 ? outputs[0] : undefined
  const wanted = output ?? only
  const all = outputs.map((one) => `${name}.${one}`).join(', ')
  if (wanted === undefined) return `${name} has several values: say which of ${all}`
  if (!outputs.includes(wanted) || rest.length > 0)
    return `there is no ${path}${meant(path, name, outputs)}; known: ${all}`
  const known = slots.findIndex((slot) => slot.input === input && slot.output === wanted)
  return known >= 0 ? known : slots.push({ input, output: wanted }) - 1
}

/** Inputs that no condition reads, neither themselves nor through an indicator. */
export function unusedInputs(scope: InputScope): DeclaredInput[] {
  const read = readInputs(scope)
  return scope.inputs.filter((input) => !read.has(input))
}

/** What is read, numbered in the order of the file; what is written twice is there once. */
export function compileInputs(scope: InputScope): Pick<StrategyDefinition, 'series' | 'indicators' | 'slots'> {
  const read = readInputs(scope)
  const inputs = scope.inputs.filter((input) => read.has(input))
  const series: StrategyDefinition['series'] = []
  const seriesIndex = new Map<string, number>()
  for (const input of inputs) {
    if (input.kind !== 'series') continue
    const { role, timeframe } = input
    const known = series.findIndex((one) => one.role === role && one.timeframe === timeframe)
    seriesIndex.set(input.name, known >= 0 ? known : series.push({ role, timeframe }) - 1)
  }
  const indicators: StrategyDefinition['indicators'] = []
  const indicatorIndex = new Map<string, number>()
  for (const input of inputs) {
    if (input.kind !== 'indicator') continue
    const on = seriesIndex.get(input.of) as number
    const { key, params, indicator } = input
    const known = indicators.findIndex((one) => one.series === on && one.key === key)
    const request = { series: on, indicator: indicator.name, params: [...params], key }
    indicatorIndex.set(input.name, known >= 0 ? known : indicators.push(request) - 1)
  }
  const slots = scope.slots.map(
    ({ input: { kind, name }, output }): Slot =>
      kind === 'series'
        ? { series: seriesIndex.get(name) as number, field: output as (typeof barFields)[number] }
        : { indicator: indicatorIndex.get(name) as number, output },
  )
  return { series, indicators, slots }
}

function readInputs({ inputs, slots }: InputScope): Set<DeclaredInput> {
  const read = new Set(slots.map(({ input }) => input))
  for (const input of [...read]) {
    const source = input.kind === 'indicator' && inputs.find((one) => one.name === input.of)
    if (source) read.add(source)
  }
  return read
}

function unknownInput(inputs: readonly DeclaredInput[], name: string): string {
  const names = inputs.map((input) => input.name)
  const known = names.length > 0 ? `; known: ${names.join(', ')}` : ''
  return `there is no input ${name}${didYouMean(name, names)}${known}`
}

const outputsOf = (input: DeclaredSeries | DeclaredIndicator): readonly string[] =>
  input.kind === 'series' ? barFields : Object.keys(input.indicator.outputs)

const meant = (path: string, name: string, outputs: readonly string[]): string =>
  didYouMean(
    path,
    outputs.map((output) => `${name}.${output}`),
  )
