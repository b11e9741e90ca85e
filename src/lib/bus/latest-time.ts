/** A command may be so far ahead of the router's clock. */
const commandAheadMost = 5_000_000
/** And anything else: a market that is made or fed at a speed may run ahead of the clock, a date of another century may not. */
const factAheadMost = 366 * 86_400_000_000

/**
 * The latest event time that an identity may say, in microseconds, at that time of the router's clock. What is said moves the time of services,
 * which never goes back.
 */
export const latestTimeOf = (identity: string, now: number): number =>
  now + (identity === 'operator' ? commandAheadMost : factAheadMost)
