import { describe, test } from 'vitest'
import { venue } from '#services/venue/service.ts'
import { given } from '#test/given.ts'
import { accepted, bar, call, config, filled, listed, listedCall, minute, order, quote } from './venue-told.ts'

const first = bar(0, ['100', '102', '98', '101'])
const second = bar(1, ['103', '105', '97', '104'])
const maker = { liquidity: 'maker' } as const

test('[V9] same-close: at once, at the close of the last bar; latency does not apply', () => {
  given(venue, config('same-close', { latencyMicros: 5 }), listed(), first)
    .when(order('a', 'buy', '5', {}, minute))
    .then(accepted('a'), filled('a', 'buy', '5', '101', minute))
})

test('[V10] next-open: at the open of the next bar', () => {
  given(venue, config('next-open'), listed(), first)
    .when(order('a', 'buy', '5', {}, minute))
    .then(accepted('a'))
    .when(second)
    .then(filled('a', 'buy', '5', '103', minute))
})

test('[V11] next-close: at the close of the next bar', () => {
  given(venue, config('next-close'), listed(), first, order('a', 'sell', '5', {}, minute))
    .when(second)
    .then(filled('a', 'sell', '5', '104', 2 * minute))
})

test('[V10] with latency only a bar that starts no earlier than the arrival', () => {
  const late = config('next-open', { latencyMicros: minute })
  given(venue, late, listed(), first, order('a', 'buy', '5', {}, minute))
    .when(second)
    .then(accepted('a'))
    .when(bar(2, ['104', '104', '104', '104']))
    .then(filled('a', 'buy', '5', '104', 2 * minute))
})

test('[V11] with latency only a bar that ends no earlier than the arrival', () => {
  const late = config('next-close', { latencyMicros: minute })
  given(venue, late, listed(), first, order('a', 'buy', '5', {}, minute))
    .when(second)
    .then(accepted('a'), filled('a', 'buy', '5', '104', 2 * minute))
})

test('[V8] a bar that had ended when the order came fills nothing: it was of the past', () => {
  const five = bar(0, ['100', '105', '97', '104'], { interval: '5m' }, 5 * minute)
  given(venue, config('next-open'), listed(), order('a', 'buy', '5', {}, 5 * minute))
    .when(five)
    .then()
    .when(bar(5, ['104', '104', '104', '104']))
    .then(filled('a', 'buy', '5', '104', 5 * minute))
})

test('[V8] only bars of the configured width, and of the instrument, fill', () => {
  given(venue, config('next-open', { interval: '1m' }), listed(), listed('IBM.USA'), order('a', 'buy', '5'))
    .when(bar(0, ['7', '7', '7', '7'], { interval: '5m' }))
    .then()
    .when(bar(0, ['7', '7', '7', '7'], { instrument: 'IBM.USA' }))
    .then()
    .when(first)
    .then(filled('a', 'buy', '5', '100', 0))
})

describe('[V12] limit orders', () => {
  test('take at the open when it is as good', () => {
    given(venue, config('next-open'), listed(), order('a', 'buy', '5', { limitPrice: '100' }))
      .when(first)
      .then(filled('a', 'buy', '5', '100', 0))
    given(venue, config('next-open'), listed(), order('a', 'sell', '5', { limitPrice: '99.5' }))
      .when(first)
      .then(filled('a', 'sell', '5', '100', 0))
  })

  test('rest at next-open and are touched, at their limit, by the same bar', () => {
    given(venue, config('next-open'), listed(), order('a', 'buy', '5', { limitPrice: '98' }))
      .when(first)
      .then(filled('a', 'buy', '5', '98', minute, maker))
    given(venue, config('next-open'), listed(), order('a', 'sell', '5', { limitPrice: '102.01' }))
      .when(first)
      .then()
      .when(bar(1, ['102', '102.01', '97', '104']))
      .then(filled('a', 'sell', '5', '102.01', 2 * minute, maker))
  })

  test('a later bar that opens through them fills at its better open', () => {
    given(venue, config('next-open'), listed(), order('a', 'sell', '5', { limitPrice: '102.5' }), first)
      .when(second)
      .then(filled('a', 'sell', '5', '103', minute, maker))
  })

  test('take at the close or rest for the bars after it', () => {
    const resting = given(venue, config('next-close'), listed(), order('a', 'buy', '5', { limitPrice: '98' }))
    resting.when(first).then()
    resting.when(second).then(filled('a', 'buy', '5', '98', 2 * minute, maker))
    given(venue, config('same-close'), listed(), first)
      .when(order('a', 'buy', '5', { limitPrice: '101' }, minute))
      .then(accepted('a'), filled('a', 'buy', '5', '101', minute))
      .when(order('b', 'buy', '5', { limitPrice: '97' }))
      .then(accepted('b', 2))
      .when(second)
      .then(filled('b', 'buy', '5', '97', 2 * minute, { ...maker, venueOrderId: 'sim-2' }))
  })

  test('[V18] under touch, bars touch them where there are no quotes', () => {
    given(venue, config('touch'), listed(), order('a', 'buy', '5', { limitPrice: '98' }))
      .when(first)
      .then(filled('a', 'buy', '5', '98', minute, maker))
    given(venue, config('touch'), listed(), quote('99', '100'), order('a', 'buy', '5', { limitPrice: '98' }))
      .when(first)
      .then()
  })
})

describe('[V18] options have no bars: quotes fill them', () => {
  const buy = order('a', 'buy', '5', { instrument: call }, minute)
  const fill = (quantity: string, price: string, more: object = {}) =>
    filled('a', 'buy', quantity, price, minute, { instrument: call, ...more })

  test('same-close takes the quote that stands', () => {
    given(venue, config('same-close'), listed(), listedCall, quote('1.1 x 9', '1.2 x 3', 5, call))
      .when(buy)
      .then(accepted('a', 1, call), fill('3', '1.2', { leavesQuantity: '2' }))
      .when(quote('1.1 x 9', '1.3 x 9', undefined, call))
      .then(fill('2', '1.3', { tradeId: 'sim-1-2' }))
  })

  test.each(['next-open', 'next-close'])('%s takes the next quote', (profile) => {
    given(venue, config(profile), listed(), listedCall, quote('1.1 x 9', '1.2 x 3', 5, call))
      .when(buy)
      .then(accepted('a', 1, call))
      .when(bar(0, ['100', '100', '100', '100'], { instrument: call }))
      .then()
      .when(quote('1.1 x 9', '1.3 x 9', undefined, call))
      .then(fill('5', '1.3'))
  })
})
