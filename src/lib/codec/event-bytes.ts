import type { Event } from '#schemas/event.ts'
import { type Bytes, writeInt, writePlain } from './json-bytes.ts'
import { writerOf } from './topic-codec.ts'

/** The canonical text of an event but for its seq, as bytes: what its writer says, signs and sends. Answers where it ends, as an EventWriter does. */
export function writeBody(bytes: Bytes, at: number, event: Omit<Event, 'seq'>): number {
  const start = writePlain(bytes, at, '{"id":"')
  return writerOf(event.topic)(bytes, writePlain(bytes, start, event.id), event)
}

/** The same with the seq in front: what the log keeps and what its hash is over. */
export function writeContent(bytes: Bytes, at: number, event: Event): number {
  bytes[at] = 123
  bytes[at + 1] = 34
  bytes[at + 2] = 115
  bytes[at + 3] = 101
  bytes[at + 4] = 113
  bytes[at + 5] = 34
  bytes[at + 6] = 58
  const id = writePlain(bytes, writeInt(bytes, at + 7, event.seq), ',"id":"')
  return writerOf(event.topic)(bytes, writePlain(bytes, id, event.id), event)
}
