import type { StrategyDefinition } from '#lib/strategy/strategy-definition.ts'
import type { BarField, Slot } from '#lib/strategy/strategy-slot.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { type BoundStrategy, instrumentOf } from './strategy-config.ts'

/** What is read of a bar, a trade or a quote. */
export type Bar = Pick<PayloadOf<'md.bar'>, 'start' | 'end'> & { readonly [Field in BarField]: string | number }

/** The bars of one instrument and interval, and who reads them. */
export type Stream = {
  /** Strategies that read nothing but the bar itself. */
  readonly plain: Reader[]
  /** Strategies that need indicators of it as well. */
  readonly computed: Reader[]
  /** Who takes which outputs of an indicator. A key has brackets: it never names a prototype's field. */
  readonly taps: { [key: string]: Tap[] }
  /** Bars whose indicators have not begun to arrive, oldest first. */
  waiting: { readonly id: string; readonly bar: Bar }[]
  /** The bar whose indicators arrive; null before the first. */
  openBar: string | null
}

/** A strategy on a series, both by index, and what a bar fills itself. A place is that among the slots that the series fills. */
export type Reader = {
  readonly strategy: number
  readonly series: number
  /** As many nulls as the series fills slots. */
  readonly blank: readonly null[]
  readonly fields: { readonly place: number; readonly field: BarField }[]
  /** How many indicators make a bar complete. */
  keys: number
}

export type Tap = {
  readonly strategy: number
  readonly series: number
  readonly outputs: { readonly place: number; readonly output: string }[]
}

/** An instrument has a dot and an interval begins with a digit: neither ever names a prototype's field. */
export type Streams = { [instrument: string]: { [interval: string]: Stream } }

/** Who reads what; bars that wait in a stream that is still read go on waiting. */
export function planStreams(strategies: readonly BoundStrategy[], running: Streams): Streams {
  const planned: Streams = {}
  strategies.forEach((bound, strategy) => {
    bound.definition.series.forEach(({ timeframe }, series) => {
      const instrument = instrumentOf(bound, series)
      planned[instrument] ??= {}
      planned[instrument][timeframe] ??= emptyStream(running[instrument]?.[timeframe])
      addReader(planned[instrument][timeframe], bound, strategy, series)
    })
  })
  return planned
}

const emptyStream = (known: Stream | undefined): Stream => ({
  plain: [],
  computed: [],
  taps: {},
  waiting: known?.waiting ?? [],
  openBar: known?.openBar ?? null,
})

function addReader(stream: Stream, { definition }: BoundStrategy, strategy: number, series: number): void {
  const slots = filledSlots(definition, series)
  const reader: Reader = { strategy, series, blank: slots.map(() => null), fields: [], keys: 0 }
  slots.forEach((slot, place) => {
    const from = definition.slots[slot] as Slot
    if ('field' in from) reader.fields.push({ place, field: from.field })
  })
  definition.indicators.forEach(({ series: of, key }, indicator) => {
    if (of !== series) return
    const tap: Tap = { strategy, series, outputs: [] }
    slots.forEach((slot, place) => {
      const from = definition.slots[slot] as Slot
      if ('indicator' in from && from.indicator === indicator) tap.outputs.push({ place, output: from.output })
    })
    stream.taps[key] ??= []
    stream.taps[key].push(tap)
    reader.keys++
  })
  if (reader.keys > 0) stream.computed.push(reader)
  else stream.plain.push(reader)
}

/** The slots that bars of a series and their indicators fill. */
export const filledSlots = ({ slots, indicators }: StrategyDefinition, series: number): number[] =>
  slots.flatMap((from, slot) => {
    const of = 'field' in from ? from.series : 'indicator' in from ? indicators[from.indicator]?.series : undefined
    return of === series ? [slot] : []
  })
