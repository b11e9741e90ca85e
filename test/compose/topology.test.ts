import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { readTopology } from '#compose/topology.ts'
import { watchTopology } from '#compose/watch-topology.ts'
import { mayBeWritten } from '#lib/journal/durability.ts'
import { UserError } from '#lib/terminal/user-error.ts'
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

  it('[J23] [G33] removes no listing that a real venue hears when it comes back', () => {
    const retained = (name: string) => {
      const file = join(folder, 'real.yaml')
      const strategies = 'strategies: [{ file: a.yaml, roles: { underlying: BTCUSDT.BINANCE } }]'
      const real =
        'feed: { kind: exchange, venue: binance, symbols: [BTCUSDT] }\nvenue: { kind: binance, environment: testnet }'
      writeFileSync(file, `${real}\nlog: { retention: { ${name}: { days: 1 } } }\n${strategies}\n`)
      return readTopology(file).log.retention
    }
    expect(retained('indicator')).toEqual({ indicator: { days: 1 } })
    expect(() => retained('md')).toThrow('a real venue needs every listing of the run: md cannot be removed')
  })
})

describe('the simulated venue of a topology', () => {
  const fillOf = (venue: string) => {
    const file = join(folder, 'fill.yaml')
    const strategies = 'strategies: [{ file: a.yaml, roles: { underlying: SIM.SIM } }]'
    writeFileSync(file, `feed: { kind: seeded }\nvenue: { ${venue} }\n${strategies}\n`)
    return readTopology(file).venue
  }

  it('has places in a queue, and walks books, where quotes fill; elsewhere that is a fault', () => {
    for (const asked of ['queue: { kind: log }', 'slippage: { kind: book-walk }']) {
      expect(fillOf(`fill: touch, ${asked}`)).toMatchObject({ fill: 'touch' })
      const key = asked.split(':')[0]
      expect(() => fillOf(`fill: next-open, ${asked}`)).toThrow(`venue.${key}: is for fill: touch, not next-open`)
    }
    expect(fillOf('fill: next-open, slippage: { kind: bps, bps: 1 }')).toMatchObject({ fill: 'next-open' })
  })
})

describe('aliases of a topology', () => {
  it('one without its anchor, and a bomb of them, are a fault with its line', () => {
    const fault = (log: string) => {
      try {
        read(log)
      } catch (error) {
        return error
      }
      return null
    }
    expect(fault('durability: { md: *nowhere }')).toMatchObject({ line: 6 })
    const bomb = [
      'a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]',
      ...[...'bcdefgh'].map((name, n) => `  ${name}: &${name} [${`*${'abcdefg'[n]}, `.repeat(10)}]`),
    ]
    expect(() => read(bomb.join('\n'))).toThrow('too many aliases')
  })

  it('while a tree runs', async () => {
    const file = join(folder, 'watched.yaml')
    writeFileSync(file, 'feed: { kind: seeded }')
    const told = new Promise<Error>((resolve) => {
      const watch = watchTopology(file, {
        changed: () => undefined,
        unreadable: (error) => {
          watch.close()
          resolve(error)
        },
      })
    })
    writeFileSync(file, 'feed: *mx')
    expect((await told).message).toContain('an alias without its anchor')
  })
})

it('what was refused is told again each time that it is saved again, and what was taken is not', async () => {
  const file = join(folder, 'saved.yaml')
  const written = (step: number) =>
    writeFileSync(
      file,
      `{ feed: { kind: seeded }, venue: { fill: touch }, clock: { stepMicros: ${step} }, strategies: [{ file: a.yaml, roles: {} }] }`,
    )
  written(1_000)
  const told: string[] = []
  let isRefused = true
  const watch = watchTopology(file, {
    changed: ({ clock }) => {
      if (isRefused) throw new UserError('not now')
      told.push(`${clock.stepMicros}`)
    },
    unreadable: ({ message }) => told.push(message),
  })
  const areTold = (expected: string[]) => expect.poll(() => told, { timeout: 10_000 }).toEqual(expected)
  const saved = () => utimesSync(file, new Date(), new Date())
  saved()
  written(2_000)
  await areTold(['not now'])
  // A look at the file that finds nothing new: there is one a second.
  await sleep(1_500)
  saved()
  await areTold(['not now', 'not now'])
  isRefused = false
  saved()
  await areTold(['not now', 'not now', '2000'])
  saved()
  await sleep(1_500)
  written(3_000)
  await areTold(['not now', 'not now', '2000', '3000'])
  watch.close()
})
