import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToSum, type SlidingSum, startSum } from './sliding-sum.ts'
import { closeLocation } from './typical-price.ts'

/** Chaikin money flow, -1 to 1. */
export const cmf = defineIndicator({
  name: 'cmf',
  title: 'Chaikin money flow',
  params: [period('period', 1, 20)],
  reads: ['high', 'low', 'close', 'volume'],
  outputs: { value: ([n]: [n: number]) => n - 1 },
  bounds: { value: [-1, 1] },
  source: 'Chaikin: sum(((c-l)-(h-c))/(h-l) * volume) / sum(volume) of the last n bars, 0 without volume',
  start: ([n]: [n: number]): CmfState => ({ flow: startSum(n), volume: startSum(n) }),
  update({ flow, volume }: CmfState, bar) {
    addToSum(flow, closeLocation(bar) * bar.volume)
    addToSum(volume, bar.volume)
  },
  read: ({ flow, volume }) => ({ value: volume.isFull ? (volume.sum === 0 ? 0 : flow.sum / volume.sum) : null }),
})

type CmfState = { readonly flow: SlidingSum; readonly volume: SlidingSum }
