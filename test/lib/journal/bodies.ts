import { bodyAsSaid } from '#lib/codec/event-text.ts'
import { answerId, factId } from '#lib/kernel/event-id.ts'
import type { Event } from '#schemas/event.ts'

const made = (id: string, topic: string, cause: string | null, payload: object): string =>
  bodyAsSaid({ id, topic, v: 1, at: 1_000, source: id.slice(0, id.indexOf(':')), cause, payload } as unknown as Omit<
    Event,
    'seq'
  >)

/** A fact of a source; its payload says nothing that matters to a log. */
export const fact = (source: string, epoch: number, n: number, topic = 'md.bar', text = 'größer'): string =>
  made(factId(source, epoch, n), topic, null, { n, text })

/** The answers of a source to the event with that seq. */
export const groupOf = (source: string, causeSeq: number, count: number, topic = 'risk.rejected'): string[] =>
  Array.from({ length: count }, (_, n) => made(answerId(source, causeSeq, n), topic, 'md:e1.0', { n }))
