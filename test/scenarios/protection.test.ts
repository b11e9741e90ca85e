import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Event } from '#schemas/event.ts'
import { trader } from '#test/process/trader.ts'
import { eventsIn, LiveTree, removeFolder } from '#test/process/tree.ts'
import { plainCrosses } from './plain-backtest.ts'

const folder = mkdtempSync(join(tmpdir(), 'trader-protection-'))
const orders = '{ protection: venue }'
beforeAll(async () => {
  const made = ['md', 'generate', '--seed', '5', '--bars', '3000', '--interval', '1m', '--to', 'data']
  expect((await trader(made, { cwd: folder })).exitCode).toBe(0)
  writeFileSync(
    join(folder, 'guarded.yaml'),
    `name: guarded
inputs:
  price: { role: underlying, timeframe: 1m }
  fast: { ema: [10], of: price }
  slow: { ema: [20], of: price }
entry:
  long: fast crosses above slow
  short: fast crosses below slow
size: { quantity: 100 }
stop: 0.05%
target: 0.08%
`,
  )
})
afterAll(() => removeFolder(folder))

type Bar = { readonly open: number; readonly high: number; readonly low: number; readonly close: number }
type Fill = readonly [side: 'buy' | 'sell', quantity: number, price: number]

/** Stop and target at the venue from the bar after the fill on, and looked at by the strategy on every bar; no code of the project. */
function plain(bars: readonly Bar[], cash: number, feeBps: number) {
  const fills: Fill[] = []
  let [position, wished, order] = [0, 0, null as number | null]
  let [exits, next] = [null as { stop: number; profit: number } | null, null as { stop: number; profit: number } | null]
  let level = { stop: 0, target: 0 }
  const trade = (change: number, price: number) => {
    fills.push([change > 0 ? 'buy' : 'sell', Math.abs(change), price])
    cash -= change * price + Math.abs(change) * price * feeBps * 1e-4
    position += change
  }
  const closes = bars.map(({ close }) => close)
  const sides = plainCrosses(closes)
  bars.forEach(({ open, high, low, close }, i) => {
    if (order !== null) {
      if (order !== position) trade(order - position, open)
      exits = position === 0 ? null : next
      order = null
    } else if (exits !== null) {
      const { stop, profit } = exits
      const s = Math.sign(position)
      const at = s * open <= s * stop || s * open >= s * profit ? open : null
      const isStopped = s > 0 ? low <= stop : high >= stop
      const price = at ?? (isStopped ? stop : (s > 0 ? high >= profit : low <= profit) ? profit : null)
      if (price !== null) {
        trade(-position, price)
        exits = null
        wished = 0
      }
    }
    const side = sides[i] as number
    const isHit = wished > 0 ? low <= level.stop || high >= level.target : high >= level.stop || low <= level.target
    if (side !== 0 && side !== wished) {
      wished = side
      order = side * 100
      const cents = Math.round(close * 100)
      const nearer = (units: number) => (units > 0 ? Math.floor : Math.ceil)((cents * (10_000 + units)) / 10_000) / 100
      next = { stop: nearer(-5 * side), profit: nearer(8 * side) }
      level = { stop: close - side * close * 0.0005, target: close + side * close * 0.0008 }
      exits = null
    } else if (wished !== 0 && isHit) {
      wished = 0
      order = 0
      exits = null
    }
  })
  return { fills, equity: cash + position * (closes.at(-1) as number) }
}

