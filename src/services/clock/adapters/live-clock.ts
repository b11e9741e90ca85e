import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fact } from '#schemas/event.ts'

export type ClockSources = {
  /** Microseconds since 1970 by the machine's clock, which may jump. */
  readonly wallMicros: () => number
  /** Microseconds since whenever; never goes back. */
  readonly monotonicMicros: () => number
}

/**
 * The wall clock without its steps back: integer microseconds UTC, every reading later than the one before. While the wall clock is behind
 * what was said, time goes on at half speed until it has caught up.
 */
export class LiveClock {
  readonly #sources: ClockSources
  #said: number
  #saidAtMonotonic: number

  /** Every reading is later than `notBefore`: the newest time in the log. */
  constructor({ notBefore = -1, sources = machineClocks }: { notBefore?: number; sources?: ClockSources } = {}) {
    this.#sources = sources
    this.#said = Math.floor(notBefore)
    this.#saidAtMonotonic = sources.monotonicMicros()
  }

  now(): number {
    const wall = Math.floor(this.#sources.wallMicros())
    const monotonic = this.#sources.monotonicMicros()
    const slewed = this.#said + Math.max(1, Math.floor((monotonic - this.#saidAtMonotonic) / 2))
    this.#said = wall > this.#said ? wall : slewed
    this.#saidAtMonotonic = monotonic
    return this.#said
  }
}

export type TimeFactsOptions = {
  readonly clock: { readonly now: () => number }
  /** Microseconds between two facts. */
  readonly stepMicros?: number
  readonly epoch: number
  readonly signal?: AbortSignal
  readonly waitMs?: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>
}

/**
 * `system.time` at every multiple of the step, one fact a batch, n from 0; steps that were slept through are not said. Ends, quietly,
 * when the signal is aborted.
 */
export async function* timeFacts(options: TimeFactsOptions): AsyncGenerator<readonly Fact[]> {
  const { clock, stepMicros = 1_000_000, epoch, signal, waitMs = abortableSleep } = options
  const boundaryAt = (now: number) => Math.floor(now / stepMicros) * stepMicros
  let said = boundaryAt(clock.now())
  for (let n = 0; signal?.aborted !== true; ) {
    const now = clock.now()
    const boundary = boundaryAt(now)
    if (boundary > said) {
      said = boundary
      yield [{ topic: 'system.time', payload: { now: boundary }, at: boundary, epoch, n: n++ }]
    } else {
      const restMs = Math.ceil((said + stepMicros - now) / 1_000)
      await waitMs(Math.min(restMs, longestWaitMs), signal)
    }
  }
}

const machineClocks: ClockSources = {
  wallMicros: () => Date.now() * 1_000,
  monotonicMicros: () => performance.now() * 1_000,
}

/** The wall clock may jump while we wait. */
const longestWaitMs = 1_000

async function abortableSleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch (error) {
    if (signal?.aborted !== true) throw error
  }
}
