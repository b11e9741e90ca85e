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
})
