import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { afterAll, expect, it } from 'vitest'
import { trader } from '#test/process/trader.ts'
import { removeFolder } from '#test/process/tree.ts'
import { describeShared, sharedDir } from '#test/shared.ts'

// Through the real commands, on raw prices and the factor file beside them; against what the bytes of both say.
const folder = mkdtempSync(join(tmpdir(), 'trader-split-'))
afterAll(() => removeFolder(folder))
const usa = join(sharedDir, 'data/lean/equity/usa')
const hold = `name: hold
inputs:
  price: { role: underlying, timeframe: 1d }
entry: { long: price.close > 0 }
size: { quantity: 10 }
`

describeShared('a backtest over the splits of AAPL, 2:1, 2:1, 7:1 and 4:1', () => {
  it('[V37] [P21] keeps equity as it is, every day of 23 years, and holds 1,120 shares at the end', async () => {
    const data = join(folder, 'data')
    const files = [join(usa, 'daily/aapl.zip'), join(usa, 'factor_files/aapl.csv')]
    const imported = await trader(['md', 'import', ...files, '--format', 'lean', '--to', data])
    expect(imported).toMatchObject({ exitCode: 0 })
    writeFileSync(join(folder, 'hold.yaml'), hold)
    const { exitCode, stdout, stderr } = await trader([
      ...['backtest', join(folder, 'hold.yaml'), '--data', data, '--runs', join(folder, 'runs'), '--json'],
      ...['--from', '1998-01-01', '--to', '2021-12-31', '--cash', '100000', '--fill', 'next-open'],
    ])
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
    const { folder: run, result } = JSON.parse(stdout as string) as { folder: string; result: Record<string, unknown> }
    const bars = barsOf()
    const cash = 100_000 - 10 * (bars[1]?.open as number)
    const [, ...rows] = readFileSync(join(run, 'equity.csv'), 'utf8').trimEnd().split('\n')
    let [seen, bar] = [0, 0]
    for (const row of rows) {
      const [time = '', equity, , , , exposure] = row.split(',')
      while (Date.parse(time) >= (bars[bar + 1]?.endMs ?? Number.POSITIVE_INFINITY)) bar++
      if (exposure === '0') continue
      const { close, shares } = bars[bar] as (typeof bars)[number]
      expect(Number(equity), time).toBeCloseTo(cash + shares * close, 6)
      seen++
    }
    expect(seen).toBeGreaterThan(5_000)
    expect(bars.at(-1)?.shares).toBe(1_120)
    expect(Number(result.finalEquity)).toBeCloseTo(cash + 1_120 * (bars.at(-1)?.close as number), 6)
    const verified = await trader(['verify', run])
    expect(verified).toMatchObject({ exitCode: 0 })
  }, 60_000)
})

/** Bars with the shares that ten of the first day have become; the ends are midnights of New York, summer or winter. */
function barsOf() {
  const [bytes = new Uint8Array()] = Object.values(unzipSync(readFileSync(join(usa, 'daily/aapl.zip'))))
  const splits = [
    ['20000621', 2],
    ['20050228', 2],
    ['20140609', 7],
    ['20200831', 4],
  ] as const
  return strFromU8(bytes)
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','))
    .map(([at = '', open, , , close]) => {
      const day = at.slice(0, 8)
      const shares = splits.reduce((held, [from, ratio]) => (day >= from ? held * ratio : held), 10)
      const midnightMs = Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6)) + 1)
      return { open: Number(open) / 10_000, close: Number(close) / 10_000, shares, endMs: midnightMs + 4 * 3_600_000 }
    })
}
