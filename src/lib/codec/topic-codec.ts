import { catalogue, type Topic } from '#schemas/catalogue.ts'
import { compileWriter, type EventWriter } from './event-writer.ts'
import { compileReader, type PayloadReader } from './payload-reader.ts'

const writers = new Map<Topic, EventWriter>()
const readers = new Map<Topic, PayloadReader | null>()

/** Writes events of a topic; compiled when it is first asked for. */
export function writerOf(topic: Topic): EventWriter {
  const known = writers.get(topic)
  if (known !== undefined) return known
  const compiled = compileWriter(topic, catalogue[topic].schema)
  writers.set(topic, compiled)
  return compiled
}

/** Reads and checks payloads of a topic; null where only JSON.parse and the schema can. */
export function readerOf(topic: Topic): PayloadReader | null {
  const known = readers.get(topic)
  if (known !== undefined) return known
  const compiled = compileReader(catalogue[topic].schema)
  readers.set(topic, compiled)
  return compiled
}
