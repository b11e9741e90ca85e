import { describe, expect, test } from 'vitest'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { venue } from '#services/venue/service.ts'
import { given } from '#test/given.ts'
import { accepted, bar, config, ended, filled, listed, minute, order, quote, rejected, spy } from './venue-told.ts'

const open = (fill: string, more: object = {}) => given(venue, config(fill, more), listed())
const stop = (side: 'buy' | 'sell', stopPrice: string, more: Partial<PayloadOf<'order.submitted'>> = {}) =>
  order('s', side, '5', { orderType: 'stop', stopPrice, ...more }, 1)
const triggered = (price: string) =>
  ({ topic: 'order.triggered', payload: { clientOrderId: 's', instrument: spy, price } }) as const

describe('orders that wait for a price', () => {
  test('[V23] a sell stop fills at its price inside a bar, at the open when the bar gaps through it', () => {
    open('next-open')
      .when(stop('sell', '98'))
      .then(accepted('s'))
      .when(bar(1, ['100', '101', '99', '100']))
      .then()
      .restarted()
      .when(bar(2, ['100', '100', '97', '97.5']))
      .then(triggered('98'), filled('s', 'sell', '5', '98', 3 * minute))
    open('next-open', {})
      .when(stop('sell', '98'))
      .then(accepted('s'))
      .when(bar(1, ['96', '97', '95', '96']))
      .then(triggered('96'), filled('s', 'sell', '5', '96', minute))
  })

  test('[V23] a buy stop waits above, an if-touched buy below', () => {
    open('next-open')
      .when(stop('buy', '102'))
      .then(accepted('s'))
      .when(bar(1, ['100', '102', '99', '100']))
      .then(triggered('102'), filled('s', 'buy', '5', '102', 2 * minute))
    open('next-open')
      .when(stop('buy', '99', { orderType: 'market_if_touched' }))
      .then(accepted('s'))
      .when(bar(1, ['100', '101', '99.5', '100']))
      .then()
      .when(bar(2, ['100', '101', '99', '100']))
      .then(triggered('99'), filled('s', 'buy', '5', '99', 3 * minute))
  })

  test('[V23] a stop-limit that a bar came to rests at its limit from the next bar on', () => {
    open('next-open')
      .when(stop('sell', '98', { orderType: 'stop_limit', limitPrice: '97.5' }))
      .then(accepted('s'))
      .when(bar(1, ['100', '101', '96', '97']))
      .then(triggered('98'))
      .restarted()
      .when(bar(2, ['97', '97.6', '96', '97']))
      .then(filled('s', 'sell', '5', '97.5', 3 * minute, { liquidity: 'maker' }))
  })

  test('[V23] with quotes it takes the side that reached it', () => {
    open('touch')
      .when(quote('100 x 9', '101 x 9', 1))
      .then()
      .when(stop('sell', '98'))
      .then(accepted('s'))
      .when(quote('98.5 x 9', '99 x 9', 2))
      .then()
      .when(quote('97 x 3', '98 x 9', 3))
      .then(triggered('97'), filled('s', 'sell', '3', '97', 3, { leavesQuantity: '2' }))
      .when(quote('98.5 x 3', '99 x 9', 4))
      .then(filled('s', 'sell', '2', '98.5', 4, { tradeId: 'sim-1-2' }))
  })

  test('[V24] a trailing stop follows the best price and never goes back', () => {
    open('touch')
      .when(quote('100 x 9', '101 x 9', 1))
      .then()
      .when(order('s', 'sell', '5', { orderType: 'trailing_stop', trailingOffset: '2' }, 1))
      .then(accepted('s'))
      .when(quote('103 x 9', '104 x 9', 2))
      .then()
      .when(quote('101.5 x 9', '102 x 9', 3))
      .then()
      .restarted()
      .when(quote('101 x 9', '102 x 9', 4))
      .then(triggered('101'), filled('s', 'sell', '5', '101', 4))
  })

  test('[V24] on bars it follows the bars before: what a bar shows moves it from the next one on', () => {
    open('next-open')
      .when(order('s', 'sell', '5', { orderType: 'trailing_stop', trailingOffset: '2' }, 1))
      .then(accepted('s'))
      .when(bar(1, ['100', '105', '98.5', '104']))
      .then()
      .when(bar(2, ['104', '104', '103', '103']))
      .then(triggered('103'), filled('s', 'sell', '5', '103', 3 * minute))
  })
})

