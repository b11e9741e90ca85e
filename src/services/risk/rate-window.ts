/** Times of the newest events, oldest first, microseconds; only as many as a limit can ask for. */
export type RateWindow = number[]

export const minuteMicros = 60_000_000

export function noteTime(window: RateWindow, at: number): void {
  window.push(at)
  if (window.length > 2 * kept) window.splice(0, window.length - kept)
}

/** How many lie less than a minute before now. */
export function countInMinute(window: RateWindow, now: number): number {
  let [low, high] = [0, window.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((window[middle] as number) > now - minuteMicros) high = middle
    else low = middle + 1
  }
  return window.length - low
}

/** The part that still counts, for a snapshot. */
export const recentTimes = (window: RateWindow, now: number): RateWindow =>
  window.slice(window.length - countInMinute(window, now))

const kept = 50_000
