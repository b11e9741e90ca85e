import type { Param } from './indicator.ts'
import { addToMean, type SlidingMean, startMean } from './sliding-mean.ts'
import { addToAverage, isSeeded, type SmoothedAverage, startEma } from './smoothed-average.ts'
import { addToWeighted, startWeighted, type WeightedAverage } from './weighted-average.ts'

/** An average whose kind is a parameter. The numbers are those of TA-Lib's MAType. */
export type MovingAverage =
  | { readonly kind: 'sma'; readonly average: SlidingMean }
  | { readonly kind: 'ema'; readonly average: SmoothedAverage }
  | { readonly kind: 'wma'; readonly average: WeightedAverage }

const kinds = { sma: 0, ema: 1, wma: 2 } as const

export const averageKind = (preset: keyof typeof kinds): Param => ({
  name: 'ma',
  min: 0,
  max: 2,
  isWhole: true,
  default: kinds[preset],
  choices: kinds,
})

export function startMoving(bars: number, kind: number): MovingAverage {
  if (kind === kinds.sma) return { kind: 'sma', average: startMean(bars) }
  return kind === kinds.ema ? { kind: 'ema', average: startEma(bars) } : { kind: 'wma', average: startWeighted(bars) }
}

export function addToMoving(moving: MovingAverage, x: number): void {
  switch (moving.kind) {
    case 'sma':
      addToMean(moving.average, x)
      return
    case 'ema':
      addToAverage(moving.average, x)
      return
    case 'wma':
      addToWeighted(moving.average, x)
      return
  }
}

/** Null before it has seen as many values as it has bars. */
export function movingOrNull(moving: MovingAverage): number | null {
  switch (moving.kind) {
    case 'sma':
      return moving.average.isFull ? moving.average.mean : null
    case 'ema':
      return isSeeded(moving.average) ? moving.average.value : null
    case 'wma':
      return moving.average.isFull ? moving.average.value : null
  }
}
