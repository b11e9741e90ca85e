import type { Machine } from '#lib/kernel/machine.ts'
import { catalogue } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import type { Told } from '#test/given.ts'

/** The inputs with their places in a log where every input leaves room for its answers; the configuration comes first. */
export function loggedInputs(config: object, told: readonly Told[]): Event[] {
  const configured = { service: 'venue', hash: '0'.repeat(64), config }
  const all = [{ topic: 'system.config', payload: configured } as Told, ...told]
  return all.map(({ topic, payload, at = 0 }, i) => {
    const { v, schema } = catalogue[topic]
    const placed = { seq: i * 100 + 1, id: `test:e1.${i}`, topic, v, at, source: 'test', cause: null }
    return { ...placed, payload: schema.parse(payload) } as Event
  })
}

/** What a machine answers to each. */
export const stepAll = (machine: Machine, inputs: readonly Event[]): Event[][] =>
  inputs.map((input) => machine.step(input).map((answer, n) => ({ ...answer, seq: input.seq + 1 + n })))
