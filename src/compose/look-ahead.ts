import { isDeepStrictEqual } from 'node:util'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event, Fact } from '#schemas/event.ts'

/** An intent, and how many facts had been published when it was made. */
export type IntentMade = {
  readonly facts: number
  readonly at: number
  readonly id: string
  readonly payload: PayloadOf<'strategy.intent'>
}

/** Where a strategy knew what it could not know: the intent, and what it is when the data ends there. */
export type Leak =
  | { readonly kind: 'intent'; readonly intent: IntentMade; readonly cut: PayloadOf<'strategy.intent'> | null }
  | { readonly kind: 'bar'; readonly id: string; readonly at: number; readonly end: number }

export type LookAhead = { readonly intents: number; readonly cuts: number; readonly leak: Leak | null }

export type Subject = {
  /** The facts of the market when nothing after fact number `most` is there (all, when that is null); made anew for every cut. */
  facts(most: number | null): Iterable<Fact>
  /** Every event that follows from these facts, in order; `facts` counts those published so far. */
  run(facts: Iterable<Fact>, sink: (event: Event, facts: number) => void): void
}

/**
 * Cuts the data at intents and runs again: what is wished at a time must not change when what comes after it is taken away. At every
 * intent, or at `mostCuts` of them, evenly spread, the last one included.
 */
export function findLookAhead(
  subject: Subject,
  mostCuts: number | null,
  onProgress: (done: number, all: number) => void,
): LookAhead {
  const early = { bar: null as Leak | null }
  const whole = intentsOf(subject, null, (event) => {
    // What md builds is of trades that have come: at the end of the data it says the open bar as it stands.
    if (event.topic === 'md.bar' && event.cause === null && event.payload.end > event.at)
      early.bar ??= { kind: 'bar', id: event.id, at: event.at, end: event.payload.end }
  })
  const points = spread([...new Set(whole.map(({ facts }) => facts))], mostCuts)
  let cuts = 0
  let leak: Leak | null = early.bar
  for (const point of points) {
    if (leak !== null) break
    leak = firstDifference(whole, intentsOf(subject, point), point)
    onProgress(++cuts, points.length)
  }
  return { intents: whole.length, cuts, leak }
}

function intentsOf(subject: Subject, most: number | null, look?: (event: Event) => void): IntentMade[] {
  const made: IntentMade[] = []
  subject.run(subject.facts(most), (event, facts) => {
    look?.(event)
    if (event.topic === 'strategy.intent') made.push({ facts, at: event.at, id: event.id, payload: event.payload })
  })
  return made
}

function firstDifference(whole: readonly IntentMade[], cut: readonly IntentMade[], point: number): Leak | null {
  const before = whole.filter(({ facts }) => facts <= point)
  for (const [n, intent] of before.entries()) {
    const again = cut[n]
    if (!again || !isDeepStrictEqual(again, intent)) return { kind: 'intent', intent, cut: again?.payload ?? null }
  }
  const more = cut[before.length]
  return more ? { kind: 'intent', intent: more, cut: null } : null
}

function spread(points: readonly number[], most: number | null): readonly number[] {
  if (most === null || points.length <= most) return points
  return Array.from({ length: most }, (_, n) => points[Math.round(((n + 1) * points.length) / most) - 1] as number)
}
