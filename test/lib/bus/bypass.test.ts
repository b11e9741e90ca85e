import { describe, expect, test } from 'vitest'
import { everyService } from '#compose/services.ts'
import { answering, whyForbidden } from '#lib/bus/permission.ts'
import { catalogue, topics } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'

const identities = [
  'strategy',
  'ml',
  'web',
  'ui',
  'operator',
  'md',
  'resolver',
  'pnl',
  'orders',
  'venue',
  'risk',
  'mallory',
]
const capital = topics.filter((topic) => /^(risk|order|pnl)\./.test(topic))

describe('capital topics and who may say them: docs/bypass.md', () => {
  test.each(capital)('%s is its writer’s alone, under its own name, as an answer or as a fact', (topic) => {
    const { writer } = catalogue[topic]
    for (const identity of identities) {
      for (const source of [identity, writer, `${identity}-feed`, `${writer}-feed`]) {
        for (const [id, cause] of [
          [`${source}:7.0`, 'resolver:6.0'],
          [`${source}:e1.0`, null],
        ] as const) {
          const why = whyForbidden(identity, { topic, source, id, cause, payload: {} } as Event)
          const isOwn =
            identity === writer && (source === identity || (cause === null && source === `${identity}-feed`))
          expect({ identity, source, id, isAllowed: why === null }).toEqual({ identity, source, id, isAllowed: isOwn })
        }
      }
    }
  })

  test('what came of a command is said by who answers commands, as an answer; metrics says nothing', () => {
    const emitting = everyService.filter(({ emits }) => emits.includes('system.command.result'))
    expect(new Set(emitting.map(({ name }) => name))).toEqual(answering)
    const payload = { command: 'operator:e1.0', isDone: true, message: 'halted' }
    for (const identity of [...identities, 'router', 'metrics', 'clock', 'indicators']) {
      const said = { topic: 'system.command.result', source: identity, payload }
      const asAnswer = { ...said, id: `${identity}:7.0`, cause: 'operator:e1.0' } as Event
      const asFact = { ...said, id: `${identity}:e1.0`, cause: null } as Event
      expect([identity, whyForbidden(identity, asAnswer) === null]).toEqual([
        identity,
        answering.has(identity as never),
      ])
      expect(whyForbidden(identity, asFact)).not.toBeNull()
    }
    const alert = { topic: 'system.alert', source: 'metrics', id: 'metrics:e1.0', cause: null, payload: {} } as Event
    expect(whyForbidden('metrics', alert)).toBe('metrics may say nothing')
  })

  test('nobody says an answer with the id of another, nor a fact as an answer', () => {
    const answer = { topic: 'risk.approved', source: 'risk', payload: {} } as Event
    expect(whyForbidden('risk', { ...answer, id: 'orders:7.0', cause: 'resolver:6.0' })).not.toBeNull()
    expect(whyForbidden('risk', { ...answer, id: 'risk:7.0', cause: null })).not.toBeNull()
    expect(whyForbidden('risk', { ...answer, id: 'risk:e1.0', cause: 'resolver:6.0' })).not.toBeNull()
  })
})
