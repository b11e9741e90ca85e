/**
 * What `read` tells, in order of time; at one instant as it was told. It is read twice: first for the times alone, so that then only what
 * stands before something earlier is held. [MD-N1]
 */
export function* inTimeOrder<Item>(read: () => Iterable<Item>, timeOf: (item: Item) => number): Generator<Item> {
  const times: number[] = []
  for (const item of read()) times.push(timeOf(item))
  const earliestFrom = new Float64Array(times.length + 1).fill(Number.POSITIVE_INFINITY)
  for (let i = times.length - 1; i >= 0; i--)
    earliestFrom[i] = Math.min(times[i] as number, earliestFrom[i + 1] as number)

  let held: Item[] = []
  let first = 0
  let next = 0
  for (const item of read()) {
    insert(held, first, item, timeOf)
    // A file that has grown since ends with what it had.
    const behind = earliestFrom[++next] ?? Number.POSITIVE_INFINITY
    while (first < held.length && timeOf(held[first] as Item) <= behind) yield held[first++] as Item
    if (first * 2 <= held.length) continue
    held = held.slice(first)
    first = 0
  }
}

/** Behind all that are not later. */
function insert<Item>(held: Item[], first: number, item: Item, timeOf: (item: Item) => number): void {
  const time = timeOf(item)
  let [low, high] = [first, held.length]
  if (high > low && timeOf(held[high - 1] as Item) <= time) low = high
  while (low < high) {
    const middle = (low + high) >>> 1
    if (timeOf(held[middle] as Item) <= time) low = middle + 1
    else high = middle
  }
  if (low === held.length) held.push(item)
  else held.splice(low, 0, item)
}
