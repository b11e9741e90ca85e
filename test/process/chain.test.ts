import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { readDataSet } from '#services/md/adapters/read-data-set.ts'
import { writeMadeDataSet } from '#test/made-data-set.ts'
import { describeShared, sharedDir } from '#test/shared.ts'
import { repository, trader } from './trader.ts'
import { LiveTree } from './tree.ts'

const root = mkdtempSync(join(tmpdir(), 'trader-chain-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const summary = (name: string, bid: string, ask: string) =>
  `{"instrument_name":"${name}","bid_price":${bid},"ask_price":${ask},"underlying_price":32003.61,"creation_timestamp":1626993723632}`

it('[MD-C5] md chain shows a chain of a data set, and has a running tree tell the one that it keeps', async () => {
  const file = join(root, 'deribit.json')
  const options = [
    summary('BTC-30JUL21-24000-P', '0.0015', 'null'),
    summary('BTC-30JUL21-24000-C', '0.2395', '0.2520'),
    summary('BTC-30JUL21-9000-P', 'null', '0.0005'),
    summary('BTC-27AUG21-30000-C', '0.1', '0.2'),
  ]
  writeFileSync(file, `{"result":[${options.join()}]}`)
  const data = join(root, 'data')
  const { exitCode, stderr } = await trader(['md', 'import', file, '--format', 'chain', '--to', data])
  expect([exitCode, stderr]).toEqual([0, expect.any(String)])

  const underlying = 'BTC_USD.DERIBIT'
  const shown = String((await trader(['md', 'chain', underlying, '--data', data])).stdout).split('\n')
  expect(shown[0]).toBe(`${underlying}  at 2021-07-22T22:42:03.632Z: 4 contracts, 2 expiries`)
  expect(shown[1]).toBe('2021-07-30 3 (1 two-sided), 2021-08-27 1 (1 two-sided)')
  expect(shown.slice(3, 5).map((line) => line.trim().split(/\s+/))).toEqual([
    ['9000', 'BTC', '-', '-', '0.0005', '-'],
    ['-', '0.2395', '0.2520', '-', '24000', 'BTC', '-', '0.0015', '-', '-'],
  ])
  const none = await trader(['md', 'chain', underlying, '--data', data, '--expiry', '2022-01-01'])
  expect([none.exitCode, none.stderr]).toEqual([2, expect.stringContaining('there is no expiry 2022-01-01')])

  // A strategy trades its underlying as well.
  const trade = { kind: 'trade', instrument: underlying, price: '32003.61', size: '1' } as const
  const withTrade = function* (): Generator<MarketFact> {
    let at = 0
    for (const fact of readDataSet(data)) {
      at = fact.at
      yield fact
    }
    yield { at, topic: 'md.tick', payload: trade }
  }
  writeMadeDataSet(join(root, 'both'), withTrade, { format: 'chain', isSimulated: false })
  const lines = [
    ...['run: chains', `logs: ${join(root, 'logs')}`, `keys: ${join(root, 'keys')}`, 'router: { port: 0 }'],
    ...[
      'feed: { kind: data-set, path: both, speed: max }',
      'bars: [{ interval: 5s }]',
      `chains: [{ underlying: ${underlying} }]`,
    ],
    "account: { currency: BTC, startingCash: '1' }",
    'venue: { fill: touch }',
    `strategies: [{ file: cross.yaml, roles: { underlying: ${underlying} } }]`,
  ]
  writeFileSync(join(root, 'chains.yaml'), `${lines.join('\n')}\n`)
  writeFileSync(join(root, 'cross.yaml'), readFileSync(join(repository, 'examples', 'fast-cross.yaml')))
  const tree = new LiveTree(root, 'chains', join(root, 'chains.yaml'))
  try {
    await tree.drained(300)
    const where = ['--run', 'chains', '--logs', join(root, 'logs'), '--keys', join(root, 'keys')]
    const asked = await trader(['md', 'chain', underlying, '--now', '--json', ...where])
    expect([asked.exitCode, asked.stderr]).toEqual([0, ''])
    expect(JSON.parse(String(asked.stdout)).contracts).toHaveLength(4)
    const other = await trader(['md', 'chain', 'ETH_USD.DERIBIT', '--now', ...where])
    expect([other.exitCode, other.stderr]).toEqual([2, expect.stringContaining(`kept are the chains of ${underlying}`)])
  } finally {
    await tree.stop()
  }
}, 60_000)

describeShared('the chain of a data set that tells none', () => {
  it('[MD-C6] is made of its listings and ticks, as it was at a time: GOOG on 2015-12-24, counted by expiry', async () => {
    const data = join(root, 'goog')
    const zip = `${sharedDir}data/lean/option/usa/minute/goog/20151224_quote_american.zip`
    const imported = await trader(['md', 'import', zip, '--format', 'lean', '--to', data])
    expect([imported.exitCode, imported.stderr]).toEqual([0, expect.any(String)])
    const shown = async (at: string) =>
      String((await trader(['md', 'chain', 'GOOG.USA', '--data', data, '--at', at])).stdout).split('\n')
    const [head, perExpiry = ''] = await shown('2015-12-24T18:00:00Z')
    expect(head).toBe('GOOG.USA  at 2015-12-24T18:00:00.000Z: 2192 contracts, 12 expiries')
    expect(perExpiry.replace(/ \(\d+ two-sided\)/g, '')).toBe(
      '2015-12-24 176, 2015-12-31 194, 2016-01-08 164, 2016-01-15 342, 2016-01-22 174, 2016-01-29 180, 2016-02-05 72, 2016-02-19 210, 2016-03-18 230, 2016-06-17 138, 2017-01-20 198, 2018-01-19 114',
    )
    expect((await shown('2015-12-25'))[0]).toBe('GOOG.USA  at 2015-12-24T18:01:00.000Z: 2016 contracts, 11 expiries')
    const early = await trader(['md', 'chain', 'GOOG.USA', '--data', data, '--at', '2015-12-23'])
    expect([early.exitCode, early.stderr]).toEqual([2, expect.stringContaining('no chain of GOOG.USA has been told')])
  }, 120_000)
})
