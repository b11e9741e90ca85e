import { createHistogram, monitorEventLoopDelay, type RecordableHistogram } from 'node:perf_hooks'

/** What a router measures of itself: how long its hops take, and how often what happened. Times are in microseconds. */
export class RouterMeasures {
  /** From a publisher's frame to the acknowledgement of all in it. */
  readonly commit = createHistogram({ figures: 2 })
  /** From the log's word that events are durable to their frames being handed to every live consumer. */
  readonly fanOut = createHistogram({ figures: 2 })
  readonly #loop = monitorEventLoopDelay({ resolution: 10 })
  frames = 0
  refused = 0
  fellBehind = 0

  constructor() {
    this.#loop.enable()
  }

  close(): void {
    this.#loop.disable()
  }

  /** Quantiles of every hop, in seconds. */
  hops(): Readonly<Record<string, Hop>> {
    return { commit: hopOf(this.commit, 1e6), fan_out: hopOf(this.fanOut, 1e6), loop_delay: hopOf(this.#loop, 1e9) }
  }
}

export type Hop = { readonly count: number; readonly p50: number; readonly p99: number; readonly p999: number }

/** Records the time since `sinceMs`, as of `performance.now()`. */
export function recordSince(histogram: RecordableHistogram, sinceMs: number): void {
  histogram.record(Math.max(1, Math.round((performance.now() - sinceMs) * 1_000)))
}

type Quantiles = { readonly count: number; percentile(p: number): number }

function hopOf(histogram: Quantiles, perSecond: number): Hop {
  if (histogram.count === 0) return { count: 0, p50: 0, p99: 0, p999: 0 }
  const at = (p: number) => histogram.percentile(p) / perSecond
  return { count: histogram.count, p50: at(50), p99: at(99), p999: at(99.9) }
}
