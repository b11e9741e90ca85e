import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { typicalPrice } from './typical-price.ts'
import {
  addToVolumeWeighted,
  startVolumeWeighted,
  type VolumeWeighted,
  volumeWeightedOrNull,
} from './volume-weighted.ts'

/** Volume-weighted average price of the last n bars. */
export const vwapRoll = defineIndicator({
  name: 'vwap_roll',
  title: 'volume-weighted average price of n bars',
  params: [period('period', 1, 20)],
  reads: ['high', 'low', 'close', 'volume'],
  outputs: { value: ([n]: [n: number]) => n - 1 },
  undefinedWhen: 'the n bars have no volume',
  source: 'sum(typical*volume) / sum(volume) of the last n bars (R TTR VWAP, ta VolumeWeightedAveragePrice)',
  start: ([n]: [n: number]) => startVolumeWeighted(n),
  update: (state: VolumeWeighted, bar) => addToVolumeWeighted(state, typicalPrice(bar), bar.volume),
  read: (state) => ({ value: volumeWeightedOrNull(state) }),
})
