import type { DataSetManifest } from './data-set-manifest.ts'
import { isoMicros } from './read-lines.ts'

/** A data set in words, a line each: how much of what, from when to when, and the hash of its contents. */
export function summaryLines({
  events,
  instruments,
  topics,
  firstAt,
  lastAt,
  isSimulated,
  contentHash,
}: DataSetManifest): string[] {
  const kinds = Object.entries(topics).map(([topic, count]) => `${count.toLocaleString('en-US')} ${topic}`)
  const few = instruments.slice(0, 4).map(({ instrument }) => instrument)
  const rest =
    instruments.length > few.length ? ` and ${(instruments.length - few.length).toLocaleString('en-US')} more` : ''
  return [
    `${events.toLocaleString('en-US')} events${isSimulated ? ' (simulated)' : ''}: ${kinds.join(', ')}`,
    `instruments: ${few.join(', ')}${rest}`,
    `time: ${isoMicros(firstAt)} to ${isoMicros(lastAt)}`,
    `contents: sha256 ${contentHash}`,
  ]
}
