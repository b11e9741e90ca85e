import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { seedRandom } from '#lib/market/seeded-random.ts'
import { serveBox } from '#test/venues/box-server.ts'
import { exchangeBox } from '#test/venues/exchange-box.ts'
import { madeMarket, type Wire, wires } from '#test/venues/made-market.ts'
import { writeLiveTopology } from './live-topology.ts'
import { eventsIn, LiveTree } from './tree.ts'

const root = mkdtempSync(join(tmpdir(), 'trader-outbox-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const wire = wires[1] as Wire

it('[R27] what a live feed had learned and nobody had acknowledged when it was killed is in the log, once and in order', async () => {
  const box = exchangeBox(wire, madeMarket(wire, seedRandom(4), Date.now()), () => Date.now())
  const server = await serveBox(box)
  const playing = setInterval(() => server.connections() > 0 && server.step(null), 5)
  const topology = writeLiveTopology(root, wire, server)
  const tree = new LiveTree(root, 'live', topology)
  const outbox = join(tree.log, 'outbox', 'md-feed')
  const idsLeft = () =>
    readdirSync(outbox)
      .sort()
      .flatMap((name) => readFileSync(join(outbox, name), 'utf8').split('\n').slice(0, -1))
      .map((line) => (JSON.parse(line) as { id: string }).id)
  const pidOf = (name: string) => tree.processes.find((process) => process.name === name)?.pid as number
  const left: string[][] = []
  try {
    await tree.until(300)
    for (let kill = 0; kill < 2; kill++) {
      // The router hears nothing any more, and the market goes on.
      process.kill(pidOf('router'), 'SIGSTOP')
      const before = idsLeft().length
      while (idsLeft().length < before + 100) await sleep(10)
      process.kill(pidOf('md'), 'SIGKILL')
      const ids = idsLeft()
      const inLog = new Set(eventsIn(tree.log).map(({ id }) => id))
      left.push(ids.filter((id) => !inLog.has(id)))
      tree.kill('router')
      const said = eventsIn(tree.log).length
      await tree.until(said + 600)
    }
  } finally {
    await tree.stop()
    clearInterval(playing)
    await server.close()
  }
  const fed = eventsIn(tree.log).filter(({ source }) => source === 'md-feed')
  const places = new Map(fed.map(({ id }, i) => [id, i]))
  expect(places.size).toBe(fed.length)
  for (const ids of left) {
    expect(ids.length).toBeGreaterThan(50)
    const first = places.get(ids[0] as string)
    expect(first).toBeDefined()
    expect(ids.map((id) => places.get(id))).toEqual(ids.map((_, i) => (first as number) + i))
  }
  // Every number of every start is there up to its last one.
  expect(new Set(fed.map(({ id }) => id.split('.')[0])).size).toBe(3)
}, 120_000)
