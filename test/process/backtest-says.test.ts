import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { repository, trader } from '#test/process/trader.ts'
import { removeFolder, walkFolder } from '#test/process/tree.ts'

let folder = ''
beforeAll(async () => {
  folder = await walkFolder(600)
})
afterAll(() => removeFolder(folder))

const run = async (...args: string[]) => {
  const { exitCode, stdout, stderr } = await trader(args, { cwd: folder })
  return { exitCode, stdout: String(stdout), stderr: String(stderr) }
}
const backtest = (...flags: string[]) => run('backtest', 'cross.yaml', '--data', 'data', ...flags)
const written = (id: string, file: string) => JSON.parse(readFileSync(join(folder, 'runs', id, file), 'utf8'))

test('a topology has cash to start with as well', async () => {
  const topology = readFileSync(join(repository, 'examples/replay.yaml'), 'utf8')
  writeFileSync(join(folder, 'poor.yaml'), topology.replace("startingCash: '100000'", "startingCash: '-5'"))
  const { exitCode, stderr } = await run('up', '--topology', 'poor.yaml')
  expect({ exitCode, stderr }).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/^poor\.yaml:\d+: account\.startingCash: expected more than 0\n$/),
  })
})

test('a backtest leaves its name free where it fails, and takes none that is taken', async () => {
  const nothing = await backtest('--id', 'kept', '--from', '2100-01-01')
  expect(nothing).toMatchObject({ exitCode: 2 })
  expect(existsSync(join(folder, 'runs/kept'))).toBe(false)
  expect(await backtest('--id', 'kept')).toMatchObject({ exitCode: 0 })
  expect(await backtest('--id', 'kept')).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: 'runs/kept: a run is here already (name another with --id)\n',
  })
  rmSync(join(folder, 'runs/kept/manifest.json'))
  expect(await backtest('--id', 'kept')).toEqual({
    exitCode: 2,
    stdout: '',
    stderr:
      'runs/kept: a run that was not finished, or is under way, is here already (remove it, or name another with --id)\n',
  })
})

describe('data without the bars that the strategy reads', () => {
  const daily = join(repository, 'strategies/ema-cross.yaml')

  test('is refused by backtest and strategy test, which name what there is and what is read', async () => {
    for (const command of [['backtest'], ['strategy', 'test']]) {
      const { exitCode, stderr } = await run(...command, daily, '--data', 'data')
      expect({ exitCode, stderr }).toEqual({
        exitCode: 2,
        stderr: 'trader: the data has bars of 1m; ema-cross reads 1d (it has no trades to build others from)\n',
      })
    }
  })

  test('is refused where --bars has no trades to build from, and without --data', async () => {
    expect(await run('backtest', daily, '--data', 'data', '--bars', '1d')).toMatchObject({ exitCode: 2 })
    const seeded = await run('backtest', 'cross.yaml')
    expect(seeded).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('bars of 1d; ema-cross reads 1m') })
  })

  test('is built from trades with --bars, and without it the flag is named', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => `${1_600_000_000_000 + i * 20_000},${100 + (i % 17)},1`)
    writeFileSync(join(folder, 'trades.csv'), `time,price,size\n${rows.join('\n')}\n`)
    const columns = ['--instrument', 'ABC.SIM', '--currency', 'USD']
    const imported = await run('md', 'import', 'trades.csv', '--format', 'csv', ...columns, '--to', 'trades')
    expect(imported).toMatchObject({ exitCode: 0 })
    const args = ['backtest', 'cross.yaml', '--data', 'trades']
    const without = await run(...args)
    expect(without).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(
        'the data has no bars; ema-cross reads 1m (it has trades to build them from: --bars 1m)',
      ),
    })
    expect(await run(...args, '--bars', '1m')).toMatchObject({ exitCode: 0 })
  })
})

test('a halt is said on stderr, in the table and in result.json, with the number and the limit', async () => {
  const { exitCode, stdout, stderr } = await backtest('--id', 'halted', '--max-drawdown', '0.001')
  expect(exitCode).toBe(0)
  const { halted, denied, deniedBy } = written('halted', 'result.json')
  expect(halted).toMatchObject({ code: 'DRAWDOWN_EXCEEDS_MAX', limit: '0.001' })
  expect(Number(halted.value)).toBeGreaterThan(0.001)
  const at = new Date(halted.at / 1_000).toISOString()
  expect(stderr).toContain(`halted at ${at}: DRAWDOWN_EXCEEDS_MAX ${halted.value}, limit 0.001; `)
  expect(stdout).toMatch(new RegExp(`halted .*${at} DRAWDOWN_EXCEEDS_MAX`))
  expect(denied).toBe(Object.values<number>(deniedBy).reduce((sum, count) => sum + count, 0))
})

