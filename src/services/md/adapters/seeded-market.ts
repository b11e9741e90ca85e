import { type OrderFlowOptions, orderFlow } from '#lib/market/order-flow.ts'
import type { Fact } from '#schemas/event.ts'

export type SeededMarketOptions = OrderFlowOptions & {
  /** Goes on at this fact, after a restart with the same seed and start. */
  readonly startAtN?: number
}

/**
 * The built-in market as a live feed that never ends: `md.status started`, its listings, and then order flow; epoch 1, n counts from 0.
 * A function of its options alone, simulated and labelled so. Pace it with `pacedFacts` at speed 1, started at `startAt` = now.
 */
export function* seededMarket(options: SeededMarketOptions): Generator<Fact> {
  const { startAtN = 0, startAt } = options
  if (startAtN <= 0) {
    yield {
      at: startAt,
      topic: 'md.status',
      payload: { feed: 'seeded', state: 'started', isSimulated: true },
      epoch: 1,
      n: 0,
    }
  }
  let n = 1
  for (const fact of orderFlow(options)) {
    if (n >= startAtN) yield { ...fact, epoch: 1, n }
    n++
  }
}
