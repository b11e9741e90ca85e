/** How long from a tick to the order that follows from it, across the processes of a live tree: md, strategy, resolver, risk, orders, router and log. */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readSecret } from '#lib/bus/auth.ts'
import { connectBus } from '#lib/bus/bus-client.ts'
import type { Event } from '#schemas/event.ts'
import { LiveTree, removeFolder } from '#test/process/tree.ts'

const seconds = 20
const topics = [
  'md.tick',
  'md.option.tick',
  'md.bar',
  'strategy.intent',
  'instrument.resolved',
  'risk.approved',
  'order.submitted',
]

const load = (loadavg()[0] as number).toFixed(1)
console.log(
  `Both seen by one more client of the router; ticks are those of the share and of its options; every event is durable before it is delivered. ${seconds} s each.`,
)
console.log(
  `Making 4 KiB durable took ${syncMs().toFixed(1)} ms (median of 200); load before it: ${load} on ${cpus().length} cores.\n`,
)
console.log('| ticks/s asked | ticks/s had | orders | p50 ms | p99 ms | max ms |')
console.log('|---:|---:|---:|---:|---:|---:|')
for (const rate of [1_000, 5_000]) console.log(await measured(rate))

/** Median of what making a small write durable takes, milliseconds. */
function syncMs(): number {
  const folder = mkdtempSync(join(tmpdir(), 'trader-bench-'))
  const fd = openSync(join(folder, 'sync'), 'w')
  const times = Array.from({ length: 200 }, () => {
    const from = performance.now()
    writeSync(fd, Buffer.alloc(4_096))
    fdatasyncSync(fd)
    return performance.now() - from
  })
  closeSync(fd)
  removeFolder(folder)
  return times.sort((a, b) => a - b)[100] as number
}

async function measured(rate: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'trader-bench-'))
  const tree = new LiveTree(folder, 'bench', topologyOf(folder, rate))
  try {
    await tree.until(rate)
    const { latencies, ticks } = await watched(tree, join(folder, 'keys'))
    latencies.sort((a, b) => a - b)
    const at = (share: number) =>
      (latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] as number).toFixed(1)
    const had = Math.round(ticks / seconds).toLocaleString('en-US')
    return `| ${rate.toLocaleString('en-US')} | ${had} | ${latencies.length} | ${at(0.5)} | ${at(0.99)} | ${at(1)} |`
  } finally {
    await tree.stop()
    removeFolder(folder)
  }
}

/** From the moment a tick is seen to the moment an order is that it caused. */
async function watched(tree: LiveTree, keys: string): Promise<{ latencies: number[]; ticks: number }> {
  const seenMs = new Map<string, number>()
  const causes = new Map<string, string>()
  const latencies: number[] = []
  let [ticks, isOn] = [0, false]
  const hear = (event: Event) => {
    const { id, topic, cause } = event
    if (topic === 'md.option.tick') ticks += isOn ? 1 : 0
    if (topic === 'md.tick') {
      ticks += isOn ? 1 : 0
      seenMs.set(id, performance.now())
      if (seenMs.size > 50_000) seenMs.delete(seenMs.keys().next().value as string)
      return
    }
    if (cause !== null) causes.set(id, cause)
    if (topic !== 'order.submitted' || !isOn) return
    let root = id
    while (causes.has(root)) root = causes.get(root) as string
    const from = seenMs.get(root)
    if (from !== undefined) latencies.push(performance.now() - from)
  }
  const bus = await connectBus({
    url: tree.routerUrl as string,
    identity: 'operator',
    secret: readSecret(keys, 'operator'),
    from: 'head',
    topics,
    onEvents: (events) => events.forEach(hear),
  })
  await sleep(2_000)
  isOn = true
  await sleep(seconds * 1_000)
  isOn = false
  await bus.close()
  return { latencies, ticks }
}

function topologyOf(folder: string, rate: number): string {
  const timeframe = `${rate / 50}t`
  const strategy = [
    'name: churn',
    `inputs: { price: { role: underlying, timeframe: ${timeframe} } }`,
    'entry: { long: price.close > 0 }',
    'exit: { long: position.bars >= 1 }',
    'size: { quantity: 1 }',
  ]
  writeFileSync(join(folder, 'churn.yaml'), `${strategy.join('\n')}\n`)
  const file = join(folder, 'bench.yaml')
  const lines = [
    'run: bench',
    `logs: ${join(folder, 'logs')}`,
    `keys: ${join(folder, 'keys')}`,
    'router: { port: 0 }',
    `feed: { kind: seeded, seed: 1, eventsPerSecond: ${rate} }`,
    `bars: [{ interval: ${timeframe} }]`,
    'venue: { fill: touch }',
    "risk: { limits: { maxPosition: '100', maxOrderNotional: '100000', maxGrossExposure: '100000', maxDrawdown: 0.5 } }",
    'strategies: [{ file: churn.yaml, roles: { underlying: ACME.SIM } }]',
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}
