import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { trader } from '#test/process/trader.ts'

const inputs = 'inputs: { p: { role: u, timeframe: 1d }, f: { ema: [3] } }'
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'strategy-check-'))
  writeFileSync(join(folder, 'bad.yaml'), `name: bad\n${inputs}\nentry:\n  long: f > g\n  short: f = 1\nsize: {}\n`)
  const entry = 'entry: { long: p.close > 1, short: p.close < 1 }'
  writeFileSync(join(folder, 'warned.yaml'), `name: warned\n${inputs}\n${entry}\nsize: { quantity: 1 }\n`)
})
afterAll(() => rmSync(folder, { recursive: true }))

const check = (...files: string[]) => trader(['strategy', 'check', ...files], { cwd: folder })

describe('trader strategy check', () => {
  test('says ok with name and hash on stdout; a warning is talk', async () => {
    const { stdout, stderr, exitCode } = await check('warned.yaml')
    expect(stdout).toMatch(/^warned\.yaml: ok: warned [0-9a-f]{64}\n$/)
    expect(stderr).toBe('warned.yaml:2:42: warning: f is not used by any condition\n')
    expect(exitCode).toBe(0)
  })

  test('places every mistake of every file on stderr and ends with 2', async () => {
    const { stdout, stderr, exitCode } = await check('bad.yaml', 'warned.yaml', 'none.yaml')
    expect(stdout).toMatch(/^warned\.yaml: ok/)
    expect(stderr).toBe(
      [
        'bad.yaml:4:13: there is no input g; known: p, f',
        'bad.yaml:5:12: "=" means nothing here: write == to compare',
        'bad.yaml:6:1: size has to be { quantity: ... }, { notional: ... }, { equity: 25% }, { volatility: ... } or { risk: 1% }',
        'warned.yaml:2:42: warning: f is not used by any condition',
        'none.yaml: there is no such file',
        '',
      ].join('\n'),
    )
    expect(exitCode).toBe(2)
  })

  test('says the same as JSON', async () => {
    const { stdout, exitCode } = await check('bad.yaml', '--json')
    const [checked] = JSON.parse(stdout as string)
    expect(checked).toMatchObject({ file: 'bad.yaml', isValid: false })
    expect(checked.problems[0]).toEqual({
      severity: 'error',
      message: 'there is no input g; known: p, f',
      line: 4,
      column: 13,
    })
    expect(exitCode).toBe(2)
  })

  test('without a file ends with 2', async () => {
    const { stderr, exitCode } = await check()
    expect(stderr).toContain('file')
    expect(exitCode).toBe(2)
  })
})
