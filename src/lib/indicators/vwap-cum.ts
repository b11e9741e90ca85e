import { addToTotal, type CompensatedSum, startTotal, totalOf } from './compensated-sum.ts'
import { defineIndicator } from './indicator.ts'
import { typicalPrice } from './typical-price.ts'

/** Volume-weighted average price since the first bar. */
export const vwapCum = defineIndicator({
  name: 'vwap_cum',
  title: 'volume-weighted average price since the first bar',
  params: [],
  reads: ['high', 'low', 'close', 'volume'],
  outputs: { value: () => 0 },
  undefinedWhen: 'there has been no volume yet',
  source: 'running sum(typical*volume) / sum(volume)',
  start: (): VwapState => ({ amount: startTotal(), volume: startTotal() }),
  update({ amount, volume }: VwapState, bar) {
    addToTotal(amount, typicalPrice(bar) * bar.volume)
    addToTotal(volume, bar.volume)
  },
  read({ amount, volume }) {
    const total = totalOf(volume)
    return { value: total === 0 ? null : totalOf(amount) / total }
  },
})

type VwapState = { readonly amount: CompensatedSum; readonly volume: CompensatedSum }
