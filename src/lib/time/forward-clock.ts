/** More than the two clocks drift apart between two looks. */
const leapMs = 60_000

/**
 * The time in milliseconds since 1970 that never steps back, whatever is done to the system's clock, and does not stand still while the machine
 * sleeps, as the process's own does. A leap ahead of more than a minute is followed when it has lasted `leapsAfterMs`.
 */
export function forwardClock(
  wall: () => number = Date.now,
  ownMs: () => number = () => performance.now(),
  leapsAfterMs = 0,
): () => number {
  let ahead = wall() - ownMs()
  let leaptAtMs: number | null = null
  return () => {
    const own = ownMs()
    const seen = wall() - own
    leaptAtMs = seen - ahead > leapMs ? (leaptAtMs ?? own) : null
    if (leaptAtMs === null || own - leaptAtMs >= leapsAfterMs) ahead = Math.max(ahead, seen)
    return own + ahead
  }
}

/** The forward clock in whole microseconds: one that leaps ahead for less than a second moves nothing, one that steps back makes nobody wait for it. */
export function forwardMicros(...clocks: readonly [wall?: () => number, ownMs?: () => number]): () => number {
  const ms = forwardClock(clocks[0], clocks[1], 1_000)
  return () => Math.round(ms() * 1_000)
}
