import { addToTotal, type CompensatedSum, startTotal, totalOf } from './compensated-sum.ts'
import { defineIndicator } from './indicator.ts'
import { closeLocation } from './typical-price.ts'

/** Accumulation/distribution line. */
export const ad = defineIndicator({
  name: 'ad',
  title: 'accumulation/distribution line',
  params: [],
  reads: ['high', 'low', 'close', 'volume'],
  outputs: { value: () => 0 },
  source: 'Chaikin: running total of ((c-l)-(h-c))/(h-l) * volume, nothing for a bar without range (TA-Lib AD)',
  start: (): AdState => ({ hasBar: false, total: startTotal() }),
  update(state: AdState, bar) {
    state.hasBar = true
    addToTotal(state.total, closeLocation(bar) * bar.volume)
  },
  read: ({ hasBar, total }) => ({ value: hasBar ? totalOf(total) : null }),
})

type AdState = { hasBar: boolean; readonly total: CompensatedSum }
