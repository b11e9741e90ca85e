import { expect } from 'vitest'
import { Machine } from '#lib/kernel/machine.ts'
import { anyService, type Service } from '#lib/kernel/service.ts'
import { catalogue, type PayloadOf, type Topic } from '#schemas/catalogue.ts'
import type { Event, Statement } from '#schemas/event.ts'

/** An event before it has its place: `at` defaults to the time of the event before it, `id` to that of a fact, `cause` to none. */
export type Told = {
  readonly topic: Topic
  readonly payload: unknown
  readonly at?: number
  readonly id?: string
  readonly cause?: string
  readonly source?: string
}

export const event = <T extends Topic>(topic: T, payload: PayloadOf<T>, at?: number): Told => ({ topic, payload, at })

/**
 * A service is specified by what it says: `given(service, config, ...events).when(event).then(...statements)`. Every event
 * and answer is checked against the catalogue, and decide sees a deeply frozen copy of the state.
 */
export function given<Config, State, In extends Topic, Out extends Topic>(
  service: Service<Config, State, In, Out>,
  config: unknown,
  ...past: readonly Told[]
) {
  const machine = new Machine(
    anyService({ ...service, decide: (state, input) => service.decide(frozenCopy(state), input) }),
  )
  let seq = 0
  let now = 0
  const tell = ({ topic, payload, at, id, cause, source: by = 'test' }: Told): Statement[] => {
    now = at ?? now
    const checked = catalogue[topic].schema.parse(payload)
    const source = topic === 'system.config' ? service.name : by
    const { v } = catalogue[topic]
    seq++
    const input = {
      seq,
      id: id ?? `${source}:e1.${seq}`,
      topic,
      v,
      at: now,
      source,
      cause: cause ?? null,
      payload: checked,
    } as Event
    if (!machine.hears(input)) throw new Error(`${service.name} does not hear ${topic}`)
    return machine.step(input).map((answer) => {
      catalogue[answer.topic].schema.parse(answer.payload)
      seq++
      return { topic: answer.topic, payload: answer.payload } as Statement
    })
  }
  const configure = (value: unknown) =>
    tell({ topic: 'system.config', payload: { service: service.name, hash: '0'.repeat(64), config: value } })
  configure(config)
  for (const told of past) tell(told)

  const scene = {
    /** Tells one more event; `then` is about the answers to this one. */
    when(told: Told) {
      const answers = tell(told)
      return {
        answers,
        /** Exactly these statements, in this order. */
        // biome-ignore lint/suspicious/noThenProperty: given, when, then; nobody awaits it
        then(...expected: readonly Statement[]) {
          expect(answers).toEqual(expected)
          return scene
        },
      }
    },
    /** A hot reload. */
    reconfigured(value: unknown) {
      configure(value)
      return scene
    },
    /** Loses the process: the state goes through JSON text and comes back in a new machine. */
    restarted() {
      machine.restore(JSON.parse(JSON.stringify(machine.snapshot())), machine.configHash as string)
      return scene
    },
  }
  return scene
}

function frozenCopy<T>(value: T): T {
  const copy = structuredClone(value)
  freeze(copy)
  return copy
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const inner of Object.values(value)) freeze(inner)
  Object.freeze(value)
}
