import { describe, expect, test } from 'vitest'
import { event } from '#test/given.ts'
import {
  account,
  approve,
  bar,
  btc,
  canceled,
  command,
  exit,
  fill,
  limit,
  listed,
  refuse,
  start,
  wish,
} from './risk-told.ts'

const quoted = (bid: string, ask: string) =>
  event('md.tick', { kind: 'quote', instrument: btc, bid, bidSize: '1', ask, askSize: '1' })
const stop = (stopPrice: string) => ({ orderType: 'stop', stopPrice }) as const
const cash = { startingCash: '1000', margin: { kind: 'cash' } }

describe('[R44] an order counts at the dearest price that it may come to stand at', () => {
  test('one that buys at any price, at the other side of the quote', () => {
    const limits = { maxOrderNotional: '500', maxGrossExposure: '600' }
    start(account(limits), quoted('0.01', '99.99'))
      .when(wish('6'))
      .then(refuse('NOTIONAL_EXCEEDS_MAX_PER_ORDER', '599.94', '500'))
      .when(wish('5'))
      .then(approve('buy', '5'))
      .when(wish('2', { strategy: 'b' }))
      .then(refuse('EXPOSURE_EXCEEDS_MAX', '699.93', '600'))
    start(account({}, cash), quoted('0.01', '199.99'))
      .when(wish('6'))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '1199.94', '1000'))
  })

  test('a stop and a limit above the market, also while they work, in every exposure', () => {
    const limits = { maxGrossExposure: '1800', maxInstrumentExposure: '1900', maxNetExposure: '1900' }
    start(account(limits))
      .when(wish('10', stop('200')))
      .then(refuse('INSTRUMENT_EXPOSURE_EXCEEDS_MAX', '2000', '1900'))
      .when(wish('9', stop('200')))
      .then(approve('buy', '9'))
      .when(wish('0.1', { strategy: 'b' }))
      .then(refuse('EXPOSURE_EXCEEDS_MAX', '1810', '1800'))
      .when(canceled('t-8-0'))
      .then()
      .when(wish('-9', limit('200')))
      .then(approve('sell', '9'))
      .when(wish('-0.1', { strategy: 'b', ...limit('100') }))
      .then(refuse('EXPOSURE_EXCEEDS_MAX', '1810', '1800'))
      .restarted()
      .when(bar(btc, '250'))
      .then()
      .when(wish('0.001', { strategy: 'b' }))
      .then(refuse('INSTRUMENT_EXPOSURE_EXCEEDS_MAX', '2250.25', '1900'))
  })

  test('initial margin', () => {
    const margin = { kind: 'margin', rates: { initial: 0.5, maintenance: 0.25 } }
    start(account({}, { startingCash: '1000', margin }))
      .when(wish('11', stop('200')))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '1100', '1000'))
      .when(wish('10', stop('200')))
      .then(approve('buy', '10'))
  })

  test('with the fees that the venue may take', () => {
    const feeBound = { bps: 10, perUnit: '0.01' }
    start(account({}, { ...cash, feeBound }))
      .when(wish('10'))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '1001.1', '1000'))
      .when(wish('9.98', limit('100')))
      .then(approve('buy', '9.98'))
      .when(wish('0.01', { strategy: 'b' }))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '1000.0989', '1000'))
  })
})

