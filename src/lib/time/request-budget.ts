/** What all connections to a venue may ask for, together. Times in milliseconds. */
export type RequestBudget = {
  /** How long to wait before a request of this weight; 0 takes it. */
  take(weight: number, nowMs: number): number
  /** The venue says how much of the minute is used. */
  used(weight: number, nowMs: number): void
  /** Nothing is asked before then: the venue limits or bans. */
  pauseUntil(ms: number): void
  /** How long nothing may be asked, nor a connection be opened. */
  pausedMs(nowMs: number): number
}

const minuteMs = 60_000
/** Some is left to others behind the same address. */
const share = 0.8

export function startBudget(perMinute: number): RequestBudget {
  let minute = Number.NEGATIVE_INFINITY
  let spent = 0
  let pausedUntilMs = Number.NEGATIVE_INFINITY
  const roll = (nowMs: number) => {
    const current = Math.floor(nowMs / minuteMs)
    if (current !== minute) spent = 0
    minute = current
  }
  return {
    take(weight, nowMs) {
      if (nowMs < pausedUntilMs) return pausedUntilMs - nowMs
      roll(nowMs)
      if (spent > 0 && spent + weight > perMinute * share) return (minute + 1) * minuteMs - nowMs
      spent += weight
      return 0
    },
    used(weight, nowMs) {
      roll(nowMs)
      spent = Math.max(spent, weight)
    },
    pauseUntil(ms) {
      pausedUntilMs = Math.max(pausedUntilMs, ms)
    },
    pausedMs: (nowMs) => Math.max(0, pausedUntilMs - nowMs),
  }
}
