import { describe, expect, test } from 'vitest'
import { AccountCheck } from '#services/venue/adapters/gateway/account-check.ts'

/** An account that began with 1000 USD and 10 ACME, and what `compare` finds lasting, pass by pass. */
function account() {
  let at = 1
  /** Passes, 2.5 s apart; the log does not have all up to any of them. */
  const pass = (seconds = 2.5) => {
    at += seconds * 1_000_000
    return { isWhole: true, knownTo: 0, fromAt: at - 1, toAt: at }
  }
  const check = new AccountCheck('assets')
  check.name('ACMEUSD.BINANCE', { base: 'ACME', quote: 'USD' })
  const holding = (usd: number, acme: number) => [
    { asset: 'USD', total: String(usd) },
    { asset: 'ACME', total: String(acme) },
  ]
  check.begin(holding(1_000, 10), 100)
  return {
    finds: (usd: number, acme: number, isWhole = true) =>
      check.compare(holding(usd, acme), { ...pass(), isWhole }).lasting.differences,
    /** So many seconds after the pass before. */
    findsAfter: (seconds: number, usd: number, acme: number) =>
      check.compare(holding(usd, acme), pass(seconds)).lasting.differences,
    /** Asked around an instant, when the log has all up to another. */
    findsAt: (at: number, usd: number, acme: number, knownTo = at - 60) =>
      check.compare(holding(usd, acme), { isWhole: true, knownTo, fromAt: at - 1, toAt: at + 1 }).lasting.differences,
    looksAgainAfter: (usd: number, acme: number) => check.compare(holding(usd, acme), pass()).againMs,
    bought: (quantity: string, price: string, filledAt = 100) =>
      check.fill({ instrument: 'ACMEUSD.BINANCE', side: 'buy', price, quantity, fee: '0', currency: 'USD', filledAt }),
  }
}

const missing = [{ asset: 'USD', expected: '1000', found: '1005' }]

