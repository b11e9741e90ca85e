import type { Event, Statement } from '#schemas/event.ts'

/** A statement as the next event of a log, of now. */
export function logged(log: Event[], { topic, payload }: Statement): Event {
  const seq = log.length + 1
  const at = Date.now() * 1_000
  const event = { seq, id: `test:e1.${seq}`, topic, v: 1, at, source: 'test', cause: null, payload } as Event
  log.push(event)
  return event
}
