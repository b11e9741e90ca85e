/** A service of the fault harness, over the real runner: answers every third tick with how many there were, and keeps snapshots. */
import { z } from 'zod'
import { readSecret } from '#lib/bus/auth.ts'
import { ServiceRunner } from '#lib/bus/service-runner.ts'
import { anyService, type Service } from '#lib/kernel/service.ts'

const [url = '', keys = '', log = ''] = process.argv.slice(2)

const counter: Service<unknown, { ticks: number }, 'md.tick', 'order.expired'> = {
  name: 'venue',
  config: z.unknown(),
  subscribes: ['md.tick'],
  emits: ['order.expired'],
  init: () => ({ ticks: 0 }),
  reconfigure: (state) => state,
  evolve(state, { topic }) {
    if (topic === 'md.tick') state.ticks++
    return state
  },
  decide(state, input) {
    if (state.ticks % 3 !== 0) return []
    const clientOrderId = `t-${state.ticks}`
    const payload = { clientOrderId, instrument: 'ACME.SIM', leavesQuantity: '1', reason: input.id }
    return [{ topic: 'order.expired', payload }]
  },
}

const runner = new ServiceRunner({
  service: anyService(counter),
  config: { hash: '0'.repeat(64), config: {} },
  url,
  secret: readSecret(keys, 'venue'),
  sealKey: null,
  sealedBy: null,
  now: () => Date.now() * 1_000,
  onLive: () => undefined,
  onFault: (message) => {
    process.stderr.write(`venue: ${message}\n`)
    process.exit(1)
  },
  heartbeatMs: 50,
  snapshots: { folder: log, everyMs: 100, say: (message) => void process.stderr.write(`venue: ${message}\n`) },
})
void runner

process.on('message', ({ ping }: { ping: number }) => setImmediate(() => process.send?.({ pong: ping })))
process.once('disconnect', () => process.exit(1))
