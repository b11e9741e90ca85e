import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { trader } from '#test/process/trader.ts'

let folder: string
const at = (name: string) => join(folder, name)
const put = (name: string, text: string) => {
  writeFileSync(at(name), text)
  return at(name)
}
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trader-options-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('commands that answer tables of options and metrics', () => {
  it('[O8] options price keeps rows and columns, fills the answers in, and says null with file and line', async () => {
    const rows = [
      'note,type,spot,strike,t_years,vol,r,q,price',
      '"a, b",C,42,40,0.5,0.2,0.1,0,99',
      'c,X,42,40,0.5,0.2,0.1,0,',
    ]
    const given = put('bsm.csv', `${rows.join('\r\n')}\r\n\r\nd,P,42,40,0,0.2,0.1,0,1\n`)
    const { exitCode, stderr } = await trader(['options', 'price', '--csv', given, '--out', at('out.csv')])
    expect(exitCode).toBe(2)
    expect(stderr).toContain(`${given}:3: type is "X", expected C or P`)
    const [header, first, second, third] = readFileSync(at('out.csv'), 'utf8').trimEnd().split('\n')
    expect(header).toMatch(/^note,type,spot,strike,t_years,vol,r,q,price,delta,gamma,vega,.*,dual_delta,itm_prob$/)
    expect(first).toMatch(/^"a, b",C,42,40,0.5,0.2,0.1,0,4.7594223928715/)
    expect(second).toBe(`c,X,42,40,0.5,0.2,0.1,0${',null'.repeat(13)}`)
    expect(third).toMatch(/^d,P,42,40,0,0.2,0.1,0,0,0,0,/)
  })

  it('[O8] an answer that is not finite is null with its reason, never NaN', async () => {
    const given = put('wild.csv', 'type,spot,strike,t_years,vol,r\nC,100,100,1e9,5,0.5\nP,1e308,1e-308,5,3,0.01\n')
    const { exitCode, stdout, stderr } = await trader(['options', 'price', '--csv', given, '--out', '-'])
    expect(exitCode).toBe(2)
    expect(String(stdout)).not.toMatch(/NaN|Infinity/)
    expect(stderr).toMatch(/wild.csv:2: price is NaN: these terms are beyond what can be computed/)
    expect(stderr).toMatch(/wild.csv:3: \w+ is (NaN|-?Infinity): /)
  })

  it('[O8] the columns say the model: a forward is Black-76, days are American', async () => {
    const forward = put('black.csv', 'type,forward,strike,t_years,vol,r\nP,20,20,0.3333333333333333,0.25,0.09\n')
    const black = await trader(['options', 'price', '--csv', forward, '--out', '-'])
    expect(black.stdout).toMatch(/^type,.*,delta_fwd,gamma_fwd,vega,theta,rho\nP,.*,1.11664145655/)
    const days = put('american.csv', 'type,spot,strike,days,vol,r,q\nP,36,40,365,0.2,0.06,0\n')
    const american = await trader(['options', 'price', '--csv', days, '--out', '-'])
    expect(american.stdout).toMatch(/american_price\nP,36,40,365,0.2,0.06,0,4.48/)
    const european = await trader(['options', 'price', '--model', 'european', '--csv', days, '--out', '-'])
    expect(european.stdout).toMatch(/P,36,40,365,0.2,0.06,0,3.84/)
  })

  it('[O5] options iv finds the volatility, or says why there is none', async () => {
    const given = put(
      'iv.csv',
      'type,spot,strike,t_years,r,q,price\nC,42,40,0.5,0.1,0,4.759422392871533\nC,42,40,0.5,0.1,0,1\n',
    )
    const { exitCode, stdout, stderr } = await trader(['options', 'iv', '--csv', given, '--out', '-'])
    const [, found = ''] = String(stdout).split('\n')
    expect(Number(found.split(',').at(-1))).toBeCloseTo(0.2, 12)
    expect(String(stdout).trimEnd().split('\n')[2]).toBe('C,42,40,0.5,0.1,0,1,null')
    expect(stderr).toContain(`${given}:3: below_intrinsic: price 1, bound 3.95`)
    expect(exitCode).toBe(2)
  })

  it('a table that is missing, empty or ragged is one line, exit code 2, and leaves nothing', async () => {
    for (const [file, message] of [
      [at('none.csv'), 'there is no such file'],
      [put('empty.csv', ''), 'is empty, expected a header row'],
      [put('ragged.csv', 'type,spot\nC,1,2\n'), '3 cells, expected the 2 of the header'],
    ] as const) {
      const { exitCode, stderr } = await trader(['options', 'price', '--csv', file, '--out', at('left.csv')])
      expect([exitCode, existsSync(at('left.csv'))]).toEqual([2, false])
      expect(stderr).toContain(message)
      expect(String(stderr).trim().split('\n')).toHaveLength(1)
    }
  })

  it('metrics compute replaces expected, and nothing else', async () => {
    put('up.csv', 'i,time,equity\n0,2024-01-01T00:00:00Z,100\n1,2024-01-02T00:00:00Z,110\n2,2024-01-03T00:00:00Z,99\n')
    put('trades.json', '[10, 0, -5]')
    put('bad.csv', 'i,time,equity\n0,2024-01-01T00:00:00Z,x\n')
    const curve = { name: 'up', kind: 'equity_curve', periods_per_year: 365, note: [1], expected: { total_return: 7 } }
    const cases = [
      { ...curve, file: 'up.csv' },
      { kind: 'trades', file: 'trades.json' },
      { ...curve, file: 'bad.csv' },
      { kind: 'odd', file: 'up.csv' },
    ]
    const given = put('cases.json', JSON.stringify(cases))
    const { exitCode, stderr } = await trader([
      'metrics',
      'compute',
      '--cases',
      given,
      '--dir',
      folder,
      '--out',
      at('m.json'),
    ])
    expect(exitCode).toBe(2)
    expect(stderr).toContain(`${at('bad.csv')}:2: equity is x, expected a number`)
    expect(stderr).toContain('case 3: kind: ')
    const [up, trades, bad, odd] = JSON.parse(readFileSync(at('m.json'), 'utf8'))
    expect(up).toMatchObject({ name: 'up', note: [1], file: 'up.csv' })
    expect(up.expected.total_return).toBeCloseTo(-0.01, 14)
    expect(up.expected.max_drawdown_peak_index).toBe(1)
    expect(trades.expected).toMatchObject({ trades: 3, wins: 1, breakeven: 1, profit_factor: 2 })
    expect([bad.expected, odd.expected]).toEqual([null, null])
  })

  it('[C2] [C3] [C10] resolve answers each selection from the snapshot, with nothing but quotes in it', async () => {
    const quotes = ['C,95,5.9,6.1', 'C,100,2.4,2.6', 'C,105,,0.9', 'P,95,0.3,0.4', 'P,100,1.9,2.1', 'P,105,5.0,5.4']
    put('snap.csv', ['expiry,right,strike,bid,ask', ...quotes.map((row) => `2014-06-20,${row}`)].join('\n'))
    const ladder = { expiry: '2014-06-20', right: 'C' }
    const ask = (kind: string, input: object) => ({ kind, input, expected: 'not read' })
    const selections = [
      ask('atm_strike', { ...ladder, spot: 97.5 }),
      ask('nth_otm', { ...ladder, spot: 100, n: 1 }),
      ask('nth_itm', { ...ladder, right: 'P', n: 2 }),
      ask('delta_target', { ...ladder, target_abs_delta: 0.5 }),
      ask('liquid_strikes', { ...ladder, right: 'P', max_spread_pct: 11, min_open_interest: 0 }),
      ask('nearest_monthly', { min_dte: 3 }),
      ask('nth_otm', { ...ladder, n: 0 }),
    ]
    const one = {
      snapshot: 'snap.csv',
      date: '2014-06-02',
      time_ms_ny: 35_100_000,
      spot: 100.2,
      r: 0.01,
      q: 0,
      selections,
    }
    const given = put('chains.json', JSON.stringify([one]))
    const { exitCode, stdout, stderr } = await trader(['resolve', '--cases', given, '--chains', folder, '--out', '-'])
    expect(exitCode).toBe(2)
    expect(stderr).toContain('case 0: selection 6: input.n: ')
    const answers = JSON.parse(String(stdout))[0].selections.map(({ expected }: { expected: unknown }) => expected)
    expect(answers.toSpliced(3, 1)).toEqual([95, 105, null, [100, 105], '2014-06-20', null])
    expect(answers[3]).toMatchObject({ strike: 100 })
    expect(answers[3].delta).toBeCloseTo(0.52, 1)
  })
})