describe('[G14]', () => {
  test('the same amounts three times in a row are said; a pass in which nothing differs begins anew', () => {
    const { finds } = account()
    expect([finds(1_005, 10), finds(1_005, 10), finds(1_000, 10)]).toEqual([[], [], []])
    expect([finds(1_005, 10), finds(1_005, 10), finds(1_005, 10)]).toEqual([[], [], missing])
  })

  test('what goes away within 5 s is not said, however often it is looked at, and what stays is said then', () => {
    const { findsAfter, bought } = account()
    for (let n = 0; n < 20; n++) expect(findsAfter(0.25, 800, 12)).toEqual([])
    // The stream and the record tell of it at last.
    bought('2', '100')
    expect(findsAfter(0.1, 800, 12)).toEqual([])
    const lost = [{ asset: 'USD', expected: '800', found: '805' }]
    expect([0.25, 0.25, 4.6, 0.1, 0.25].map((seconds) => findsAfter(seconds, 805, 12))).toEqual([[], [], [], [], lost])
  })

  test('somebody else trades: what is in the balance and on its way into the log is another each time, and nothing is said', () => {
    const { finds, bought } = account()
    let usd = 1_000
    for (let n = 1; n <= 10; n++) {
      // Each takes 2 at its own price; the log has those before it.
      usd -= 2 * n
      expect(finds(usd, 10 + 2 * n)).toEqual([])
      bought('2', String(n))
    }
    expect(finds(usd, 30)).toEqual([])
  })

  test('what is missing is said while others trade something else all the time, once, and not any more when it is back', () => {
    const { finds, bought } = account()
    const acme = [{ asset: 'ACME', expected: '10', found: '9' }]
    const told = Array.from({ length: 100 }, (_, pass) => finds(900 - pass, 9))
    expect(told).toEqual([[], [], ...Array(98).fill(acme)])
    bought('2', '100')
    expect(finds(500, 11)).toEqual(acme)
    expect([finds(499, 11), finds(498, 11)].at(-1)).toEqual([{ asset: 'ACME', expected: '12', found: '11' }])
    expect(finds(497, 12)).toEqual([])
  })

  test('what is said stays what lasts while fills move both numbers or are on their way, and is other when other amounts last', () => {
    const { finds, bought } = account()
    for (let n = 0; n < 3; n++) finds(1_005, 10)
    bought('2', '100')
    expect(finds(805, 12)).toEqual([{ asset: 'USD', expected: '800', found: '805' }])
    expect([finds(604, 14), finds(806, 12), finds(806, 12)]).toEqual([
      [{ asset: 'USD', expected: '800', found: '805' }],
      [{ asset: 'USD', expected: '800', found: '805' }],
      [{ asset: 'USD', expected: '800', found: '805' }],
    ])
    expect(finds(806, 12)).toEqual([{ asset: 'USD', expected: '800', found: '806' }])
    expect(finds(800, 12)).toEqual([])
  })

  test('it is looked at again soon only as often as it takes to be said', () => {
    const { looksAgainAfter } = account()
    expect([1, 2, 3, 4].map((n) => looksAgainAfter(1_000 + n, 10))).toEqual([250, 2_500, null, null])
    expect([looksAgainAfter(1_000, 10), looksAgainAfter(1_005, 10)]).toEqual([null, 250])
  })

  test('a pass that has not asked for all of the record counts for nothing, unless nothing differs', () => {
    const { finds } = account()
    expect([finds(1_005, 10), finds(1_005, 10), finds(1_005, 10, false), finds(1_005, 10)]).toEqual([
      [],
      [],
      [],
      missing,
    ])
    expect(finds(1_000, 10, false)).toEqual([])
  })

  test('what is other each time, by trades of which nothing tells, is said when the log has all of the time of three passes; once', () => {
    const { findsAt } = account()
    const told = Array.from({ length: 20 }, (_, pass) => findsAt(130 + 30 * pass, 1_000, 9 - (pass % 7)))
    expect(told.slice(0, 5)).toEqual(Array(5).fill([]))
    expect(told.slice(5)).toEqual(Array(15).fill([{ asset: 'ACME', expected: '10', found: '7' }]))
    expect(findsAt(730, 1_000, 10)).toEqual([])
  })

  test('the same though fills of the log move it beside', () => {
    const { findsAt, bought } = account()
    const told = Array.from({ length: 10 }, (_, pass) => {
      bought('1', '10', 128 + 30 * pass)
      return findsAt(130 + 30 * pass, 1_000 - 11 * (pass + 1), 11 + pass).map(({ asset }) => asset)
    })
    expect(told).toEqual([...Array(5).fill([]), ...Array(5).fill(['USD'])])
  })

  test('what fills of that time explain is never said, however late they come into the log', () => {
    const { findsAt, bought } = account()
    for (let pass = 0; pass < 100; pass++) {
      const at = 130 + 30 * pass
      // One that the balance has and the log gets after it, and one of the span itself, in the balance or not.
      expect(findsAt(at, 1_000 - 30 * pass - 10 - 20 * (pass % 2), 10 + 3 * pass + 1 + 2 * (pass % 2))).toEqual([])
      bought('1', '10', at - 20)
      bought('2', '10', at)
    }
  })

  test('nor behind a long log, of which nothing old is kept', () => {
    const { findsAt, bought } = account()
    const second = 1_000_000
    for (let n = 1; n <= 3_000; n++) bought('1', '1', n * second)
    for (let pass = 0; pass < 10; pass++) {
      const at = (3_030 + 30 * pass) * second
      const had = 3_000 + 2 * pass
      expect(findsAt(at, 1_000 - had - 2 * (pass % 2), 10 + had + 2 * (pass % 2), at - 60 * second)).toEqual([])
      bought('2', '1', at)
    }
  })

  test('a fill of before the first balances is in them', () => {
    const { finds, bought } = account()
    bought('2', '100', 99)
    for (let n = 0; n < 3; n++) expect(finds(1_000, 10)).toEqual([])
    const early = new AccountCheck('positions')
    const fill = { instrument: 'X', side: 'buy', price: '1', quantity: '2', fee: '0', currency: 'USD' } as const
    early.name('X', { base: 'X', quote: 'USD' })
    early.fill({ ...fill, filledAt: 99 })
    early.fill({ ...fill, filledAt: 100 })
    early.begin([{ asset: 'X', total: '5' }], 100)
    const once = { isWhole: true, knownTo: 0, fromAt: 1, toAt: 2 }
    expect(early.compare([{ asset: 'X', total: '7' }], once).isDiffering).toBe(false)
  })
})
