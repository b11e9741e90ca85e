import { addToSum, type SlidingSum, startSum } from './sliding-sum.ts'

/** Mean of the last n prices, each weighted by its volume. */
export type VolumeWeighted = { readonly amounts: SlidingSum; readonly volumes: SlidingSum }

export const startVolumeWeighted = (bars: number): VolumeWeighted => ({
  amounts: startSum(bars),
  volumes: startSum(bars),
})

export function addToVolumeWeighted({ amounts, volumes }: VolumeWeighted, price: number, volume: number): void {
  addToSum(amounts, price * volume)
  addToSum(volumes, volume)
}

/** Null before the window is full, and where it has no volume. */
export const volumeWeightedOrNull = ({ amounts, volumes }: VolumeWeighted): number | null =>
  volumes.isFull && volumes.sum !== 0 ? amounts.sum / volumes.sum : null
