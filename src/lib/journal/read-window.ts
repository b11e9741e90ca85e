import type { ReadRequest, ReadResult } from '#lib/bus/log-port.ts'
import { topicPattern } from '#lib/journal/topic-pattern.ts'

type HeldEvent = { readonly topic: string; readonly text: string }

/** A window of events that lie in memory, the first of them with seq `firstSeq`: at least one event, and no more than its bytes allow. */
export function windowOf(
  events: readonly HeldEvent[],
  firstSeq: number,
  { from, maxBytes, topics }: ReadRequest,
): ReadResult {
  const wanted = topicPattern(topics)
  const lines: string[] = []
  let bytes = 0
  let seq = from
  for (; seq - firstSeq < events.length; seq++) {
    const { topic, text } = events[seq - firstSeq] as HeldEvent
    if (wanted !== null && !wanted.matches(topic)) continue
    bytes += text.length + 1
    if (lines.length > 0 && bytes > maxBytes) break
    lines.push(text)
  }
  return { from, to: seq - 1, lines }
}
