import { compareDecimalText } from '#lib/bars/exact-decimal.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { LineFault } from './line-fault.ts'

/** Throws a LineFault when a bar's high is not its highest price or its low not its lowest. */
export function checkBar(bar: PayloadOf<'md.bar'>): PayloadOf<'md.bar'> {
  const { open, high, low, close } = bar
  if (compareDecimalText(high, low) < 0) throw new LineFault(`high ${high} is below low ${low}`)
  if (compareDecimalText(high, open) < 0) throw new LineFault(`high ${high} is below open ${open}`)
  if (compareDecimalText(high, close) < 0) throw new LineFault(`high ${high} is below close ${close}`)
  if (compareDecimalText(low, open) > 0) throw new LineFault(`low ${low} is above open ${open}`)
  if (compareDecimalText(low, close) > 0) throw new LineFault(`low ${low} is above close ${close}`)
  return bar
}
