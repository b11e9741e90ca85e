import { describe, test } from 'vitest'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { venue } from '#services/venue/service.ts'
import { event, given } from '#test/given.ts'
import { accepted, config, filled, listed, order, quote, spy } from './venue-told.ts'

const fifo = config('touch', { queue: { kind: 'fifo' } })
const maker = { liquidity: 'maker' } as const
type One = Exclude<PayloadOf<'md.order'>, { kind: 'snapshot' }>
const one = (kind: One['kind'], orderId: string, size: string, price = '99', side: One['side'] = 'buy') =>
  event('md.order', { kind, instrument: spy, orderId, side, price, size }, 10)
const book = (bids: [string, string, string][]) =>
  event('md.order', { kind: 'snapshot', instrument: spy, bids, asks: [['z', '101', '9']] }, 10)
const trade = (price: string, size: string) =>
  event('md.tick', { kind: 'trade', instrument: spy, price, size, aggressor: 'sell' }, 10)
/** Two orders of five and three stand at 99, and then ours of four. */
const resting = [
  listed(),
  quote('99 x 8', '101 x 9', 10),
  book([
    ['a', '99', '5'],
    ['b', '99', '3'],
    ['c', '98', '2'],
  ]),
  order('ours', 'buy', '4', { limitPrice: '99' }, 10),
] as const

describe('[V43] the place in the queue is exact by the orders before it', () => {
  test('those before it are executed first; what is executed behind it would have been ours', () => {
    given(venue, fifo, ...resting)
      .when(one('added', 'd', '6'))
      .then()
      .when(one('executed', 'a', '0'))
      .then()
      .when(one('executed', 'b', '1'))
      .then()
      .when(one('executed', 'd', '3'))
      .then(filled('ours', 'buy', '3', '99', 10, { ...maker, leavesQuantity: '1' }))
      .restarted()
      .when(one('executed', 'd', '0'))
      .then(filled('ours', 'buy', '1', '99', 10, { ...maker, tradeId: 'sim-1-2' }))
  })

  test('trades do not count twice: who was executed says it', () => {
    given(venue, fifo, ...resting)
      .when(trade('99', '100'))
      .then()
      .when(trade('98', '1'))
      .then()
  })

  test('who shrinks keeps its place; who grows or moves stands behind it from then on', () => {
    given(venue, fifo, ...resting, one('changed', 'a', '4'))
      .when(one('executed', 'a', '3'))
      .then()
      .when(one('changed', 'a', '5'))
      .then()
      .when(one('executed', 'a', '4'))
      .then(filled('ours', 'buy', '1', '99', 10, { ...maker, leavesQuantity: '3' }))
      .when(one('changed', 'b', '3', '98'))
      .then()
      .when(one('changed', 'b', '3', '99'))
      .then()
      .when(one('executed', 'b', '2'))
      .then(filled('ours', 'buy', '1', '99', 10, { ...maker, leavesQuantity: '2', tradeId: 'sim-1-2' }))
  })

  test('who is taken back brings nothing, before it or behind it', () => {
    given(venue, fifo, ...resting, one('added', 'd', '6'))
      .when(one('removed', 'd', '0'))
      .then()
      .when(one('removed', 'a', '0'))
      .then()
      .when(one('executed', 'b', '0'))
      .then()
  })

  test('an execution at a worse price fills it first, at a better one and on the other side not at all', () => {
    given(venue, fifo, ...resting)
      .when(one('executed', 'z', '1', '101', 'sell'))
      .then()
      .when(one('added', 'e', '5', '99.5'))
      .then()
      .when(one('executed', 'e', '0', '99.5'))
      .then()
      .when(one('executed', 'c', '0.5', '98'))
      .then(filled('ours', 'buy', '1', '99', 10, { ...maker, leavesQuantity: '3' }))
  })

  test('our own orders share what is executed behind them in the order of their acceptance', () => {
    given(venue, fifo, ...resting)
      .when(order('second', 'buy', '2', { limitPrice: '99' }))
      .then(accepted('second', 2))
      .when(one('added', 'd', '9'))
      .then()
      .when(one('executed', 'd', '4'))
      .then(
        filled('ours', 'buy', '4', '99', 10, maker),
        filled('second', 'buy', '1', '99', 10, { ...maker, venueOrderId: 'sim-2', leavesQuantity: '1' }),
      )
  })

  test('after a new snapshot those of before that are still there stand before it, and no others', () => {
    given(venue, fifo, ...resting)
      .when(
        book([
          ['b', '99', '2'],
          ['n', '99', '7'],
        ]),
      )
      .then()
      .when(one('executed', 'b', '0'))
      .then()
      .when(one('executed', 'n', '6'))
      .then(filled('ours', 'buy', '1', '99', 10, { ...maker, leavesQuantity: '3' }))
  })

  test('where no single orders are known it is the conservative model', () => {
    given(venue, fifo, listed(), quote('99 x 8', '101 x 9', 10), order('ours', 'buy', '4', { limitPrice: '99' }, 10))
      .when(trade('99', '8'))
      .then()
      .when(trade('99', '1'))
      .then(filled('ours', 'buy', '1', '99', 10, { ...maker, leavesQuantity: '3' }))
  })
})
