import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readTopology } from '#compose/topology.ts'
import { mayBeWritten } from '#lib/journal/durability.ts'
import { catalogue, namespaceOf } from '#schemas/catalogue.ts'

const folder = mkdtempSync(join(tmpdir(), 'trader-topology-'))
afterAll(() => rmSync(folder, { recursive: true }))

const read = (log: string) => {
  const file = join(folder, 'topology.yaml')
  writeFileSync(
    file,
    [
      'feed: { kind: seeded }',
      'account: { currency: USD, startingCash: "1000" }',
      'venue: { fill: next-open }',
      'strategies: [{ file: a.yaml, roles: { underlying: SIM.SIM } }]',
      'log:',
      `  ${log}`,
    ].join('\n'),
  )
  return readTopology(file).log
}
const namespaces = [...new Set(Object.keys(catalogue).map((topic) => namespaceOf(topic)))]
const capital = namespaces.filter((name) => !mayBeWritten.some((one) => one === name))

describe('the log of a topology', () => {
  it('[J18] [J23] keeps what capital hangs on durable, and for good', () => {
    expect(capital).toEqual(expect.arrayContaining(['risk', 'order', 'venue', 'system', 'strategy']))
    for (const name of capital) {
      expect(() => read(`durability: { ${name}: written }`)).toThrow(/^log\.durability\.\w+: Unrecognized/)
      expect(() => read(`retention: { ${name}: { days: 1 } }`)).toThrow(/^log\.retention\.\w+: Unrecognized/)
    }
  })

  it.each(mayBeWritten)('[J18] [J23] takes both of %s', (name) => {
    expect(read(`durability: { ${name}: written }`).durability).toEqual({ [name]: 'written' })
    expect(read(`retention: { ${name}: { days: 1 } }`).retention).toEqual({ [name]: { days: 1 } })
  })
})
