import { expect, test } from 'vitest'
import { connectBus } from '#lib/bus/bus-client.ts'
import type { Fact } from '#schemas/event.ts'
import { openBus, secret } from '#test/lib/bus/bus-of-test.ts'

const now = 1_764_000_000_000_000
const dayMicros = 86_400_000_000
const time = (at: number, n: number): Fact<'system.time'> => {
  return { topic: 'system.time', payload: { now: at }, at, epoch: 1, n }
}

test('[R23] the router refuses an epoch of anybody that no other could follow', async () => {
  const router = await openBus()
  const clock = await connectBus({ url: router.url, identity: 'clock', secret, from: null, topics: null })
  await expect(clock.publishFacts([{ ...time(now, 0), epoch: 999_999_999_999_999 }])).rejects.toThrow(
    'its epoch is more than',
  )
  const again = await connectBus({ url: router.url, identity: 'clock', secret, from: null, topics: null })
  expect(await again.publishFacts([time(now, 0)])).toEqual({ isRepeated: false })
  await router.close()
})

test('[R23] the router refuses a fact of another century, and takes one of the next months', async () => {
  const router = await openBus()
  const clock = await connectBus({ url: router.url, identity: 'clock', secret, from: null, topics: null })
  expect(await clock.publishFacts([time(now + 90 * dayMicros, 0)])).toEqual({ isRepeated: false })
  await expect(clock.publishFacts([time(8_835_984_000_000_000, 1)])).rejects.toThrow(
    'clock:e1.1: its time 8835984000000000 is later than',
  )
  expect((await router.log.state()).head).toBe(1)
  await router.close()
})
