import { describe, test } from 'vitest'
import { venue } from '#services/venue/service.ts'
import { event, given } from '#test/given.ts'
import { accepted, config, ended, filled, listed, order, quote, spy } from './venue-told.ts'

const sold = (price: string, size: string, at = 20) =>
  event('md.tick', { kind: 'trade', instrument: spy, price, size, aggressor: 'sell' }, at)
type Levels = readonly (readonly [string, string])[]
const depth = (kind: 'snapshot' | 'delta', bids: Levels, asks: Levels) =>
  event('md.depth', {
    kind,
    instrument: spy,
    bids: bids.map(([price, size]) => [price, size]),
    asks: asks.map(([price, size]) => [price, size]),
    firstSequence: 1,
    lastSequence: 1,
  })
const queued = (queue: object) => config('touch', { queue })
const at99 = (leavesQuantity: string, n: number) =>
  ({ tradeId: `sim-1-${n}`, liquidity: 'maker', leavesQuantity }) as const

describe('[V30] a resting order in its queue', () => {
  const rests = (queue: object) =>
    given(venue, queued(queue), listed(), quote('99 x 10', '100 x 3'), order('a', 'buy', '3', { limitPrice: '99' }))

  test('trades pass those before it, then it, and what trades through its price fills it', () => {
    rests({ kind: 'conservative' })
      .when(sold('99', '4'))
      .then()
      .restarted()
      .when(event('md.tick', { kind: 'trade', instrument: spy, price: '99', size: '50', aggressor: 'buy' }))
      .then()
      .when(sold('99', '7'))
      .then(filled('a', 'buy', '1', '99', 20, at99('2', 1)))
      .when(sold('98.5', '1'))
      .then(filled('a', 'buy', '2', '99', 20, at99('0', 2)))
  })

  test.each([
    ['conservative', { kind: 'conservative' }, null],
    ['power, n = 1: 5 of the 15 were before it', { kind: 'power', n: 1 }, '1'],
    ['log: 6.6 of them', { kind: 'log' }, '2'],
  ])('who leaves stood before or behind: %s', (_, queue, quantity) => {
    rests(queue)
      .when(quote('99 x 30', '100 x 3'))
      .then()
      .when(quote('99 x 15', '100 x 3'))
      .then()
      .when(sold('99', '6'))
      .then(
        ...(quantity === null ? [] : [filled('a', 'buy', quantity, '99', 20, at99(String(3 - Number(quantity)), 1))]),
      )
  })

  test('what was traded did not leave', () => {
    rests({ kind: 'power', n: 1 })
      .when(sold('99', '4'))
      .then()
      .when(quote('99 x 6', '100 x 3'))
      .then()
      .when(sold('99', '6'))
      .then()
  })

  test('[V16] what the queue brings takes nothing of the quote', () => {
    rests({ kind: 'conservative' })
      .when(sold('99', '11'))
      .then(filled('a', 'buy', '1', '99', 20, at99('2', 1)))
      .when(order('b', 'buy', '3'))
      .then(accepted('b', 2), filled('b', 'buy', '3', '100', 20, { venueOrderId: 'sim-2' }))
  })

  test('our own orders stand behind each other', () => {
    rests({ kind: 'conservative' })
      .when(order('b', 'buy', '2', { limitPrice: '99' }))
      .then(accepted('b', 2))
      .when(sold('99', '14'))
      .then(
        filled('a', 'buy', '3', '99', 20, at99('0', 1)),
        filled('b', 'buy', '1', '99', 20, { ...at99('1', 1), venueOrderId: 'sim-2', tradeId: 'sim-2-1' }),
      )
  })

  test('deeper in the book it stands behind what the depth shows', () => {
    const book = depth(
      'snapshot',
      [
        ['99', '10'],
        ['98', '20'],
      ],
      [['100', '3']],
    )
    given(venue, queued({ kind: 'conservative' }), listed(), book, quote('99 x 10', '100 x 3'))
      .when(order('a', 'buy', '1', { limitPrice: '98' }))
      .then(accepted('a'))
      .when(
        depth(
          'delta',
          [
            ['99', '0'],
            ['98', '6'],
          ],
          [],
        ),
      )
      .then()
      .when(sold('98', '6'))
      .then()
      .restarted()
      .when(sold('98', '1'))
      .then(filled('a', 'buy', '1', '98', 20, { liquidity: 'maker' }))
  })
})

describe('[V26] book-walk', () => {
  const walked = { slippage: { kind: 'book-walk' } }
  const book = depth(
    'snapshot',
    [['99', '4']],
    [
      ['100', '3'],
      ['101', '2'],
      ['102', '5'],
    ],
  )
  const start = () => given(venue, config('touch', walked), listed(), book, quote('99 x 4', '100 x 3', 10))
  const part = (n: number, leavesQuantity: string) => ({ tradeId: `sim-1-${n}`, leavesQuantity })

  test('a taker pays each level its own price, and what it took of one stays taken until its size is said anew', () => {
    start()
      .when(order('a', 'buy', '6'))
      .then(
        accepted('a'),
        filled('a', 'buy', '3', '100', 10, part(1, '3')),
        filled('a', 'buy', '2', '101', 10, part(2, '1')),
        filled('a', 'buy', '1', '102', 10, part(3, '0')),
      )
      .restarted()
      .when(depth('delta', [], [['101', '1']]))
      .then()
      .when(order('b', 'buy', '9', { timeInForce: 'IOC' }))
      .then(
        accepted('b', 2),
        filled('b', 'buy', '1', '101', 10, { venueOrderId: 'sim-2', tradeId: 'sim-2-1', leavesQuantity: '8' }),
        filled('b', 'buy', '4', '102', 10, { venueOrderId: 'sim-2', tradeId: 'sim-2-2', leavesQuantity: '4' }),
        ended('order.canceled', 'b', '4', 'immediate or cancel'),
      )
  })

  test('an order that rests is hit by the quote, and walks no further', () => {
    const asks = [
      ['99', '3'],
      ['99.2', '5'],
    ] as const
    start()
      .when(order('a', 'buy', '9', { limitPrice: '99.5' }))
      .then(accepted('a'))
      .when(depth('delta', [], asks))
      .then()
      .when(quote('98 x 1', '99 x 3', 20))
      .then(filled('a', 'buy', '3', '99.5', 20, { liquidity: 'maker', leavesQuantity: '6' }))
  })

  test('within its limit; fill or kill looks at all of them first', () => {
    start()
      .when(order('a', 'buy', '6', { limitPrice: '101', timeInForce: 'FOK' }))
      .then(accepted('a'), ended('order.canceled', 'a', '6', 'fill or kill'))
      .when(order('b', 'buy', '5', { limitPrice: '101', timeInForce: 'FOK' }))
      .then(
        accepted('b', 2),
        filled('b', 'buy', '3', '100', 10, { venueOrderId: 'sim-2', tradeId: 'sim-2-1', leavesQuantity: '2' }),
        filled('b', 'buy', '2', '101', 10, { venueOrderId: 'sim-2', tradeId: 'sim-2-2', leavesQuantity: '0' }),
      )
  })
})