test('what was refused is counted by code; nothing of it is a halt', async () => {
  const { stdout, stderr } = await backtest('--id', 'euro', '--currency', 'EUR')
  const result = written('euro', 'result.json')
  expect(result).toMatchObject({ fills: 0, halted: null, belowZeroAt: null })
  expect(result.denied).toBeGreaterThan(0)
  expect(result.deniedBy).toEqual({ CURRENCY_MISMATCH: result.denied })
  expect(stdout).toContain(`${result.denied} (CURRENCY_MISMATCH ${result.denied})`)
  expect(stderr).not.toContain('halted')
})

test('an account below zero is said once', async () => {
  const { stderr } = await backtest('--id', 'poor', '--cash', '0.01')
  const { belowZeroAt } = written('poor', 'result.json')
  expect(stderr.split('less than 0 USD')).toHaveLength(2)
  expect(stderr).toContain(`less than 0 USD from ${new Date(belowZeroAt / 1_000).toISOString()}`)
})

test('the manifest has the id and the hash of the strategy file; both drawdowns have their names', async () => {
  const { stdout } = await backtest('--id', 'named')
  const hash = createHash('sha256')
    .update(readFileSync(join(folder, 'cross.yaml')))
    .digest('hex')
  expect(written('named', 'manifest.json')).toMatchObject({ run: 'named', strategies: [{ file: 'cross.yaml', hash }] })
  expect(await run('backtest', join(repository, 'strategies/ema-cross.yaml'), '--id', 'days')).toMatchObject({
    exitCode: 0,
  })
  const { maxDrawdown, maxDrawdownDaily, metrics } = written('days', 'result.json')
  expect(maxDrawdownDaily).toBeGreaterThan(0)
  expect(maxDrawdownDaily).toBe(-metrics.equity.max_drawdown)
  expect(maxDrawdown).toBeGreaterThanOrEqual(maxDrawdownDaily)
  expect(stdout).toMatch(/max drawdown, every value.*\n.*max drawdown, by day/)
})

test('a run is named and not a path: nothing is written elsewhere', async () => {
  const before = readdirSync(folder)
  for (const id of ['../../evil', '/evil', '..', 'a/b', '']) {
    const { exitCode, stderr } = await backtest('--id', id)
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 2,
      stderr: `trader: --id ${id}: expected a name like ema-cross or 20261124-cross\n`,
    })
  }
  expect(await backtest('--id', 'once')).toMatchObject({ exitCode: 0 })
  const said = 'trader: --run ../evil: expected a lower-case name like ema-cross\n'
  expect(await run('replay', 'once', '--run', '../evil')).toMatchObject({ exitCode: 2, stderr: said })
  expect(await run('up', '--run', '../evil')).toMatchObject({ exitCode: 2, stderr: said })
  expect(readdirSync(folder).filter((name) => name !== 'runs')).toEqual(before.filter((name) => name !== 'runs'))
  expect(existsSync(join(folder, '..', 'evil'))).toBe(false)
})

test.each([
  ['--cash', '-5', 'expected more than 0'],
  ['--cash', '0.00', 'expected more than 0'],
  ['--cash', 'much', 'expected an exact decimal as text'],
  ['--taker-bps', 'abc', 'expected a number like 0.5'],
  ['--maker-bps', '', 'expected a number like 0.5'],
  ['--taker-bps', '20000', 'Too big'],
  ['--max-drawdown', '2', 'Too big'],
  ['--max-position', '-1', 'not negative'],
  ['--currency', 'usd', 'expected a currency like USD'],
  ['--bars', '900d', 'a bar is at most 366 days wide'],
])('%s %s names the flag', async (flag, value, why) => {
  const { exitCode, stderr } = await backtest(`${flag}=${value}`)
  expect(exitCode).toBe(2)
  expect(stderr.startsWith(`trader: ${flag} ${value}: `)).toBe(true)
  expect(stderr).toContain(why)
})
