import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { repository, trader } from '#test/process/trader.ts'

let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trader-audit-'))
  const strategy = readFileSync(join(repository, 'strategies', 'ema-cross.yaml'), 'utf8')
  writeFileSync(join(folder, 'cross.yaml'), strategy.replace('timeframe: 1d', 'timeframe: 1m'))
  const made = ['md', 'generate', '--seed', '3', '--bars', '600', '--interval', '1m', '--to', 'data']
  expect((await trader(made, { cwd: folder })).exitCode).toBe(0)
  const run = ['backtest', 'cross.yaml', '--data', 'data', '--id', 'r1', '--max-position', '150']
  expect((await trader(run, { cwd: folder })).exitCode).toBe(0)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const read = async (...args: string[]) => {
  const { stdout, stderr, exitCode } = await trader([...args, '--run', 'r1'], { cwd: folder })
  return { stdout: String(stdout), stderr: String(stderr), exitCode }
}
const json = async (...args: string[]) => JSON.parse((await read(...args, '--json')).stdout)

describe('what a run did, from its log', () => {
  it('an order says why: bar, indicators, intent with its file, resolution, approval, limits, order, fills, profit', async () => {
    const orders = await json('orders', 'list')
    expect(orders.length).toBeGreaterThan(3)
    const { clientOrderId } = orders.at(-1)
    const life = await json('order', 'show', clientOrderId)
    expect(life.seen.map(({ topic }: { topic: string }) => topic)).toEqual([
      'md.bar',
      'indicator.ema.v1',
      'indicator.ema.v1',
    ])
    expect(life.intent.payload.hash).toBe(life.strategy.payload.hash)
    expect(life.intent.cause).toBe(life.seen.at(-1).id)
    expect(life.resolution.payload.intent).toBe(life.intent.id)
    expect(life.verdicts.at(-1).payload.intent).toBe(life.intent.id)
    expect(life.limits.payload.config.limits).toEqual({ maxPosition: '150' })
    const [submitted] = life.order
    expect(submitted.payload.approval).toBe(life.verdicts.at(-1).id)
    const fills = life.order.filter(({ topic }: { topic: string }) => topic === 'order.fill')
    expect(life.pnl.map(({ cause }: { cause: string }) => cause)).toEqual(fills.map(({ id }: { id: string }) => id))
    const tree = (await read('order', 'show', submitted.payload.approval, '--as', 'tree')).stdout.trimEnd().split('\n')
    expect(tree[0]).toMatch(/^md\.bar {2}md-feed:e1\.\d+ {2}20/)
    expect(tree.at(-2)).toMatch(/^ +└─ pnl\.update {2}/)
    expect(tree.at(-1)).toBe('limits at the approval: maxPosition 150')
  })

  it('positions and profit agree with the newest snapshot, and an order that is not there is one line', async () => {
    const snapshot = await json('pnl', 'show')
    const positions = await json('positions', '--all')
    const sum = (field: string) =>
      positions.reduce((total: number, one: Record<string, string>) => total + Number(one[field]), 0)
    expect(sum('unrealized')).toBeCloseTo(Number(snapshot.unrealized), 8)
    expect(sum('realized')).toBeCloseTo(Number(snapshot.realized), 8)
    expect(sum('exposure')).toBeCloseTo(Number(snapshot.grossExposure), 8)
    const none = await read('order', 'show', 't-1-1')
    expect(none).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringMatching(/there is no order t-1-1 .*\n$/),
    })
    expect((await read('orders', 'list', '--open')).stdout).toBe('no orders\n')
  })
})
