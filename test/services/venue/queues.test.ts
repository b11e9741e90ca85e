import { crc32 } from 'node:zlib'
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

  test('where levels are known a quote between a trade and what the depth says of it changes nothing', () => {
    const bids = (size: string) => depth('delta', [['99', size]], [])
    const snapshot = depth('snapshot', [['99', '100']], [['100', '3']])
    const told = queued({ kind: 'power', n: 1 })
    given(venue, told, listed(), snapshot, quote('99 x 100', '100 x 3'), order('a', 'buy', '9', { limitPrice: '99' }))
      .when(bids('300'))
      .then()
      .when(sold('99', '40'))
      .then()
      .when(quote('99 x 260', '100 x 2'))
      .then()
      .when(bids('260'))
      .then()
      .when(sold('99', '60'))
      .then()
  })

  test('what waits for its price stands in no queue', () => {
    const waits = { orderType: 'stop_limit', stopPrice: '105', limitPrice: '99' } as const
    given(venue, queued({ kind: 'log' }), listed(), quote('99 x 1', '100 x 3'), order('a', 'buy', '3', waits))
      .when(sold('98', '9'))
      .then()
  })

  test('behind the touch its place is not known by the quote; before it, it stands alone', () => {
    const deep = given(venue, queued({ kind: 'log' }), listed(), quote('99 x 10', '100 x 3'))
    deep.when(order('a', 'buy', '3', { limitPrice: '98' })).then(accepted('a'))
    deep.when(sold('98', '9')).then()
    deep
      .when(order('b', 'buy', '1', { limitPrice: '97', orderType: 'stop_limit', stopPrice: '105' }))
      .then(accepted('b', 2))
    // One trade runs through what stands behind the touch too.
    deep.when(sold('96', '1')).then(filled('a', 'buy', '3', '98', 20, at99('0', 1)))
    const first = given(venue, queued({ kind: 'log' }), listed(), quote('99 x 10', '100 x 3'))
    first.when(order('a', 'buy', '3', { limitPrice: '99.5' })).then(accepted('a'))
    first.when(sold('99.5', '2')).then(filled('a', 'buy', '2', '99.5', 20, at99('1', 1)))
  })

  test('[V29] a trade at or after its end brings an order nothing', () => {
    const until = { limitPrice: '99', timeInForce: 'GTD', activeUntil: 20 } as const
    given(venue, queued({ kind: 'log' }), listed(), quote('99 x 1', '100 x 3', 1), order('a', 'buy', '3', until))
      .when(sold('99', '2', 19))
      .then(filled('a', 'buy', '1', '99', 19, at99('2', 1)))
      .when(sold('99', '2', 20))
      .then()
  })

  test('what was traded did not leave from behind our other orders either, and is counted once', () => {
    const power = { kind: 'power', n: 1 }
    const second = { ...at99('1', 1), venueOrderId: 'sim-2', tradeId: 'sim-2-1' }
    given(venue, queued(power), listed(), quote('99 x 40', '100 x 3'), order('a', 'buy', '30', { limitPrice: '99' }))
      .when(quote('99 x 200', '100 x 3'))
      .then()
      .when(order('b', 'buy', '9', { limitPrice: '99' }))
      .then(accepted('b', 2))
      .when(quote('99 x 400', '100 x 3'))
      .then()
      // 70 of the 100 pass others before the second.
      .when(sold('99', '100'))
      .then(filled('a', 'buy', '30', '99', 20, at99('0', 1)))
      .when(quote('99 x 300', '100 x 3'))
      .then()
      .when(sold('99', '120'))
      .then()
      // Of the 50 that leave now 1.67 stood before it: 10 of 300.
      .when(quote('99 x 130', '100 x 3'))
      .then()
      .when(sold('99', '17'))
      .then(filled('b', 'buy', '8', '99', 20, second))
  })

  test('[V34] what trades while the exchange is away brings nothing, then or later', () => {
    const away = config('touch', { queue: { kind: 'conservative' }, outages: [{ from: 15, to: 30 }] })
    given(venue, away, listed(), quote('99 x 10', '100 x 3', 5), order('a', 'buy', '3', { limitPrice: '99' }))
      .when(sold('99', '12', 20))
      .then()
      .when(event('md.tick', { kind: 'trade', instrument: spy, price: '99', size: '50', aggressor: 'buy' }, 40))
      .then()
    given(venue, away, listed(), quote('99 x 10', '100 x 3', 5), order('a', 'buy', '3', { limitPrice: '98' }))
      .when(sold('97', '12', 20))
      .then()
      .when(sold('98', '1', 40))
      .then()
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

  test('what a trade runs through comes first, and of it the others get what is left', () => {
    rests({ kind: 'conservative' })
      .when(order('b', 'buy', '2', { limitPrice: '99.5' }))
      .then(accepted('b', 2))
      .when(sold('99', '14'))
      .then(
        filled('a', 'buy', '2', '99', 20, at99('1', 1)),
        filled('b', 'buy', '2', '99.5', 20, { liquidity: 'maker', venueOrderId: 'sim-2', tradeId: 'sim-2-1' }),
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

  test('[V48] a book that is not the one of which its checksum is is said, and not walked until its next snapshot', () => {
    const wrong = depth('delta', [], [['101', '1']])
    const checksum = crc32('99:4|100:3,101:1,102:6')
    const found = crc32('99:4|100:3,101:1,102:5')
    start()
      .when({ ...wrong, payload: { ...(wrong.payload as object), checksum: found } })
      .then()
      .when({ ...wrong, payload: { ...(wrong.payload as object), checksum } })
      .then({
        topic: 'system.alert',
        payload: {
          code: 'BOOK_DIFFERS',
          subject: spy,
          message: `the book of ${spy} behind update 1 has the checksum ${found}, where ${checksum} was told: it is not used until its next snapshot`,
        },
      })
      .restarted()
      .when({ ...wrong, payload: { ...(wrong.payload as object), checksum } })
      .then()
      .when(order('a', 'buy', '6', { timeInForce: 'IOC' }))
      .then(
        accepted('a'),
        filled('a', 'buy', '3', '100', 10, part(1, '3')),
        ended('order.canceled', 'a', '3', 'immediate or cancel'),
      )
      .when(book)
      .then()
      .when(order('b', 'buy', '1', { timeInForce: 'IOC' }))
      .then(
        accepted('b', 2),
        filled('b', 'buy', '1', '101', 10, { venueOrderId: 'sim-2', tradeId: 'sim-2-1', leavesQuantity: '0' }),
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

  const of = (n: number, k: number, leavesQuantity = '0') =>
    ({ venueOrderId: `sim-${n}`, tradeId: `sim-${n}-${k}`, leavesQuantity }) as const

  test('[V16] two orders that meet the same quote share its touch and the levels behind', () => {
    start()
      .when(order('a', 'buy', '10'))
      .then(
        accepted('a'),
        filled('a', 'buy', '3', '100', 10, of(1, 1, '7')),
        filled('a', 'buy', '2', '101', 10, of(1, 2, '5')),
        filled('a', 'buy', '5', '102', 10, of(1, 3)),
      )
      .when(order('b', 'buy', '4'))
      .then(accepted('b', 2))
      .when(order('c', 'buy', '4'))
      .then(accepted('c', 3))
      .when(
        depth(
          'delta',
          [],
          [
            ['101', '1'],
            ['102', '6'],
          ],
        ),
      )
      .then()
      .when(quote('99 x 4', '100 x 2', 20))
      .then(
        filled('b', 'buy', '2', '100', 20, of(2, 1, '2')),
        filled('b', 'buy', '1', '101', 20, of(2, 2, '1')),
        filled('b', 'buy', '1', '102', 20, of(2, 3)),
        filled('c', 'buy', '4', '102', 20, of(3, 1)),
      )
  })

  test('[V16] a sell takes bids, and what it took there stays taken', () => {
    const bids = depth(
      'snapshot',
      [
        ['99', '1'],
        ['98', '2'],
      ],
      [['100', '3']],
    )
    given(venue, config('touch', walked), listed(), bids, quote('99 x 1', '100 x 3', 10))
      .when(order('a', 'sell', '2'))
      .then(
        accepted('a'),
        filled('a', 'sell', '1', '99', 10, of(1, 1, '1')),
        filled('a', 'sell', '1', '98', 10, of(1, 2)),
      )
      .when(order('b', 'sell', '3', { timeInForce: 'IOC' }))
      .then(
        accepted('b', 2),
        filled('b', 'sell', '1', '98', 10, of(2, 1, '2')),
        ended('order.canceled', 'b', '2', 'immediate or cancel'),
      )
      .when(depth('delta', [['98', '4']], []))
      .then()
      .when(order('c', 'sell', '5', { timeInForce: 'IOC' }))
      .then(
        accepted('c', 3),
        filled('c', 'sell', '4', '98', 10, of(3, 1, '1')),
        ended('order.canceled', 'c', '1', 'immediate or cancel'),
      )
  })

  describe('[V16] the touch and the level at its price are one size', () => {
    const none = (n: number) => [accepted('b', n), ended('order.canceled', 'b', '1', 'immediate or cancel')] as const
    const probe = order('b', 'buy', '1', { limitPrice: '100', timeInForce: 'IOC' })
    const taken = () =>
      start()
        .when(order('a', 'buy', '3'))
        .then(accepted('a'), filled('a', 'buy', '3', '100', 10))
    const asks = (size: string, better = '0') =>
      depth(
        'delta',
        [],
        [
          ['100', size],
          ['99.9', better],
        ],
      )

    test('what was taken at the touch is taken of the level behind a better one', () => {
      taken()
        .when(quote('99 x 4', '99.90 x 1', 20))
        .then()
        .when(order('b', 'buy', '2', { limitPrice: '100', timeInForce: 'IOC' }))
        .then(
          accepted('b', 2),
          filled('b', 'buy', '1', '99.90', 20, of(2, 1, '1')),
          ended('order.canceled', 'b', '1', 'immediate or cancel'),
        )
    })

    test('what was taken of a level is taken when it comes to be the touch', () => {
      start()
        .when(order('a', 'buy', '5'))
        .then(
          accepted('a'),
          filled('a', 'buy', '3', '100', 10, of(1, 1, '2')),
          filled('a', 'buy', '2', '101', 10, of(1, 2)),
        )
        .when(quote('99 x 4', '101.0 x 2', 20))
        .then()
        .when(order('b', 'buy', '1', { limitPrice: '101', timeInForce: 'IOC' }))
        .then(...none(2))
    })

    test.each([
      ['the same size again, of the depth', asks('3')],
      ['the same size again, in a snapshot', book],
      ['the same size again, of the quote', quote('98 x 1', '100.0 x 3.0', 20)],
      ['gone from the depth while the quote shows it', asks('0')],
      ['another level', asks('3', '1')],
    ])('not anew: %s', (_, told) => {
      taken()
        .when(told)
        .then()
        .when(probe)
        .then(...none(2))
    })

    test.each([
      ['another size, of the quote', [quote('99 x 4', '100 x 2', 10)]],
      ['another size, of the depth', [asks('2')]],
      ['another size, in a snapshot', [depth('snapshot', [['99', '4']], [['100', '4']])]],
      ['it had no side for a while', [quote('99 x 4', null, 10), quote('99 x 4', '100 x 3', 10)]],
      ['it was gone from both', [quote('99 x 4', '101 x 2', 10), asks('0'), quote('99 x 4', '100 x 3', 10)]],
      ['the quote went to a worse price and back', [quote('99 x 4', '101 x 2', 10), quote('99 x 4', '100 x 3', 10)]],
    ])('anew: %s', (_, told) => {
      told
        .reduce((scene, one) => scene.when(one).then(), taken())
        .when(probe)
        .then(accepted('b', 2), filled('b', 'buy', '1', '100', 10, of(2, 1)))
    })

    test('once: what the quote says, and the depth after it or before', () => {
      for (const [first, then] of [
        [asks('2'), quote('99 x 4', '100 x 2', 10)],
        [quote('99 x 4', '100 x 2', 10), asks('2')],
      ] as const)
        taken()
          .when(first)
          .then()
          .when(order('c', 'buy', '2'))
          .then(accepted('c', 2), filled('c', 'buy', '2', '100', 10, of(2, 1)))
          .when(then)
          .then()
          .restarted()
          .when(probe)
          .then(...none(3))
    })
  })

  test('[V16] a limit order that rested takes of the touch, not of a level at its limit', () => {
    start()
      .when(order('a', 'buy', '2', { limitPrice: '99.5' }))
      .then(accepted('a'))
      .when(quote('98 x 1', '99 x 3', 20))
      .then(filled('a', 'buy', '2', '99.5', 20, { liquidity: 'maker' }))
      .when(order('b', 'buy', '2', { limitPrice: '99', timeInForce: 'IOC' }))
      .then(
        accepted('b', 2),
        filled('b', 'buy', '1', '99', 20, of(2, 1, '1')),
        ended('order.canceled', 'b', '1', 'immediate or cancel'),
      )
  })

  test('[V7] [V28] fill or kill that can reduce only a part gets nothing', () => {
    start()
      .when(order('a', 'buy', '3'))
      .then(accepted('a'), filled('a', 'buy', '3', '100', 10))
      .when(order('b', 'sell', '4', { timeInForce: 'FOK', isReduceOnly: true }))
      .then(accepted('b', 2), ended('order.canceled', 'b', '4', 'fill or kill'))
  })
})
