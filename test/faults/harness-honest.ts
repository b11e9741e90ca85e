/** A clock that says the time 200 times a second, and tells on request how long the router took to acknowledge it, in the middle. */
import { setTimeout as sleep } from 'node:timers/promises'
import { connectBus } from '#lib/bus/bus-client.ts'
import { timeOf } from './harness-fact.ts'

const [url = '', secret = ''] = process.argv.slice(2)
let times: number[] = []
process.on('message', () => {
  const sorted = times.sort((a, b) => a - b)
  times = []
  process.send?.({ p50Ms: sorted[sorted.length >> 1] ?? 0, count: sorted.length })
})
process.once('disconnect', () => process.exit(1))

const bus = await connectBus({ url, identity: 'clock', secret, from: null, topics: null })
for (let n = 0; ; n++) {
  const atMs = performance.now()
  await bus.publishFacts([timeOf(1, n)])
  times.push(performance.now() - atMs)
  await sleep(5)
}
