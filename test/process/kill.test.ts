import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { drawBelow, seedRandom } from '#lib/market/seeded-random.ts'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { trader } from '#test/process/trader.ts'
import { contentHash, eventsIn, LiveTree, removeFolder, walkFolder, walkTopology } from '#test/process/tree.ts'

const everyProcess = [
  'log',
  'router',
  'md',
  'venue',
  'orders',
  'pnl',
  'clock',
  'indicators',
  'strategy',
  'resolver',
  'risk',
]
// The long form: TRADER_KILL_SEEDS=20 npx vitest run test/process/kill.test.ts
const seeds = Number(process.env.TRADER_KILL_SEEDS ?? 3)
const minutes = 60_000

let folder = ''
beforeAll(async () => {
  folder = await walkFolder(1_000)
})
afterAll(() => removeFolder(folder))

describe('running free', () => {
  test(
    'every process in turn, then router and log together, killed while events flow: nothing lost, nothing twice',
    async () => {
      const tree = new LiveTree(folder, 'free', walkTopology(folder, 'free', { speed: 4_000 }))
      await tree.until(60)
      for (const [i, name] of everyProcess.entries()) {
        await tree.until(100 + i * 150)
        tree.kill(name)
      }
      await tree.until(2_000)
      tree.kill('router')
      tree.kill('log')
      await tree.drained()
      expect(await tree.stop()).toBe(0)
      const events = eventsIn(tree.log)
      expectWhole(events)
      const verdict = await trader(['verify', tree.log, '--json'])
      expect(JSON.parse(verdict.stdout as string)).toMatchObject({ isProven: true, unanswered: 0 })
      expect(events.filter(({ topic }) => topic === 'md.bar')).toHaveLength(1_000)
    },
    3 * minutes,
  )
})

describe('in lockstep', () => {
  test(
    `${seeds} schedules of kills leave the log of an undisturbed run`,
    async () => {
      const calm = new LiveTree(folder, 'calm', walkTopology(folder, 'calm', { lockstep: true }))
      await calm.drained(200)
      expect(await calm.stop()).toBe(0)
      const hash = contentHash(calm.log)
      const length = eventsIn(calm.log).length
      expectWhole(eventsIn(calm.log))
      for (let seed = 1; seed <= seeds; seed++) {
        const random = seedRandom(seed)
        const run = `killed-${seed}`
        const tree = new LiveTree(folder, run, walkTopology(folder, run, { lockstep: true }))
        const kills = Array.from({ length: 4 }, () => ({
          at: 1 + drawBelow(random, length - 1),
          name: everyProcess[drawBelow(random, everyProcess.length)] as string,
        })).sort((a, b) => a.at - b.at)
        for (const { at, name } of kills) {
          await tree.until(at)
          tree.kill(name)
        }
        await tree.drained(200)
        expect(await tree.stop()).toBe(0)
        expect({ seed, kills, hash: contentHash(tree.log) }).toEqual({ seed, kills, hash })
      }
    },
    seeds * minutes + minutes,
  )
})

/** Dense in seq; no id, order or trade twice; every order at its end. */
function expectWhole(events: readonly Event[]): void {
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1))
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
  const submitted = payloads(events, 'order.submitted').map(({ clientOrderId }) => clientOrderId)
  expect(submitted.length).toBeGreaterThan(10)
  expect(new Set(submitted).size).toBe(submitted.length)
  const trades = payloads(events, 'order.fill').map(({ tradeId }) => tradeId)
  expect(new Set(trades).size).toBe(trades.length)
  const ended = new Set([
    ...payloads(events, 'order.fill').flatMap(({ clientOrderId, leavesQuantity }) =>
      leavesQuantity === '0' ? [clientOrderId] : [],
    ),
    ...payloads(events, 'order.canceled').map(({ clientOrderId }) => clientOrderId),
    ...payloads(events, 'order.expired').map(({ clientOrderId }) => clientOrderId),
    ...payloads(events, 'order.rejected').map(({ clientOrderId }) => clientOrderId),
  ])
  expect(submitted.filter((order) => !ended.has(order))).toEqual([])
}

const payloads = <T extends Event['topic']>(events: readonly Event[], topic: T): PayloadOf<T>[] =>
  events.filter((event) => event.topic === topic).map((event) => event.payload as PayloadOf<T>)
