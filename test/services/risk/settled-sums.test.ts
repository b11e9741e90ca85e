import { describe, expect, test } from 'vitest'
import type { SentOrder } from '#lib/domain/sent-orders.ts'
import { addResting, bestResting, dropResting, type Resting } from '#services/risk/resting.ts'
import { event } from '#test/given.ts'
import { account, approve, bar, btc, eth, fill, listed, refuse, start, wish } from './risk-told.ts'

const adopted = (instrument: string) =>
  event('order.adopted', {
    ...{ clientOrderId: 'external-1', venueOrderId: 'v1', venueClientId: 'w1', strategy: 'external', instrument },
    ...{ side: 'buy', quantity: '1', limitPrice: '5', filled: '0', tradeIds: [] },
  })

describe('sums that are changed by difference', () => {
  const sol = 'SOLUSDT.BINANCE'

  test('[R44] lack a price no longer once it came, nor once what lacked it is gone', () => {
    const begin = () => {
      const scene = start(account({ maxGrossExposure: '1000' }), listed(sol), adopted(sol))
      return scene.when(wish('1')).then(refuse('NO_PRICE', sol))
    }
    begin().when(bar(sol, '5')).then().when(wish('1')).then(approve('buy', '1'))
    begin()
      .when(
        event('order.canceled', { clientOrderId: 'external-1', instrument: sol, leavesQuantity: '0', reason: 'asked' }),
      )
      .then()
      .when(wish('1'))
      .then(approve('buy', '1'))
  })

  test('[R46] follow a split to the options on what is split', () => {
    const put = 'BTC-50-P.BINANCE'
    const option = { kind: 'option', underlying: btc, right: 'put', strike: '50', expiry: '2030-01-01' } as const
    const rates = { initial: 0.5, maintenance: 0.25 }
    const margin = { kind: 'margin', rates, optionRate: 0.2, optionFloor: 0.1 }
    const sold = [listed(put, option), bar(put, '1'), wish('-10', { instrument: put })]
    const begin = () =>
      start(
        { ...account({}, { margin }), startingCash: '1000' },
        ...sold,
        fill('t-8-0', 'sell', '10', { instrument: put, price: '1' }),
      )
    begin()
      .when(wish('185', { instrument: eth }))
      .then(approve('buy', '185'))
    begin()
      .when(event('md.split', { instrument: btc, numerator: 2, denominator: 1 }))
      .then()
      .when(wish('185', { instrument: eth }))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '1025', '1000'))
  })
})

describe('[R29] the best of our resting orders', () => {
  test.each([
    ['sell', 1],
    ['buy', -1],
  ] as const)('stays the best, and then the next, however many come and go behind it: %s', (side, away) => {
    const resting: Resting = new Map()
    const order = (n: number): SentOrder =>
      ({ clientOrderId: `t-${n}-0`, instrument: btc, side, limitPrice: String(1_000 + away * n) }) as SentOrder
    const [best, ...others] = Array.from({ length: 200 }, (_, n) => order(n))
    const shuffled = others.map((one, n) => [(n * 37) % 199, one] as const).sort(([a], [b]) => a - b)
    for (const one of [best, ...shuffled.map(([, one]) => one)]) addResting(resting, one as SentOrder)
    const staying = new Set([5, 60, 61, 120, 180])
    const found = () => bestResting(resting, btc, side)?.clientOrderId
    for (const [, one] of shuffled) {
      if (staying.has(Number(one.clientOrderId.split('-')[1]))) continue
      dropResting(resting, one)
      expect(found()).toBe('t-0-0')
    }
    dropResting(resting, best as SentOrder)
    for (const n of staying) {
      expect(found()).toBe(`t-${n}-0`)
      dropResting(resting, order(n))
    }
    expect(resting.size).toBe(0)
  })
})
