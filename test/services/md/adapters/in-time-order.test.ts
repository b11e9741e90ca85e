import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inTimeOrder } from '#services/md/adapters/raw/in-time-order.ts'

type Item = { readonly at: number; readonly n: number }
const timeOf = ({ at }: Item): number => at

describe('records of a capture in order of time', () => {
  it('[MD-N1] are as a stable sort puts them, however they stand', () => {
    const near = fc
      .array(fc.integer({ min: -5, max: 5 }), { maxLength: 200 })
      .map((moves) => moves.map((by, n) => n + by))
    const far = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 200 })
    fc.assert(
      fc.property(fc.oneof(near, far), (times) => {
        const items = times.map((at, n) => ({ at, n }))
        expect([...inTimeOrder(() => items, timeOf)]).toEqual([...items].sort((a, b) => a.at - b.at))
      }),
    )
  })

  it('[MD-N1] hold only what stands before something earlier', () => {
    // Three answers that were fetched in front, of the middle and the end; and frames of two connections that differ a little.
    const count = 20_000
    const items = [count / 2, count / 2, count - 1, ...Array.from({ length: count }, (_, n) => n + (n % 3) * 2)]
    let taken = 0
    let told = 0
    let most = 0
    function* read(): Generator<Item> {
      taken = 0
      for (const [n, at] of items.entries()) {
        taken++
        yield { at, n }
      }
    }
    for (const _ of inTimeOrder(read, timeOf)) most = Math.max(most, taken - told++)
    expect([told, taken]).toEqual([items.length, items.length])
    expect(most).toBeLessThan(12)
  })
})
