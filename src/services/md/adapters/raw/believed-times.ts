/** What is told of one thing and of the one before does not lie so far apart without others that agree. Microseconds. */
export const farMicros = 3_600_000_000
/** At both ends there is only one side that could agree. */
export const longMicros = 31 * 86_400_000_000
/** So many of those that follow say whether a clock stepped, or one time is none. */
const followersMost = 8

/**
 * Gives each item with a time that may be believed: its own, or where most of those that follow do not agree with it, that of the one before.
 * `timeOf` null: it has none. [MD-N2a]
 */
export function* believedTimes<Item, Out>(
  items: Iterable<Item>,
  timeOf: (item: Item) => number | null,
  give: (item: Item, at: number, isBad: boolean) => Out,
): Generator<Out> {
  let newest: number | null = null
  const waiting: Item[] = []
  const times: (number | null)[] = []
  let timed = 0

  /** Those that need no others to be believed, or with `isAll` what has enough of them. */
  function* settle(most: number): Generator<Out> {
    while (waiting.length > 0) {
      const time = times[0] as number | null
      const isNear = newest !== null && (time === null || Math.abs(time - newest) <= farMicros)
      if (!isNear && timed <= most) return
      const others = times.slice(1).filter((one) => one !== null)
      const isBad = time !== null && !isNear && isAlone(time, newest, others)
      const at: number = isBad || time === null ? (newest ?? firstOf(others)) : time
      if (time !== null) timed--
      if (time !== null && !isBad) newest = time
      times.shift()
      yield give(waiting.shift() as Item, at, isBad)
    }
  }

  for (const item of items) {
    const time = timeOf(item)
    if (waiting.length === 0 && newest !== null && (time === null || Math.abs(time - newest) <= farMicros)) {
      newest = time ?? newest
      yield give(item, newest, false)
      continue
    }
    waiting.push(item)
    times.push(time)
    if (time !== null) timed++
    yield* settle(followersMost)
  }
  yield* settle(0)
  for (const item of waiting) yield give(item, newest ?? 0, false)
}

/** Do most of those that follow say that it is no time? `before`: the one before, far from it. */
function isAlone(time: number, before: number | null, others: readonly number[]): boolean {
  const against = (are: (other: number) => boolean) => others.filter(are).length * 2 > others.length
  if (before === null)
    return (
      against((other) => other < time - farMicros) ||
      (others.length > 0 && others.every((other) => other > time + longMicros))
    )
  if (time > before)
    return others.length === 0 ? time - before > longMicros : against((other) => other < time - farMicros)
  return others.length === 0 || against((other) => other > time + farMicros)
}

/** The first of them that most agree with. */
function firstOf(times: readonly number[]): number {
  const middle = times.toSorted((a, b) => a - b)[times.length >>> 1] ?? 0
  return times.find((time) => Math.abs(time - middle) <= farMicros) ?? middle
}
