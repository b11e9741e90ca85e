import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { MarketFact } from '#lib/market/market-fact.ts'
import { importMarketData } from '#services/md/adapters/import-market-data.ts'
import { planImport } from '#services/md/adapters/plan-import.ts'
import { readDataSet } from '#services/md/adapters/read-data-set.ts'
import { normalized } from './normalized.ts'
import { checkFacts } from './read-plan.ts'

const root = mkdtempSync(join(tmpdir(), 'odd-'))
afterAll(() => rmSync(root, { recursive: true }))

const recording = (...lines: readonly string[]): string => {
  const file = join(root, 'frames.txt')
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}
const line = (n: number, stream: string, data: object) =>
  `${1_700_000_000_000 + n}000000 ${JSON.stringify({ stream: `btcusdt@${stream}`, data: { s: 'BTCUSDT', E: 1_700_000_000_000 + n, ...data } })}`
const trade = (n: number, price = '60000.10', size = '1') =>
  line(n, 'trade', { e: 'trade', t: n, p: price, q: size, T: 1_700_000_000_000 + n, m: true })
const depth = (n: number, ...bids: readonly (readonly [string, string])[]) =>
  line(n, 'depth@100ms', { e: 'depthUpdate', U: n, u: n, b: bids, a: [] })

const tradesOf = (facts: readonly MarketFact[]) =>
  facts.flatMap((fact) => (fact.topic === 'md.tick' ? [fact.payload.sequence] : []))
const refusedIn = (facts: readonly MarketFact[]) =>
  facts.flatMap((fact) =>
    fact.topic === 'md.status' && fact.payload.state === 'refused' ? [{ at: fact.at, ...fact.payload }] : [],
  )
const tickSizeIn = (facts: readonly MarketFact[]) =>
  facts.flatMap((fact) => (fact.topic === 'md.instrument' ? [fact.payload.tickSize] : []))

describe('a recording with an odd frame', () => {
  const numbers = Array.from({ length: 52 }, (_, n) => n + 1)

  it.each([
    ['0.00000000000001', '1 digits before the point and 14 behind it'],
    ['999999999999999', '15 digits before the point and 0 behind it'],
  ])('[MD-N7a] a price of %s among others is a status, wherever it comes; all others are told', (price, reason) => {
    for (const at of [1, 20, 52]) {
      const lines = numbers.map((n) => (n === at ? trade(n, price) : trade(n)))
      const { facts, leftOut } = normalized('binance', recording(...lines))
      checkFacts(facts)
      expect(tradesOf(facts)).toEqual(numbers.filter((n) => n !== at))
      expect(refusedIn(facts)).toMatchObject([{ code: 'bad_frame', reason: expect.stringContaining(reason) }])
      expect(tickSizeIn(facts)).toEqual(['0.1'])
      expect(leftOut.badLines).toBe(1)
    }
  })

  it.each([
    ['0.00000000000001', 'more than 15 in all'],
    ['0', 'expected more than zero'],
  ])(
    '[MD-N7] [MD-N7a] [MD-I10] an import names the line of a price of %s, or leaves it out',
    async (price, message) => {
      const folder = (name: string) => join(root, `${name} ${price}`)
      const file = recording(...numbers.map((n) => (n === 20 ? trade(n, price) : trade(n))))
      const imported = async (dir: string, skipsBadLines: boolean) =>
        importMarketData({
          ...{ dir: folder(dir), format: 'raw', choices: {}, terms: {}, skipsBadLines },
          plan: await planImport('raw', [file], { venue: 'binance' }),
          progress: { checking: () => undefined, writing: () => undefined },
        })
      await expect(imported('strict', false)).rejects.toMatchObject({
        ...{ file, line: 20, message: expect.stringContaining(message) },
      })
      expect(existsSync(folder('strict'))).toBe(false)
      const { manifest } = await imported('lax', true)
      const facts = [...readDataSet(folder('lax'))]
      expect([manifest.leftOut.badLines, tickSizeIn(facts)]).toEqual([1, ['0.1']])
      expect(tradesOf(facts)).toEqual(numbers.filter((n) => n !== 20))
    },
  )

  it('[MD-N7a] of an update of a book with one such price nothing is told, and what is missing is a gap', () => {
    const odd = depth(3, ['60000', '1'], ['0.00000000000001', '1'])
    const { facts } = normalized(
      'binance',
      recording(depth(1, ['60000.5', '1']), depth(2, ['60000', '2']), odd, depth(4)),
    )
    expect(facts.flatMap((fact) => (fact.topic === 'md.depth' ? [fact.payload.lastSequence] : []))).toEqual([1, 2, 4])
    expect(facts.flatMap((fact) => (fact.topic === 'md.gap' ? [fact.payload] : []))).toMatchObject([
      { stream: 'depth', fromSequence: 3, toSequence: 3, state: 'opened' },
    ])
    expect(refusedIn(facts)).toHaveLength(1)
  })

  it.each([
    ['1234567890123456', 'more than 15 digits'],
    ['0.1000000000000000000000000000000', 'at most 32 characters'],
    [`0.${'0'.repeat(30)}1`, 'at most 32 characters'],
  ])('[MD-N7] a size of %s, which no sum with others would hold, is a status', (size, reason) => {
    const { facts } = normalized('binance', recording(trade(1), trade(2, '60000.10', size), trade(3)))
    checkFacts(facts)
    expect(tradesOf(facts)).toEqual([1, 3])
    expect(refusedIn(facts)).toMatchObject([{ code: 'bad_frame', reason: expect.stringContaining(reason) }])
  })

  it('[MD-N7b] a first line that is cut, and others that are no record, are a status at their places', () => {
    const cut = trade(1).slice(30)
    const { facts } = normalized('binance', recording(cut, trade(2), 'no record', trade(3), trade(4)))
    checkFacts(facts)
    expect(tradesOf(facts)).toEqual([2, 3, 4])
    expect(refusedIn(facts).map(({ at, reason }) => [at % 1_000_000_000, reason])).toEqual([
      [2_000, 'expected a time in ns and a frame'],
      [2_000, 'expected a time in ns and a frame'],
    ])
  })

  it('[MD-N7b] what has no line of a recording is refused', () => {
    expect(() => normalized('binance', recording('time,price', '1,2'))).toThrow('is no recording of raw frames')
  })
})