describe('[R6] what only closes', () => {
  const first = 't-6-0'
  const held = (config: object) => start(config, wish('10'), fill(first, 'buy', '10'))

  test('has prices that the market has, on the grid; sizes do not matter, and at the market it passes', () => {
    held(account({ priceCollar: 0.05, maxOrderQuantity: '10', minOrderNotional: '300' }))
      .when(wish('0', limit('94.99')))
      .then(refuse('PRICE_OUTSIDE_COLLAR', '94.99', '100 ± 5'))
      .when(wish('0', stop('90')))
      .then(refuse('PRICE_OUTSIDE_COLLAR', '90', '100 ± 5'))
      .when(wish('0', limit('100.005')))
      .then(refuse('PRICE_PRECISION_INVALID', '100.005', '0.01'))
      .when(wish('0.0005', limit('100')))
      .then(refuse('QUANTITY_PRECISION_INVALID', '9.9995', '0.001'))
      .when(wish('-5', limit('90')))
      .then(refuse('PRICE_OUTSIDE_COLLAR', '90', '100 ± 5'))
      .when(wish('9', limit('100')))
      .then(approve('sell', '1'))
      .when(canceled('t-19-0'))
      .then()
      .when(wish('0'))
      .then(approve('sell', '10'))
  })

  test('[R26] a stop that adds is in the collar too', () => {
    start(account({ priceCollar: 0.05 }))
      .when(wish('1', stop('900')))
      .then(refuse('PRICE_OUTSIDE_COLLAR', '900', '100 ± 5'))
      .when(wish('1', stop('105')))
      .then(approve('buy', '1'))
  })

  test('[R11] has a rate of its own, but all of a position is always closed at the market', () => {
    const scene = held(account({ maxOrdersPerMinute: 3 }))
    for (const seq of [9, 12, 15]) {
      scene.when(wish('9', limit('101'))).then(approve('sell', '1'))
      scene.when(canceled(`t-${seq}-0`)).then()
    }
    scene
      .when(wish('9', limit('101')))
      .then(refuse('ORDER_RATE_EXCEEDS_MAX', '4', '3'))
      .when(wish('9'))
      .then(refuse('ORDER_RATE_EXCEEDS_MAX', '4', '3'))
      .restarted()
      .when(wish('0', limit('101')))
      .then(refuse('ORDER_RATE_EXCEEDS_MAX', '4', '3'))
      .when(wish('0'))
      .then(approve('sell', '10'))
      .when(fill('t-24-0', 'sell', '10'))
      .then()
      .when(wish('1'))
      .then(refuse('ORDER_RATE_EXCEEDS_MAX', '6', '3'))
  })

  test('[R36] a flatten passes whatever the rate', () => {
    const scene = held(account({ maxOrdersPerMinute: 1, priceCollar: 0.0001 }, { whenHalted: 'flatten' }))
    scene.when(wish('9', limit('100'))).then(approve('sell', '1'))
    scene.when(canceled('t-9-0')).then()
    const { answers } = scene.when(command('halt'))
    expect(answers.map(({ topic }) => topic)).toEqual(['risk.halted', 'risk.approved', 'system.command.result'])
  })
})

test('[R28] shares that a bracket may sell cover no call, before its exits are there as well', () => {
  const call = 'BTC-C.BINANCE'
  const option = listed(call, { kind: 'option', underlying: btc, strike: '120', right: 'call' })
  const bracket = { stopLoss: '90', takeProfit: '120' }
  const priced = [option, bar(call, '5')]
  const short = (quantity: string, strategy = 'b') => wish(quantity, { instrument: call, strategy })
  start(account({}, { ...cash, startingCash: '9000' }), ...priced, wish('1', { bracket }))
    .when(fill('t-8-0', 'buy', '1'))
    .then()
    .when(short('-1'))
    .then(refuse('SHORT_NOT_ALLOWED', '-1', '0'))
    .restarted()
    .when(exit('t-8-0-1s', '1'))
    .then()
    .when(short('-1'))
    .then(refuse('SHORT_NOT_ALLOWED', '-1', '0'))
    .when(wish('2', { strategy: 'c' }))
    .then(approve('buy', '2'))
    .when(fill('t-16-0', 'buy', '2', { strategy: 'c' }))
    .then()
    .when(short('-2'))
    .then(approve('sell', '2'))
})

test('[R29] the best of our resting orders is found behind others', () => {
  const rests = (price: string, strategy: string) => wish('-1', { strategy, ...limit(price) })
  start(account({}), rests('103', 'a'), rests('101', 'b'), rests('102', 'c'))
    .when(wish('1', limit('101.5')))
    .then(refuse('SELF_TRADE', 't-8-0', '101'))
    .when(canceled('t-8-0'))
    .then()
    .when(wish('1', limit('101.5')))
    .then(approve('buy', '1'))
    .restarted()
    .when(wish('1', { strategy: 'd', ...limit('102') }))
    .then(refuse('SELF_TRADE', 't-10-0', '102'))
})
