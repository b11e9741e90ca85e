import {
  type DeclaredInput,
  type DeclaredSession,
  type InputScope,
  rangeFields,
  readInputs,
  slotOf,
  type WantedSlot,
} from './declared-inputs.ts'
import type { StrategyDefinition } from './strategy-definition.ts'
import { type BarField, isTick, type Session, type SessionField, type Slot } from './strategy-slot.ts'

type Compiled = Pick<StrategyDefinition, 'series' | 'indicators' | 'scores' | 'sessions' | 'slots' | 'counters'>

/** What is read, numbered in the order of the file; what is written twice is there once. */
export function compileInputs(scope: InputScope): Compiled {
  const read = readInputs(scope)
  const inputs = scope.inputs.filter((input) => read.has(input))
  const compiled: Compiled = {
    series: [],
    indicators: [],
    scores: [],
    sessions: [],
    slots: [],
    counters: scope.counters,
  }
  const numbers = new Map<string, number>()
  for (const input of inputs)
    if (input.kind === 'series')
      numbers.set(input.name, numberOf(compiled.series, { role: input.role, timeframe: input.timeframe }))
  for (const input of inputs)
    if (input.kind !== 'series') numbers.set(input.name, addInput(compiled, input, numbers, scope))
  markOrder(compiled)
  return { ...compiled, slots: scope.slots.map((slot) => compileSlot(slot, numbers)) }
}

/**
 * Beside indicators of another timeframe a series of bars that has none gets one whose value nobody reads: the bars of all series are complete in the
 * order in which they came then, whoever is ahead. [T6]
 */
function markOrder({ series, indicators }: Compiled): void {
  const isOneTimeframe = series.every(({ timeframe }) => timeframe === series[0]?.timeframe)
  if (isOneTimeframe || indicators.length === 0) return
  for (const [n, { timeframe }] of series.entries())
    if (!isTick(timeframe) && indicators.every((one) => one.series !== n)) indicators.push({ series: n, ...orderMark })
}

const orderMark = { indicator: 'sma', params: [1], key: 'sma(1)' }

function addInput(
  compiled: Compiled,
  input: DeclaredInput,
  numbers: ReadonlyMap<string, number>,
  scope: InputScope,
): number {
  switch (input.kind) {
    case 'indicator': {
      const { key, params, indicator, of, input: values, from } = input
      const series = numbers.get(of) as number
      return numberOf(compiled.indicators, {
        series,
        indicator: indicator.name,
        params: [...params],
        key,
        ...(values === 'close' ? {} : { input: values }),
        ...(from === undefined ? {} : { from }),
      })
    }
    case 'score':
      return numberOf(compiled.scores, { series: numbers.get(input.of) as number, model: input.model })
    case 'session':
      return numberOf(compiled.sessions, { ...input.session, ...rangeOf(input, scope) })
    case 'series':
    case 'broken':
      throw new Error(`${input.name} is ${input.kind} and is compiled elsewhere, or not at all`)
  }
}

/** The slots of what a session has the range of. */
function rangeOf({ of }: DeclaredSession, scope: InputScope): Pick<Session, 'range'> {
  if (of === undefined) return {}
  const [open, high, low] = rangeFields.map((field) => slotOf(scope, `${of}.${field}`) as number)
  return { range: { open: open as number, high: high as number, low: low as number } }
}

function compileSlot(slot: WantedSlot, numbers: ReadonlyMap<string, number>): Slot {
  const { name, depth } = slot
  if ('back' in slot) return { name, depth, series: numbers.get(slot.of.name) as number, back: slot.back }
  if (!('input' in slot)) return slot
  const number = numbers.get(slot.input.name) as number
  switch (slot.input.kind) {
    case 'series':
      return { name, depth, series: number, field: slot.output as BarField }
    case 'indicator':
      return { name, depth, indicator: number, output: slot.output }
    case 'score':
      return { name, depth, score: number }
    case 'session':
      return { name, depth, session: number, output: slot.output as SessionField }
    case 'broken':
      throw new Error(`${name} is broken`)
  }
}

function numberOf<T>(all: T[], wanted: T): number {
  const text = JSON.stringify(wanted)
  const known = all.findIndex((one) => JSON.stringify(one) === text)
  return known >= 0 ? known : all.push(wanted) - 1
}
