import { type IndicatorInput, indicatorInputs } from '#schemas/indicator-outputs.ts'
import type { BarValues } from './indicator.ts'
import { typicalPrice } from './typical-price.ts'

type Input = { readonly reads: readonly (keyof BarValues)[]; readonly of: (bar: BarValues) => number }

/** The series that stands in for the close, of formulas that read nothing else. */
const inputs: Readonly<Record<IndicatorInput, Input>> = {
  open: { reads: ['open'], of: ({ open }) => open },
  high: { reads: ['high'], of: ({ high }) => high },
  low: { reads: ['low'], of: ({ low }) => low },
  close: { reads: ['close'], of: ({ close }) => close },
  volume: { reads: ['volume'], of: ({ volume }) => volume },
  hl2: { reads: ['high', 'low'], of: ({ high, low }) => (high + low) / 2 },
  hlc3: { reads: ['high', 'low', 'close'], of: typicalPrice },
  ohlc4: {
    reads: ['open', 'high', 'low', 'close'],
    of: ({ open, high, low, close }) => (open + high + low + close) / 4,
  },
}

/** The fields of a bar that an indicator of that input reads. */
export const readsOf = (
  { reads }: { readonly reads: Input['reads'] },
  input: IndicatorInput,
): readonly (keyof BarValues)[] => (input === 'close' ? reads : inputs[input].reads)

export const isInput = (name: string): name is IndicatorInput => (indicatorInputs as readonly string[]).includes(name)

/** A bar as a formula of that input sees it. */
export const barOf = (bar: BarValues, input: IndicatorInput): BarValues =>
  input === 'close' ? bar : pointOf(inputs[input].of(bar), 0, bar.session)

/** A bar without extent: one price, traded once. */
export const pointOf = (price: number, volume: number, session: number): BarValues => ({
  open: price,
  high: price,
  low: price,
  close: price,
  volume,
  session,
})
