import type { VenueConfig } from './venue-config.ts'

/**
 * From an order's submission to its arrival: what the strategy saw was as old as the feed's latency, the order's own way takes its
 * latency, and a jitter between zero and its most that follows from the seed and the order's number. [V25]
 */
export function arrivalLatency(config: VenueConfig, venueOrderId: string): number {
  const { latencyMicros, feedLatencyMicros, jitterMicros, seed } = config
  const constant = latencyMicros + feedLatencyMicros
  if (jitterMicros === 0) return constant
  return (
    constant +
    Math.floor(fractionOf(seed, Number(venueOrderId.slice(venueOrderId.lastIndexOf('-') + 1))) * (jitterMicros + 1))
  )
}

/** A number in [0, 1) that looks random and is a function of both (splitmix32, 2014). */
function fractionOf(seed: number, n: number): number {
  let z = (Math.imul(seed, 0x9e3779b1) + Math.imul(n, 0x85ebca6b)) | 0
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return ((z ^ (z >>> 15)) >>> 0) / 4_294_967_296
}
