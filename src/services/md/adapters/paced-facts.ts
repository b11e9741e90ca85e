import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

/** `max` is as fast as it is taken; 1 is real time, 10 ten times as fast. */
export type Speed = number | 'max'

export type PacingOptions<F> = {
  readonly speed: Speed
  /** Not waited for: pacing starts with the first that is. */
  readonly isSkipped?: (fact: F) => boolean
  readonly signal?: AbortSignal
  /** A clock that never goes back, in milliseconds. */
  readonly nowMs?: () => number
  readonly waitMs?: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>
}

const batchFacts = 512

/**
 * Facts in batches, each when its time has come by the distances between their `at`: pacing starts with the first. Ends early, and
 * quietly, when the signal is aborted.
 */
export async function* pacedFacts<F extends { readonly at: number }>(
  facts: Iterable<F>,
  options: PacingOptions<F>,
): AsyncGenerator<readonly F[]> {
  const { speed, isSkipped = () => false, signal, nowMs = () => performance.now(), waitMs = abortableSleep } = options
  let batch: F[] = []
  let origin: { readonly at: number; readonly ms: number } | null = null
  for (const fact of facts) {
    if (speed !== 'max' && !isSkipped(fact)) {
      origin ??= { at: fact.at, ms: nowMs() }
      const dueMs = origin.ms + (fact.at - origin.at) / 1000 / speed
      if (dueMs > nowMs()) {
        if (batch.length > 0) yield batch
        batch = []
        while (dueMs > nowMs() && signal?.aborted !== true)
          await waitMs(Math.min(longestWaitMs, Math.max(0, dueMs - nowMs())), signal)
      }
    }
    if (signal?.aborted === true) return
    batch.push(fact)
    if (batch.length < batchFacts) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** Reads `max`, `10` and `x10`; null when it is none of them. */
export function parseSpeed(text: string): Speed | null {
  if (text === 'max') return 'max'
  const speed = Number(/^[x×]?(\d+(?:\.\d+)?)$/.exec(text)?.[1])
  return speed > 0 && Number.isFinite(speed) ? speed : null
}

/** Timers take no more than 24.8 days. */
const longestWaitMs = 3_600_000

async function abortableSleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch (error) {
    if (signal?.aborted !== true) throw error
  }
}
