import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { trader } from '#test/process/trader.ts'

const fill = (side: string, qty: unknown, price: string) => ({ type: 'fill', side, qty, price, mark_after: price })
const line = (value: unknown) => `${JSON.stringify(value)}\n`
const answersIn = (file: string) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((one) => JSON.parse(one))

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trader-compute-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('commands that answer cases', () => {
  it('[A10] pnl compute answers every line in order, null with file and line for what cannot be reckoned', async () => {
    const given = join(folder, 'fills.jsonl')
    const out = join(folder, 'answers.jsonl')
    const good = { seed: 1, multiplier: 1, events: [fill('buy', 3, '1.1'), fill('sell', '1', '2')], expected: ['no'] }
    const byZero = { seed: 2, inverse: true, multiplier: '100', events: [fill('buy', '1', '0')] }
    const without = { seed: 'x', events: [{ type: 'fill', side: 'buy', price: '1' }] }
    writeFileSync(given, `${line(good)}\r\n${line(byZero)}{"seed":\n${line(without)}`)
    const { exitCode, stderr } = await trader(['pnl', 'compute', '--in', given, '--out', out])
    expect(exitCode).toBe(2)
    expect(stderr).toContain(`${given}:3: division by zero`)
    expect(stderr).toContain(`${given}:4: `)
    expect(stderr).toContain(`${given}:5: events.0.qty: `)
    const [first, ...others] = answersIn(out)
    expect(first.seed).toBe(1)
    expect(first.expected[1]).toMatchObject({ qty: '2', avg_price: '1.1', realized_gross: '0.9', fifo_lots: 1 })
    expect(others).toEqual([
      { seed: 2, expected: null },
      { seed: null, expected: null },
      { seed: 'x', expected: null },
    ])
  })

  it('[M1] [M5] venue walk and venue queue do too; a missing file is one line and leaves nothing', async () => {
    const given = join(folder, 'cases.jsonl')
    const book = {
      bids: [['9', '1']],
      asks: [
        ['10', '1'],
        ['12', '5'],
      ],
    }
    const walk = { id: 'a', book, order: { side: 'buy', type: 'market', qty: '2', tif: 'IOC', taker_fee_rate: '0.01' } }
    writeFileSync(given, line(walk))
    const walked = await trader(['venue', 'walk', '--in', given, '--out', '-'])
    expect(walked.exitCode).toBe(0)
    expect(JSON.parse(String(walked.stdout))).toMatchObject({ id: 'a', expected: { avg_price: '11', fee: '0.22' } })
    const order = { side: 'buy', price: '9', qty: '2', displayed_at_arrival: '1' }
    writeFileSync(given, line({ id: 'b', order, events: [{ type: 'trade', price: '9', size: '2' }] }))
    const queued = await trader(['venue', 'queue', '--in', given, '--out', '-'])
    expect(JSON.parse(String(queued.stdout)).expected).toEqual([{ fill: '1', remaining: '1', ahead: '0' }])
    const out = join(folder, 'none.jsonl')
    const missing = await trader(['venue', 'queue', '--in', join(folder, 'no.jsonl'), '--out', out])
    expect([missing.exitCode, existsSync(out)]).toEqual([2, false])
    expect(String(missing.stderr).trim().split('\n')).toHaveLength(1)
  })
})
