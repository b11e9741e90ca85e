import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { assignmentsOf } from '#compose/assignments.ts'
import { configsOf } from '#compose/service-configs.ts'
import { readTopology } from '#compose/topology.ts'
import { generateMarketData } from '#services/md/adapters/generate-market-data.ts'

const folder = mkdtempSync(join(tmpdir(), 'trader-configs-'))
afterAll(() => rmSync(folder, { recursive: true }))

function topologyOf(...strategies: readonly (readonly [name: string, timeframe: string])[]) {
  strategies.forEach(([name, timeframe], n) => {
    const text = `name: ${name}
inputs: { price: { role: underlying, timeframe: ${timeframe} } }
entry: { long: price.close > 100, short: price.close < 50 }
size: { quantity: 1 }
`
    writeFileSync(join(folder, `${n}.yaml`), text)
  })
  const entries = strategies.map((_, n) => `  - { file: ${n}.yaml, roles: { underlying: ACME.SIM } }`)
  const file = join(folder, 'topology.yaml')
  writeFileSync(
    file,
    `feed: { kind: seeded }\nbars: [{ interval: 5s }]\nvenue: { fill: touch }\nstrategies:\n${entries.join('\n')}\n`,
  )
  return readTopology(file)
}

test('two files of one name are told with both files, so that a reload into a clash leaves what runs as it is', () => {
  expect(() => configsOf(topologyOf(['fast', '5s'], ['fast', '5s']))).toThrow(
    expect.objectContaining({
      name: 'UserError',
      message: 'two strategies are called fast',
      file: join(folder, '1.yaml'),
      hint: expect.stringContaining(join(folder, '0.yaml')),
    }),
  )
})

test('a strategy that reads bars that nothing builds is refused: it would wait for ever', () => {
  expect(assignmentsOf(topologyOf(['fast', '5s']), null).of('strategy').config).not.toBeNull()
  expect(() => assignmentsOf(topologyOf(['fast', '7s']), null)).toThrow(
    expect.objectContaining({ message: 'fast reads bars of 7s of ACME.SIM, and nothing builds them' }),
  )
})

test('so is one of a recorded market that has no such bars and no trades to build them from', () => {
  const data = join(folder, 'data')
  generateMarketData(data, { kind: 'bars', seed: 1, bars: 3, interval: '1m', startAt: 0 }, () => undefined)
  const recorded = (timeframe: string) => {
    const { strategies } = topologyOf(['fast', timeframe])
    const file = join(folder, 'recorded.yaml')
    const text = { feed: { kind: 'data-set', path: 'data' }, venue: { fill: 'next-open' }, strategies }
    writeFileSync(file, JSON.stringify(text))
    return readTopology(file)
  }
  expect(assignmentsOf(recorded('1m'), null).of('strategy').config).not.toBeNull()
  expect(() => assignmentsOf(recorded('5m'), null)).toThrow(
    expect.objectContaining({
      name: 'UserError',
      message: 'the data has bars of 1m; fast reads 5m',
      hint: 'it has no trades to build others from',
    }),
  )
})
