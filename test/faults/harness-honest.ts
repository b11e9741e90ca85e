/** A clock that says the time 200 times a second, and tells on request how long the router took to acknowledge it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { connectBus } from '#lib/bus/bus-client.ts'
import { timeOf } from './harness-fact.ts'

const [url = '', secret = ''] = process.argv.slice(2)
let times: number[] = []
// On a busy machine the first answer may be late; only one that does not come at all is a fault.
const answeredWithinMs = 10_000
process.on('message', async () => {
  for (let waitedMs = 0; times.length === 0 && waitedMs < answeredWithinMs; waitedMs += 50) await sleep(50)
  process.send?.(times)
  times = []
})
process.once('disconnect', () => process.exit(1))

const bus = await connectBus({ url, identity: 'clock', secret, from: null, topics: null })
for (let n = 0; ; n++) {
  const atMs = performance.now()
  await bus.publishFacts([timeOf(1, n)])
  times.push(performance.now() - atMs)
  await sleep(5)
}
