import { describe, expect, test } from 'vitest'
import { whyForbidden } from '#lib/bus/permission.ts'
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

  test('nobody says an answer with the id of another, nor a fact as an answer', () => {
    const answer = { topic: 'risk.approved', source: 'risk', payload: {} } as Event
    expect(whyForbidden('risk', { ...answer, id: 'orders:7.0', cause: 'resolver:6.0' })).not.toBeNull()
    expect(whyForbidden('risk', { ...answer, id: 'risk:7.0', cause: null })).not.toBeNull()
    expect(whyForbidden('risk', { ...answer, id: 'risk:e1.0', cause: 'resolver:6.0' })).not.toBeNull()
  })
})
