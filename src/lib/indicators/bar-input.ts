import { type IndicatorInput, indicatorInputs } from '#schemas/indicator-outputs.ts'
import type { BarValues } from './indicator.ts'
import { typicalPrice } from './typical-price.ts'

/** The series that stands in for the close, of formulas that read nothing else. */
const seriesOf: Readonly<Record<IndicatorInput, (bar: BarValues) => number>> = {
  open: ({ open }) => open,
  high: ({ high }) => high,
  low: ({ low }) => low,
  close: ({ close }) => close,
  volume: ({ volume }) => volume,
  hl2: ({ high, low }) => (high + low) / 2,
  hlc3: typicalPrice,
  ohlc4: ({ open, high, low, close }) => (open + high + low + close) / 4,
}

export const isInput = (name: string): name is IndicatorInput => (indicatorInputs as readonly string[]).includes(name)

/** A bar as a formula of that input sees it. */
export const barOf = (bar: BarValues, input: IndicatorInput): BarValues =>
  input === 'close' ? bar : pointOf(seriesOf[input](bar), 0, bar.session)

/** A bar without extent: one price, traded once. */
export const pointOf = (price: number, volume: number, session: number): BarValues => ({
  open: price,
  high: price,
  low: price,
  close: price,
  volume,
  session,
})
