import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import {
  addToVolumeWeighted,
  startVolumeWeighted,
  type VolumeWeighted,
  volumeWeightedOrNull,
} from './volume-weighted.ts'

/** Volume-weighted moving average of closes. */
export const vwma = defineIndicator({
  name: 'vwma',
  title: 'volume-weighted moving average',
  params: [period('period', 1, 20)],
  reads: ['close', 'volume'],
  outputs: { value: ([n]: [n: number]) => n - 1 },
  undefinedWhen: 'the n bars have no volume',
  source: 'sum(close*volume) / sum(volume) of the last n bars',
  start: ([n]: [n: number]) => startVolumeWeighted(n),
  update: (state: VolumeWeighted, bar) => addToVolumeWeighted(state, bar.close, bar.volume),
  read: (state) => ({ value: volumeWeightedOrNull(state) }),
})
