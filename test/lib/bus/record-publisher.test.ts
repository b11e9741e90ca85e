import { expect, it } from 'vitest'
import { factBody } from '#lib/bus/bus-client.ts'
import { RecordPublisher } from '#lib/bus/record-publisher.ts'
import { factId } from '#lib/kernel/event-id.ts'
import { openBus, secret, tick } from './bus-of-test.ts'

it('a recorded feed tells how many of its facts are in the log as they are acknowledged, not as they are said', async () => {
  const bus = await openBus()
  const facts = Array.from({ length: 300 }, (_, n) => {
    const fact = tick(n)
    return { identity: 'md', id: factId('md', 1, n), body: factBody('md', fact), at: fact.at }
  })
  const fed: number[] = []
  const publisher = new RecordPublisher({
    url: bus.url,
    secretOf: () => secret,
    facts: (async function* () {
      yield facts
    })(),
    onFault: (message) => expect.fail(message),
    onFed: (count) => void fed.push(count),
  })
  await publisher.ended
  expect(fed.at(-1)).toBe(300)
  await publisher.close()
  await bus.close()
})
