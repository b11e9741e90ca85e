import { addToChange, type ChangeOver, hasChange, relativeChange, startChange } from './change-over.ts'
import { defineIndicator } from './indicator.ts'
import { period } from './parameters.ts'
import { addToWeighted, startWeighted, type WeightedAverage, weightedOrNull } from './weighted-average.ts'

type Params = [wma: number, roc1: number, roc2: number]

/** Coppock curve. */
export const coppock = defineIndicator({
  name: 'coppock',
  title: 'Coppock curve',
  params: [period('wma', 1, 10), period('roc1', 1, 11), period('roc2', 1, 14)],
  reads: ['close'],
  outputs: { value: ([n, roc1, roc2]: Params) => Math.max(roc1, roc2) + n - 1 },
  source: 'Coppock 1962: WMA of the sum of two rates of change, in percent',
  start: ([n, roc1, roc2]: Params): CoppockState => ({
    first: startChange(roc1),
    second: startChange(roc2),
    average: startWeighted(n),
  }),
  update({ first, second, average }: CoppockState, { close }) {
    addToChange(first, close)
    addToChange(second, close)
    if (hasChange(first) && hasChange(second)) addToWeighted(average, 100 * (rise(first) + rise(second)))
  },
  read: ({ average }) => ({ value: weightedOrNull(average) }),
})

type CoppockState = { readonly first: ChangeOver; readonly second: ChangeOver; readonly average: WeightedAverage }

const rise = ({ now, earlier }: ChangeOver): number => relativeChange(now, earlier)
