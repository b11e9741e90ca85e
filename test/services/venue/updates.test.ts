import { test } from 'vitest'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { venue } from '#services/venue/service.ts'
import { event, given } from '#test/given.ts'
import { accepted, bar, config, ended, filled, listed, minute, order, quote, spy } from './venue-told.ts'

const moveTo = (clientOrderId: string, limitPrice: string, at?: number) =>
  event('order.update_requested', { clientOrderId, instrument: spy, limitPrice, reason: 'x' }, at)
const moved = (clientOrderId: string, limitPrice: string) =>
  ({ topic: 'order.updated', payload: { clientOrderId, instrument: spy, limitPrice } }) as const
const unmoved = (clientOrderId: string, code: PayloadOf<'order.update_rejected'>['code']) =>
  ({ topic: 'order.update_rejected', payload: { clientOrderId, instrument: spy, code } }) as const

test('[V33] a moved order rests at its new price, and takes what is there when it comes', () => {
  given(venue, config('touch'), listed(), quote('99 x 5', '100 x 5', 2_000))
    .when(order('a', 'buy', '8', { limitPrice: '98' }, 2_000))
    .then(accepted('a'))
    .when(moveTo('a', '99.5', 2_000))
    .then(moved('a', '99.5'))
    .restarted()
    .when(quote('99 x 5', '99.4 x 3', 3_000))
    .then(filled('a', 'buy', '3', '99.5', 3_000, { leavesQuantity: '5', liquidity: 'maker' }))
    .when(quote('99 x 5', '101 x 4', 4_000))
    .then()
    .when(moveTo('a', '101', 4_000))
    .then(moved('a', '101'), filled('a', 'buy', '4', '101', 4_000, { leavesQuantity: '1', tradeId: 'sim-1-2' }))
})

test('[V33] a post-only order that is moved to where it would take is canceled', () => {
  given(venue, config('touch'), listed(), quote('99', '100', 2_000))
    .when(order('a', 'buy', '8', { limitPrice: '98', isPostOnly: true }, 2_000))
    .then(accepted('a'))
    .when(moveTo('a', '100', 2_000))
    .then(moved('a', '100'), ended('order.canceled', 'a', '8', 'post-only would take'))
})

test('[V33] it stands behind all that is displayed at its new price', () => {
  const queued = { ...config('touch'), queue: { kind: 'conservative' } }
  const traded = (size: string, at: number) =>
    event('md.tick', { kind: 'trade', instrument: spy, price: '98', size, aggressor: 'sell' }, at)
  given(venue, queued, listed(), quote('99 x 5', '100 x 5', 2_000), order('a', 'buy', '1', { limitPrice: '99' }, 2_000))
    .when(quote('98 x 6', '100 x 5', 3_000))
    .then()
    .when(moveTo('a', '98', 3_000))
    .then(moved('a', '98'))
    .when(traded('6', 4_000))
    .then()
    .when(traded('1', 5_000))
    .then(filled('a', 'buy', '1', '98', 5_000, { liquidity: 'maker' }))
})

test('[V33] under bars it counts from the next bar on', () => {
  given(venue, config('next-open'), listed(), order('a', 'buy', '8', { limitPrice: '90' }, minute))
    .when(bar(1, ['100', '101', '99', '100']))
    .then()
    .when(moveTo('a', '99.5', 2 * minute))
    .then(moved('a', '99.5'))
    .when(bar(2, ['100', '101', '99', '100']))
    .then(filled('a', 'buy', '8', '99.5', 3 * minute, { liquidity: 'maker' }))
})

const less = (clientOrderId: string, quantity: string, at?: number) =>
  event('order.update_requested', { clientOrderId, instrument: spy, quantity, reason: 'x' }, at)
const lessened = (clientOrderId: string, quantity: string) =>
  ({ topic: 'order.updated', payload: { clientOrderId, instrument: spy, quantity } }) as const

test('[V47] it asks for less and keeps its place; not for more, nor for what it has got, nor for parts of a lot', () => {
  const queued = { ...config('touch'), queue: { kind: 'conservative' } }
  const traded = (size: string, at: number) =>
    event('md.tick', { kind: 'trade', instrument: spy, price: '99', size, aggressor: 'sell' }, at)
  given(venue, queued, listed(), quote('99 x 5', '100 x 5', 2_000), order('a', 'buy', '8', { limitPrice: '99' }, 2_000))
    .when(traded('7', 3_000))
    .then(filled('a', 'buy', '2', '99', 3_000, { leavesQuantity: '6', liquidity: 'maker' }))
    .when(less('a', '2'))
    .then(unmoved('a', 'QUANTITY_INVALID'))
    .when(less('a', '8'))
    .then(unmoved('a', 'QUANTITY_INVALID'))
    .when(less('a', '2.5'))
    .then(unmoved('a', 'QUANTITY_INVALID'))
    .when(less('a', '5'))
    .then(lessened('a', '5'))
    .restarted()
    .when(less('a', '6'))
    .then(unmoved('a', 'QUANTITY_INVALID'))
    .when(traded('1', 4_000))
    .then(filled('a', 'buy', '1', '99', 4_000, { leavesQuantity: '2', liquidity: 'maker', tradeId: 'sim-1-2' }))
    .when(traded('9', 5_000))
    .then(filled('a', 'buy', '2', '99', 5_000, { leavesQuantity: '0', liquidity: 'maker', tradeId: 'sim-1-3' }))
})

test('[V33] what cannot be moved works on', () => {
  given(
    venue,
    config('touch'),
    listed(),
    quote('99', '100', 2_000),
    order('a', 'buy', '8', { limitPrice: '98' }, 2_000),
  )
    .when(moveTo('b', '99'))
    .then(unmoved('b', 'UNKNOWN_ORDER'))
    .when(moveTo('a', '98.005'))
    .then(unmoved('a', 'PRICE_INVALID'))
    .when(order('c', 'sell', '1', { orderType: 'stop', stopPrice: '90' }))
    .then(accepted('c', 2))
    .when(moveTo('c', '95'))
    .then(unmoved('c', 'TERMS_INVALID'))
    .when(quote('97', '98', 3_000))
    .then(filled('a', 'buy', '8', '98', 3_000, { liquidity: 'maker' }))
})
