import { describe, expect, it } from 'vitest'
import { formatTable } from '#lib/terminal/table.ts'

const columns = [{ head: 'strategy' }, { head: 'pnl', align: 'right' }] as const
const rows = [
  ['ema', 1],
  ['rsi', '-22.50'],
]

describe('a table', () => {
  it('is plain columns where there is no terminal', () => {
    const text = formatTable(columns, rows, { stream: { isTTY: false }, env: {} })
    expect(text.split('\n')).toEqual(['strategy     pnl', 'ema            1', 'rsi       -22.50'])
  })

  it('has rules and a bold head on a terminal, and no colour when asked for none', () => {
    const colored = formatTable(columns, rows, { stream: { isTTY: true }, env: {} })
    expect(colored).toContain('\x1b[1mstrategy')
    const plain = formatTable(columns, rows, { stream: { isTTY: true }, env: { NO_COLOR: '1' } })
    expect(plain.split('\n')[1]).toBe('│ strategy │    pnl │')
  })

  it('cuts nothing where spaces are beside each other', () => {
    const cells = [['a  position of', ' -10.25 the', '  t-1234567 of the']]
    const three = [{ head: 'a' }, { head: 'b' }, { head: 'c' }]
    for (let width = 1; width < 60; width++) {
      const text = formatTable(three, cells, { stream: { isTTY: true, columns: width }, env: { NO_COLOR: '1' } })
      expect(text, `${width}`).not.toContain('…')
    }
  })

  it('is made of as many words as there are', () => {
    const text = 'w '.repeat(400).trim()
    const stream = { isTTY: true, columns: 80 }
    const many = formatTable([{ head: 'says' }], Array(400).fill([text]), { stream, env: { NO_COLOR: '1' } })
    expect(many.split('w')).toHaveLength(400 * 400 + 1)
  })

  it('is no wider than the terminal: words go on in the next line, numbers stay whole, and nothing is cut', () => {
    const long = 'entry long 100 since fast crosses above slow, which has been below it for eleven bars'
    const wide = [['ema', long, '-1234567.25']]
    const three = [{ head: 'strategy' }, { head: 'says' }, { head: 'pnl', align: 'right' }] as const
    const stream = (columns?: number) => ({
      stream: { isTTY: true, ...(columns && { columns }) },
      env: { NO_COLOR: '1' },
    })
    const text = formatTable(three, wide, stream(60))
    const lines = text.split('\n')
    expect(Math.max(...lines.map(({ length }) => length))).toBe(60)
    expect(lines[3]).toContain('-1234567.25')
    const said = lines.slice(3, -1).map((line) => line.split('│')[2]?.trim())
    expect(said.join(' ')).toBe(long)
    for (const columns of [200, 0, 20])
      expect(formatTable(three, wide, stream(columns))).toBe(formatTable(three, wide, stream()))
    const ids = [['t-4103-0', '2026-11-27T02:30:10', 'ACMEUSD.BINANCE']]
    const whole = [{ head: 'order' }, { head: 'time' }, { head: 'instrument' }] as const
    expect(formatTable(whole, ids, stream(40))).not.toContain('…')
  })
})