describe('terms', () => {
  test('[V2] prices that a type needs, terms that go together', () => {
    const scene = open('next-open')
    const refused = (code: 'PRICE_INVALID' | 'TERMS_INVALID', more: Partial<PayloadOf<'order.submitted'>>, n: number) =>
      scene.when(order(`o${n}`, 'buy', '1', more, 1)).then(rejected(`o${n}`, code))
    refused('PRICE_INVALID', { orderType: 'stop' }, 1)
    refused('PRICE_INVALID', { orderType: 'stop', stopPrice: '99.995' }, 2)
    refused('PRICE_INVALID', { orderType: 'stop_limit', stopPrice: '99' }, 3)
    refused('PRICE_INVALID', { orderType: 'trailing_stop', trailingOffset: '0' }, 4)
    refused('TERMS_INVALID', { timeInForce: 'GTD' }, 5)
    refused('TERMS_INVALID', { activeUntil: 5 }, 6)
    refused('TERMS_INVALID', { isPostOnly: true }, 7)
    refused('TERMS_INVALID', { isPostOnly: true, limitPrice: '9', timeInForce: 'IOC' }, 8)
  })

  test('[V27] a post-only order makes or is canceled', () => {
    open('touch')
      .when(quote('100 x 9', '101 x 9', 1))
      .then()
      .when(order('a', 'buy', '5', { limitPrice: '101', isPostOnly: true }, 1))
      .then(accepted('a'), ended('order.canceled', 'a', '5', 'post-only would take'))
      .when(order('b', 'buy', '5', { limitPrice: '100.5', isPostOnly: true }, 1))
      .then(accepted('b', 2))
      .when(quote('99 x 9', '100.5 x 9', 2))
      .then(filled('b', 'buy', '5', '100.5', 2, { venueOrderId: 'sim-2', liquidity: 'maker' }))
  })

  test('[V28] a reduce-only order takes the position to zero and no further', () => {
    open('touch')
      .when(quote('100 x 9', '101 x 9', 1))
      .then()
      .when(order('r', 'sell', '1', { isReduceOnly: true }, 1))
      .then(accepted('r'), ended('order.canceled', 'r', '1', 'reduce-only: nothing is left to reduce'))
      .when(order('a', 'buy', '3', {}, 1))
      .then(accepted('a', 2), filled('a', 'buy', '3', '101', 1, { venueOrderId: 'sim-2' }))
      .restarted()
      .when(order('b', 'sell', '5', { isReduceOnly: true }, 1))
      .then(
        accepted('b', 3),
        filled('b', 'sell', '3', '100', 1, { venueOrderId: 'sim-3', leavesQuantity: '2' }),
        ended('order.canceled', 'b', '2', 'reduce-only: nothing is left to reduce'),
      )
  })

  test('[V29] GTD works until its instant', () => {
    open('next-open')
      .when(order('g', 'buy', '5', { limitPrice: '90', timeInForce: 'GTD', activeUntil: 3 * minute }, 1))
      .then(accepted('g'))
      .when(bar(1, ['100', '101', '99', '100']))
      .then()
      .when(bar(3, ['89', '90', '88', '89']))
      .then(ended('order.expired', 'g', '5', 'its time is over'))
  })
})

describe('models', () => {
  test('[V26] ticks and basis points make a taker pay more, on the worse tick, never beyond its limit', () => {
    open('next-open', { slippage: { kind: 'ticks', ticks: 3 } })
      .when(order('a', 'buy', '5', {}, 1))
      .then(accepted('a'))
      .when(bar(1, ['100', '101', '99', '100']))
      .then(filled('a', 'buy', '5', '100.03', minute))
    open('next-open', { slippage: { kind: 'bps', bps: 1.5 } })
      .when(order('a', 'sell', '5', {}, 1))
      .then(accepted('a'))
      .when(order('b', 'buy', '5', { limitPrice: '100.01' }, 1))
      .then(accepted('b', 2))
      .when(bar(1, ['100', '101', '99', '100']))
      .then(
        filled('a', 'sell', '5', '99.98', minute),
        filled('b', 'buy', '5', '100.01', minute, { venueOrderId: 'sim-2' }),
      )
  })

  test('[V26] by volume: a quarter of the bar and no more, at share squared times impact; the rest waits', () => {
    open('next-open', { slippage: { kind: 'volume-share', volumeLimit: 0.25, impact: 0.1 } })
      .when(order('a', 'buy', '30', {}, 1))
      .then(accepted('a'))
      .when(bar(1, ['100', '101', '99', '100'], { volume: '80' }))
      .then(filled('a', 'buy', '20', '100.63', minute, { leavesQuantity: '10' }))
      .when(bar(2, ['100', '101', '99', '100'], { volume: '100' }))
      .then(filled('a', 'buy', '10', '100.1', 2 * minute, { tradeId: 'sim-1-2' }))
  })

  test('[V25] jitter is a function of the seed, within its bounds, and delays the arrival', () => {
    const ways = (seed: number, jitterMicros: number) => {
      const scene = open('touch', { latencyMicros: 100, feedLatencyMicros: 50, jitterMicros, seed })
      scene.when(quote('100 x 99', '101 x 99', 1)).then()
      const sends = Array.from({ length: 8 }, (_, n) => scene.when(order(`o${n}`, 'buy', '1', {}, 1_000 * (n + 1))))
      return [...sends, scene.when(quote('101 x 99', '102 x 99', 10_000))]
        .flatMap(({ answers }) => answers)
        .flatMap(({ topic, payload }) => (topic === 'order.fill' ? [payload.filledAt] : []))
        .map((at, n) => at - 1_000 * (n + 1))
    }
    expect(ways(1, 0)).toEqual(Array(8).fill(150))
    const jittered = ways(1, 200)
    expect(jittered).toHaveLength(8)
    expect(jittered).toEqual(ways(1, 200))
    expect(jittered).not.toEqual(ways(2, 200))
    expect(new Set(jittered).size).toBeGreaterThan(3)
    for (const way of jittered) expect(way >= 150 && way <= 350).toBe(true)
  })
})
