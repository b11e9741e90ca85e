/**
 * The time in milliseconds since 1970 that never steps back, whatever is done to the system's clock, and does not stand still while the machine
 * sleeps, as the process's own does.
 */
export function forwardClock(
  wall: () => number = Date.now,
  ownMs: () => number = () => performance.now(),
): () => number {
  let ahead = wall() - ownMs()
  return () => {
    const own = ownMs()
    ahead = Math.max(ahead, wall() - own)
    return own + ahead
  }
}

/** The forward clock in whole microseconds: one that jumps ahead and back again makes nobody wait for it. */
export function forwardMicros(): () => number {
  const ms = forwardClock()
  return () => Math.round(ms() * 1_000)
}
