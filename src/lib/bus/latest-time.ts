/** A command may be so far ahead of the router's clock. */
const aheadMost = 5_000_000

/**
 * The latest event time that an identity may say, in microseconds, at that time of the router's clock. What an operator says moves the time of
 * services, which never goes back; what feeds, clock and venue say is the time.
 */
export const latestTimeOf = (identity: string, now: number): number =>
  identity === 'operator' ? now + aheadMost : Infinity
