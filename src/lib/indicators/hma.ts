import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToWeighted, startWeighted, type WeightedAverage, weightedOrNull } from './weighted-average.ts'

/** Hull moving average. */
export const hma = defineIndicator({
  name: 'hma',
  title: 'Hull moving average',
  params: [period('period', 2, 16)],
  reads: ['close'],
  outputs: { value: ([n]: [n: number]) => n + Math.floor(Math.sqrt(n)) - 2 },
  source: 'Hull 2005: WMA of floor(sqrt n) bars of 2*WMA(floor(n/2)) - WMA(n) (TA-Lib HMA)',
  start: ([n]: [n: number]): HmaState => ({
    half: startWeighted(Math.floor(n / 2)),
    whole: startWeighted(n),
    root: startWeighted(Math.floor(Math.sqrt(n))),
  }),
  update({ half, whole, root }: HmaState, { close }) {
    addToWeighted(half, close)
    addToWeighted(whole, close)
    if (whole.isFull) addToWeighted(root, 2 * half.value - whole.value)
  },
  read: ({ root }) => ({ value: weightedOrNull(root) }),
})

type HmaState = { readonly half: WeightedAverage; readonly whole: WeightedAverage; readonly root: WeightedAverage }
