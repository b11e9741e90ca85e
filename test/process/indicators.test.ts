import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { trader } from '#test/process/trader.ts'
import { describeShared, readSharedCsv, readSharedJson, sharedDir } from '#test/shared.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trader-indicators-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const write = (name: string, text: string) => {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}
const closes = 'time,close\n2024-01-01,1\n2024-01-02,2\n2024-01-03,4\n'

describe('trader indicators', () => {
  it('list and describe say what the catalogue says', async () => {
    const list = await trader(['indicators', 'list', '--json'])
    expect(JSON.parse(String(list.stdout))).toHaveLength(69)
    const { stdout } = await trader(['indicators', 'describe', 'ppo'])
    expect(stdout).toContain('ppo(fast=12,slow=26,ma=ema): percentage price oscillator')
    const unknown = await trader(['indicators', 'describe', 'ppu'])
    expect([unknown.exitCode, String(unknown.stderr)]).toEqual([
      2,
      'trader: there is no indicator "ppu" (did you mean: ppo)\n',
    ])
  })

  it('compute writes an indicator of a CSV, undefined values as empty cells', async () => {
    const data = write('closes.csv', closes)
    const { stdout, exitCode } = await trader(['indicators', 'compute', 'sma(2)', '--data', data])
    expect([exitCode, stdout]).toEqual([0, 'time,value\n2024-01-01,\n2024-01-02,1.5\n2024-01-03,3\n'])
  })

  it.each([
    ['an unknown name', 'smma(2)', closes, 'there is no indicator smma, did you mean sma?'],
    ['a parameter out of range', 'sma(0)', closes, 'sma(0): period has to be a whole number from 1 to 100000, not 0'],
    ['no indicator at all', 'sma(', closes, '"sma(" is no indicator; expected one like macd or ema(10)'],
    ['a price that is no number', 'sma(2)', 'close\n1\nx\n', ':3: close is "x", expected a number'],
    ['a row that is too short', 'sma(2)', 'time,close\n1,2\n3\n', ':3: 1 cells, expected the 2 of the header'],
    ['no prices', 'sma(2)', 'time,bid\n1,2\n', ':1: has no column close'],
    ['nothing', 'sma(2)', '', ': is empty'],
    ['a column that it reads and is not there', 'obv', 'close\n10\n11\n', ':1: has no column volume'],
    ['a series of columns that are not there', 'sma(2)@hl2', closes, ':1: has no column high'],
    ['a negative volume', 'obv', 'close,volume\n10,1\n11,-1\n', ':3: volume is "-1"'],
    ['a missing value in a single column', 'sma(2)', 'close\n10\n\n11\n', ':3: an empty line between rows'],
  ])('compute refuses %s in one line', async (_, name, text, message) => {
    const { stderr, stdout, exitCode } = await trader(['indicators', 'compute', name, '--data', write('bad.csv', text)])
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(String(stderr).trimEnd().split('\n')).toHaveLength(1)
  })

  it('compute --manifest leaves empty what it cannot compute, says why, and computes the rest', async () => {
    write('s.csv', 'i,high,low,close\n0,3,1,2\n1,5,2,4\n')
    const at = { series: 's', file: 'values/out.csv', output: 'value' }
    const manifest = write(
      'manifest.json',
      JSON.stringify({
        cases: [
          { ...at, column: 'a', indicator: 'SMA', params: { period: 2 } },
          { ...at, column: 'b', indicator: 'NOPE', params: {} },
          { ...at, column: 'c', indicator: 'SMA', params: { length: 2 } },
          { ...at, column: 'd', indicator: 'BBANDS', params: { period: 2, nbdev_up: 1, nbdev_dn: 1 }, output: 'mid' },
          { ...at, column: 'e', indicator: 'PPO', params: { fast: 2, slow: 1, ma: 'sma' } },
        ],
      }),
    )
    const out = join(folder, 'out')
    const { stderr, exitCode } = await trader([
      'indicators',
      'compute',
      ...['--manifest', manifest, '--series', folder, '--out', out],
    ])
    expect(exitCode).toBe(2)
    for (const said of [
      's b: there is no indicator NOPE',
      's c: SMA has no parameter length',
      's d: BBANDS has no output mid',
    ])
      expect(stderr).toContain(said)
    expect(readFileSync(join(out, 'values/out.csv'), 'utf8')).toBe('i,a,b,c,d,e\n0,,,,,\n1,3,,,,33.33333333333333\n')
  })
})

