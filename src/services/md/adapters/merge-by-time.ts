import type { MarketFact } from '#lib/market/market-fact.ts'
import type { MarketSource } from './market-source.ts'
import type { ReadReport } from './read-report.ts'

/**
 * The facts of all sources in order of time; of facts at one instant bars come first, the wide before the narrow (who reads the narrow one then
 * knows the wide one), and then those of the earlier source. A source is opened when its time has come, so that a year of daily files is never
 * open at once. `onFact` hears where the next fact is from.
 */
export function* mergeByTime(
  sources: readonly MarketSource[],
  report: ReadReport,
  onFact: (source: MarketSource) => void = () => undefined,
): Generator<MarketFact> {
  const heap: Cursor[] = []
  const open = new Set<Iterator<MarketFact>>()
  try {
    for (const [order, source] of sources.entries())
      add(heap, { at: source.notBefore, begins: Number.NEGATIVE_INFINITY, order, source })
    for (;;) {
      const top = heap[0]
      if (top === undefined) return
      if (top.fact !== undefined) {
        onFact(top.source)
        yield top.fact
      }
      if (top.facts === undefined) {
        top.facts = top.source.facts(report)[Symbol.iterator]()
        open.add(top.facts)
      }
      const facts = top.facts
      const next = facts.next()
      if (next.done === true) {
        open.delete(facts)
        const last = heap.pop() as Cursor
        if (heap.length > 0) settle(heap, last)
        continue
      }
      top.fact = next.value
      top.at = next.value.at
      top.begins = beginOf(next.value)
      settle(heap, top)
    }
  } finally {
    for (const facts of open) facts.return?.()
  }
}

type Cursor = {
  at: number
  /** When what it tells began: of a bar its start. */
  begins: number
  readonly order: number
  readonly source: MarketSource
  facts?: Iterator<MarketFact>
  fact?: MarketFact
}

const beginOf = ({ topic, payload, at }: MarketFact): number => (topic === 'md.bar' ? payload.start : at)

function isBefore(a: Cursor, b: Cursor): boolean {
  if (a.at !== b.at) return a.at < b.at
  return a.begins === b.begins ? a.order < b.order : a.begins < b.begins
}

/** Adds to the heap. */
function add(heap: Cursor[], cursor: Cursor): void {
  let i = heap.push(cursor) - 1
  while (i > 0) {
    const parent = (i - 1) >> 1
    if (!isBefore(cursor, heap[parent] as Cursor)) break
    heap[i] = heap[parent] as Cursor
    i = parent
  }
  heap[i] = cursor
}

/** Puts the cursor where the top was, and then where it belongs. */
function settle(heap: Cursor[], cursor: Cursor): void {
  let i = 0
  for (;;) {
    let child = 2 * i + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Cursor, heap[child] as Cursor)) child++
    if (!isBefore(heap[child] as Cursor, cursor)) break
    heap[i] = heap[child] as Cursor
    i = child
  }
  heap[i] = cursor
}
