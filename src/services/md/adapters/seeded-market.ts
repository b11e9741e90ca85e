import { type OrderFlowOptions, orderFlow } from '#lib/market/order-flow.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Fact } from '#schemas/event.ts'

export type SeededMarketOptions = OrderFlowOptions & {
  /** Microseconds UTC: ends before it, with `md.status ended`. Without it the market never ends. */
  readonly until?: number
  readonly epoch?: number
  /** Goes on at this fact, after a restart with the same options. */
  readonly startAtN?: number
}

/**
 * The built-in market as the facts of one session: `md.status started`, its listings, and then order flow; n counts from 0. A function
 * of its options alone, simulated and labelled so.
 */
export function* seededMarket(options: SeededMarketOptions): Generator<Fact> {
  const { startAt, until = Number.POSITIVE_INFINITY, epoch = 1, startAtN = 0 } = options
  if (startAtN === 0) yield status('started', startAt, epoch, 0)
  let n = 1
  let newestAt = startAt
  for (const { at, topic, payload } of orderFlow(options)) {
    if (at >= until) break
    newestAt = at
    if (n >= startAtN) yield { at, topic, payload, epoch, n } as Fact
    n++
  }
  if (n >= startAtN) yield status('ended', newestAt, epoch, n)
}

const status = (state: PayloadOf<'md.status'>['state'], at: number, epoch: number, n: number): Fact => ({
  at,
  topic: 'md.status',
  payload: { feed: 'seeded', state, isSimulated: true },
  epoch,
  n,
})