describeShared('the commands that are graded from outside', () => {
  it('indicators compute writes every golden file, same header, each cell within its rtol', async () => {
    const out = join(folder, 'golden')
    const golden = join(sharedDir, 'golden', 'indicators')
    const done = await trader([
      'indicators',
      'compute',
      ...['--manifest', join(golden, 'manifest.json'), '--series', join(golden, 'series'), '--out', out],
    ])
    expect(done.exitCode).toBe(0)
    type Case = { file: string; column: string; rtol: number; scale: number }
    const { cases } = readSharedJson<{ cases: Case[] }>('golden/indicators/manifest.json')
    for (const file of readdirSync(join(out, 'values'))) {
      const expected = readSharedCsv(`golden/indicators/values/${file}`)
      const text = readFileSync(join(out, 'values', file), 'utf8')
        .trimEnd()
        .split('\n')
      const header = Object.keys(expected[0] as object)
      expect(text[0]).toBe(header.join(','))
      const columns = new Map(cases.filter((one) => one.file === `values/${file}`).map((one) => [one.column, one]))
      const misses = expected.filter((row, i) => {
        const cells = (text[i + 1] as string).split(',')
        return !header.every((name, column) => {
          const [want, got] = [row[name] as string, cells[column] as string]
          const { rtol = 0, scale = 0 } = columns.get(name) ?? {}
          if (want === '' || got === '') return want === got
          return Math.abs(Number(got) - Number(want)) <= rtol * Math.max(Math.abs(Number(want)), scale)
        })
      })
      expect([file, misses.length, text.length - 1]).toEqual([file, 0, expected.length])
    }
  })

  it('md bars writes every golden file, same header, sums exact, vwap within 1e-9', async () => {
    const out = join(folder, 'bars')
    const golden = join(sharedDir, 'golden', 'bars')
    const manifest = join(golden, 'manifest.json')
    const done = await trader(['md', 'bars', '--manifest', manifest, '--dir', golden, '--out', out, '--json'])
    expect(JSON.parse(String(done.stdout))).toEqual({ outputs: 9, failed: 0, bars: 485 })
    for (const file of readdirSync(out)) {
      const expected = readSharedCsv(`golden/bars/${file}`)
      const [header, ...rows] = readFileSync(join(out, file), 'utf8').trimEnd().split('\n')
      expect(header).toBe(Object.keys(expected[0] as object).join(','))
      expect(rows).toHaveLength(expected.length)
      rows.forEach((row, i) => {
        const wanted = Object.entries(expected[i] as object)
        row.split(',').forEach((cell, column) => {
          const [name, want] = wanted[column] as [string, string]
          if (name === 'time') expect(cell).toBe(want)
          else
            expect(Math.abs(Number(cell) - Number(want))).toBeLessThanOrEqual(name === 'vwap' ? 1e-9 * Number(want) : 0)
        })
      })
    }
  })
})

describe('trader md bars', () => {
  it('makes bars of files in any order, and says what it cannot make', async () => {
    write('t.csv', 'ms,price,size\n1500,10,1e-3\n900,9,2\n2000,11,0.5\n')
    const manifest = write(
      'bars.json',
      JSON.stringify({
        aggregate: [
          {
            input: 't.csv',
            outputs: [
              { file: 'time.csv', kind: 'time', ms: 700 },
              { file: 'volume.csv', kind: 'volume', threshold: 2.001 },
              { file: 'range.csv', kind: 'range', threshold: 1 },
            ],
          },
          { input: 'gone.csv', outputs: [{ file: 'none.csv', kind: 'tick_count', n: 2 }] },
        ],
      }),
    )
    const out = join(folder, 'odd')
    const { exitCode, stderr } = await trader(['md', 'bars', '--manifest', manifest, '--dir', folder, '--out', out])
    expect(exitCode).toBe(2)
    expect(stderr).toContain('range.csv: there are no bars of the kind range')
    expect(stderr).toContain('there is no such file')
    expect(readFileSync(join(out, 'time.csv'), 'utf8')).toBe(
      'key_ms,first_ms,last_ms,open,high,low,close,volume,vwap,trades\n700,900,900,9,9,9,9,2,9,1\n1400,1500,2000,10,11,10,11,0.501,10.998003992015967,2\n',
    )
    expect(readFileSync(join(out, 'volume.csv'), 'utf8')).toBe(
      'key_ms,first_ms,last_ms,open,high,low,close,volume,vwap,trades,complete\n900,900,1500,10,10,9,9,2.001,9.00049975012494,2,1\n2000,2000,2000,11,11,11,11,0.5,11,1,0\n',
    )
  })
})
