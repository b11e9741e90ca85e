import type { VenueConfig } from './venue-config.ts'

/** Does anything take time, or is the line ever cut? Where nothing is, everything arrives and is said at once. */
export const hasLine = (config: VenueConfig): boolean => config.disconnects.length > 0 || isSlow(config)

/** The way of the n-th message to the exchange, and how old the market was that it answers. [V25] */
export function orderLatency(config: VenueConfig, at: number, n: number): number {
  if (!isSlow(config)) return 0
  const { latencyMicros, feedLatencyMicros } = config
  const ofFeed = feedLatencyMicros === 'recorded' ? 0 : feedLatencyMicros
  return latencyMicros + ofFeed + measured(config.latencies, at, 1) + jitter(config, 2 * n)
}

/** The way back of what happened at `at`, the n-th report. [V40] */
export function responseLatency(config: VenueConfig, at: number, n: number): number {
  if (!isSlow(config)) return 0
  return config.responseLatencyMicros + measured(config.latencies, at, 2) + jitter(config, 2 * n + 1)
}

/** `same-close` trades in the past: nothing that takes time applies. [V9] */
function isSlow(config: VenueConfig): boolean {
  const { fill, latencyMicros, responseLatencyMicros, feedLatencyMicros, jitterMicros, latencies } = config
  if (fill === 'same-close') return false
  return (
    latencyMicros > 0 ||
    responseLatencyMicros > 0 ||
    feedLatencyMicros !== 0 ||
    jitterMicros > 0 ||
    latencies.length > 0
  )
}

/** On the straight line between the two measurements around an instant, in whole microseconds. [V41] */
function measured(rows: VenueConfig['latencies'], at: number, of: 1 | 2): number {
  const first = rows[0]
  const last = rows.at(-1)
  if (first === undefined || last === undefined) return 0
  if (at <= first[0]) return first[of]
  if (at >= last[0]) return last[of]
  let [low, high] = [0, rows.length - 1]
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if ((rows[middle]?.[0] as number) <= at) low = middle
    else high = middle
  }
  const [before, after] = [rows[low], rows[high]] as [typeof first, typeof first]
  return Math.floor(before[of] + ((after[of] - before[of]) * (at - before[0])) / (after[0] - before[0]))
}

/** Between zero and its most, a function of the seed and the message's number. */
function jitter({ jitterMicros, seed }: VenueConfig, n: number): number {
  return jitterMicros === 0 ? 0 : Math.floor(fractionOf(seed, n) * (jitterMicros + 1))
}

/** A number in [0, 1) that looks random and is a function of both (splitmix32, 2014). */
function fractionOf(seed: number, n: number): number {
  let z = (Math.imul(seed, 0x9e3779b1) + Math.imul(n, 0x85ebca6b)) | 0
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return ((z ^ (z >>> 15)) >>> 0) / 4_294_967_296
}