test('stop and target at the venue: fills and final equity of a plain re-computation, to the cent, in process and as a tree in lockstep', async () => {
  const backtest = async (id: string, ...flags: string[]) => {
    const args = [
      'backtest',
      'guarded.yaml',
      '--data',
      'data',
      '--cash',
      '1000000',
      '--taker-bps',
      '1',
      '--maker-bps',
      '1',
    ]
    const { exitCode, stdout, stderr } = await trader([...args, '--orders', orders, '--id', id, '--json', ...flags], {
      cwd: folder,
    })
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    return JSON.parse(stdout as string)
  }
  const { manifest, result } = await backtest('one')
  const events = eventsIn(join(folder, 'runs/one/log'))
  const bars = events
    .filter((event) => event.topic === 'md.bar')
    .map(({ payload }) => {
      const { open, high, low, close } = payload as PayloadOf<'md.bar'>
      return { open: Number(open), high: Number(high), low: Number(low), close: Number(close) }
    })
  const fills = events
    .filter((event) => event.topic === 'order.fill')
    .map(({ payload }): Fill => {
      const { side, quantity, price } = payload as PayloadOf<'order.fill'>
      return [side, Number(quantity), Number(price)]
    })
  const told = plain(bars, 1_000_000, 1)
  expect(fills).toEqual(told.fills)
  expect(Number(result.finalEquity)).toBeCloseTo(told.equity, 2)
  // Both exits have closed, and so has a reversal.
  const closed = events
    .filter((event) => event.topic === 'order.fill')
    .map(({ payload }) => (payload as { clientOrderId: string }).clientOrderId)
  for (const which of [/-1s$/, /-1p$/]) expect(closed.filter((id) => which.test(id)).length).toBeGreaterThan(3)
  expect(fills.filter(([, quantity]) => quantity === 200).length).toBeGreaterThan(3)
  const steps = await backtest('steps', '--lockstep')
  expect(steps.manifest.contentHash).toBe(manifest.contentHash)
  const verdict = await trader(['verify', 'one', '--json'], { cwd: folder })
  expect(JSON.parse(verdict.stdout as string)).toMatchObject({ isProven: true, unanswered: 0 })
  const exit = closed.find((id) => /-1s$/.test(id)) as string
  const shown = await trader(['order', 'show', exit, '--run', 'one'], { cwd: folder })
  expect(shown.stdout).toMatch(/protect .*stopLoss/)
  expect(shown.stdout).toMatch(/bracket .*takeProfit/)
  expect(shown.stdout).toMatch(/closes t-/)
}, 240_000)

test('kill -9 of the strategy, again and again: the stop at the venue still closes the position', async () => {
  const file = join(folder, 'live.yaml')
  const lines = [
    'run: live',
    `logs: ${join(folder, 'logs')}`,
    `keys: ${join(folder, 'keys')}`,
    'router: { port: 0 }',
    'startsAt: 1577836800000000',
    'feed: { kind: data-set, path: data, speed: 1800 }',
    'clock: { mode: replay }',
    "account: { currency: USD, startingCash: '1000000' }",
    'venue: { fill: next-open }',
    `strategies: [{ file: guarded.yaml, roles: { underlying: ACME.SIM }, orders: ${orders} }]`,
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  const tree = new LiveTree(folder, 'live', file)
  const idOf = (event: Event) => (event.payload as { clientOrderId: string }).clientOrderId
  const count = (topic: string, id: RegExp) =>
    eventsIn(tree.log).filter((event) => event.topic === topic && id.test(idOf(event)))
  /** Exits that the venue filled, and of the strategy nothing came between; what it says in the same bar comes too late. */
  const unattended = () =>
    count('order.fill', /-1[sp]$/).filter((closing) => {
      const [accepted] = count('order.accepted', new RegExp(`^${idOf(closing)}$`))
      const isSaidBetween = ({ topic, seq, at }: Event) =>
        topic === 'strategy.intent' && seq > (accepted?.seq ?? 0) && at < closing.at
      return !eventsIn(tree.log).some(isSaidBetween)
    })
  const until = async (found: () => boolean, meanwhile: () => void = () => undefined) => {
    const endMs = performance.now() + 100_000
    while (!found()) {
      if (performance.now() > endMs) throw new Error(`it never came:\n${tree.stderr.slice(-2_000)}`)
      meanwhile()
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  try {
    await tree.until(10)
    await until(() => count('order.accepted', /-1s$/).length > 0)
    await until(
      () => unattended().length > 0,
      () => tree.kill('strategy'),
    )
  } finally {
    await tree.stop()
  }
}, 240_000)
