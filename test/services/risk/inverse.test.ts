import { describe, expect, test } from 'vitest'
import { risk } from '#services/risk/service.ts'
import { event, given, type Told } from '#test/given.ts'
import {
  account,
  approve,
  bar,
  canceled,
  command,
  fill,
  limit,
  listed,
  marginUse,
  refuse,
  snapshot,
  wish,
} from './risk-told.ts'

const perpetual = 'BTC-PERPETUAL.DERIBIT'
const call = 'BTC-25DEC26-52000-C.DERIBIT'
const put = 'BTC-25DEC26-48000-P.DERIBIT'
const mark = 'BTC_USDT.X'
const conversions = { BTC: { instrument: mark } }
const margin = { kind: 'margin', rates: { initial: 0.5, maintenance: 0.25 }, optionRate: 0.15, optionFloor: 0.1 }

// One contract is 10 dollars of coins.
const contract = {
  kind: 'perpetual',
  currency: 'BTC',
  isInverse: true,
  multiplier: '10',
  lotSize: '1',
  tickSize: '0.5',
} as const
const option = {
  kind: 'option',
  currency: 'BTC',
  isInverse: true,
  underlying: 'BTC_USD.DERIBIT',
  lotSize: '0.1',
} as const
const at = (price: string): readonly Told[] => [bar(mark, price), bar(perpetual, price)]
const start = (limits: object, more: object = {}, ...past: readonly Told[]) =>
  given(risk, account(limits, { conversions, ...more }), listed(perpetual, contract), ...at('50000'), ...past)
const contracts = (target: string, more: object = {}) => wish(target, { instrument: perpetual, ...more })

describe('[R44] an inverse contract is quantity * multiplier / price coins, in the currency of the account', () => {
  test('[R9] [R25] the notional of one order, at the lowest price that it may come to stand at', () => {
    start({ minOrderNotional: '100', maxOrderNotional: '1000' })
      .when(contracts('101'))
      .then(refuse('NOTIONAL_EXCEEDS_MAX_PER_ORDER', '1010', '1000'))
      .when(contracts('9'))
      .then(refuse('NOTIONAL_BELOW_MIN_PER_ORDER', '90', '100'))
      .when(contracts('100', limit('40000')))
      .then(refuse('NOTIONAL_EXCEEDS_MAX_PER_ORDER', '1250', '1000'))
      .when(contracts('-100', { orderType: 'stop', stopPrice: '40000' }))
      .then(refuse('NOTIONAL_EXCEEDS_MAX_PER_ORDER', '1250', '1000'))
      .when(contracts('-100', { orderType: 'trailing_stop', trailingOffset: '10000' }))
      .then(refuse('NOTIONAL_EXCEEDS_MAX_PER_ORDER', '1250', '1000'))
      .when(contracts('-100', limit('60000')))
      .then(approve('sell', '100'))
      .when(contracts('80', { strategy: 'b', ...limit('40000') }))
      .then(approve('buy', '80'))
  })

  test('what sells at any price meets the bid, what buys the newest price', () => {
    const quoted = {
      kind: 'quote',
      instrument: perpetual,
      bid: '40000',
      bidSize: '1',
      ask: '60000',
      askSize: '1',
    } as const
    start({ maxOrderNotional: '1000' }, {}, event('md.tick', quoted))
      .when(contracts('-100'))
      .then(refuse('NOTIONAL_EXCEEDS_MAX_PER_ORDER', '1250', '1000'))
      .when(contracts('100'))
      .then(approve('buy', '100'))
  })

  test('[R10] [R27] exposures: what is at work at its dearest, shorts against longs, and a price that moves', () => {
    start({ maxGrossExposure: '3000', maxNetExposure: '2500' })
      .when(contracts('160', limit('40000')))
      .then(approve('buy', '160'))
      .when(contracts('51', { strategy: 'b' }))
      .then(refuse('NET_EXPOSURE_EXCEEDS_MAX', '2510', '2500'))
      .when(contracts('-101', { strategy: 'b' }))
      .then(refuse('EXPOSURE_EXCEEDS_MAX', '3010', '3000'))
      .when(contracts('-100', { strategy: 'b' }))
      .then(approve('sell', '100'))
      .restarted()
      // The coin falls by half and the contract does not: it is as many coins as before, each worth half.
      .when(bar(mark, '25000'))
      .then()
      .when(contracts('-301', { strategy: 'c' }))
      .then(refuse('EXPOSURE_EXCEEDS_MAX', '3005', '3000'))
      .when(contracts('-300', { strategy: 'c' }))
      .then(approve('sell', '300'))
  })

  test('[R28] initial margin, against cash and what the coins that it lost or made are worth', () => {
    start({}, { startingCash: '1000', margin })
      .when(contracts('201'))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '1005', '1000'))
      .when(contracts('200'))
      .then(approve('buy', '200'))
      .when(fill('t-7-0', 'buy', '200', { instrument: perpetual, price: '50000', currency: 'BTC', fee: '0.001' }))
      .then()
      .when(bar(mark, '40000'))
      .then()
      .when(bar(perpetual, '40000'))
      .then()
      // 2000 / 50000 - 2000 / 40000 = -0.01 coins, and the fee: -0.011 of 40000 each.
      .when(contracts('1', { strategy: 'b' }))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '1005', '560'))
      .when(snapshot('499.99', '1000'))
      .then(
        {
          topic: 'risk.halted',
          payload: expect.objectContaining({ code: 'MARGIN_BELOW_MAINTENANCE', value: '499.99', limit: '500' }),
        },
        marginUse('margin', '560', '1000', '-440', '500'),
      )
  })

  test('[R28] fees that the venue may take of it', () => {
    start({}, { startingCash: '1000', margin, feeBound: { bps: 100, perUnit: '0' } })
      .when(contracts('200'))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '1020', '1000'))
  })

  test('[R5] in a cash account it is not tradable', () => {
    start({}, { margin: { kind: 'cash' } })
      .when(contracts('1'))
      .then(refuse('INSTRUMENT_NOT_TRADABLE', perpetual, 'inverse'))
  })

  test('[R44] what is not above zero is no price of it: not told, not as a limit, not as where a stop trails', () => {
    given(risk, account({}, { conversions }), bar(mark, '50000'), bar(perpetual, '0'), listed(perpetual, contract))
      .when(contracts('1'))
      .then(refuse('NO_PRICE', perpetual))
    start({ maxGrossExposure: '1000' }, {}, bar(perpetual, '-1'))
      .when(contracts('100', limit('0')))
      .then(refuse('PRICE_PRECISION_INVALID', '0', '0.5'))
      .when(contracts('-100', { orderType: 'stop', stopPrice: '-5' }))
      .then(refuse('PRICE_PRECISION_INVALID', '-5', '0.5'))
      .when(contracts('-100', { orderType: 'trailing_stop', trailingOffset: '70000' }))
      .then(approve('sell', '100'))
      .when(contracts('1', { strategy: 'b' }))
      .then(refuse('EXPOSURE_EXCEEDS_MAX', '1010', '1000'))
  })

  test('[R36] a flatten closes it', () => {
    start(
      {},
      { whenHalted: 'flatten' },
      contracts('-100'),
      fill('t-5-0', 'sell', '100', { instrument: perpetual, currency: 'BTC' }),
    )
      .when(command('halt'))
      .then(
        expect.objectContaining({ topic: 'risk.halted' }),
        approve('buy', '100', { instrument: perpetual }),
        expect.objectContaining({ topic: 'system.command.result' }),
      )
  })
})

describe('[R28] an option that is quoted in its coin', () => {
  const quoted = (instrument: string, price: string, underlyingPrice?: string) =>
    event('md.option.tick', {
      instrument,
      bid: price,
      bidSize: '1',
      ask: price,
      askSize: '1',
      ...(underlyingPrice === undefined ? {} : { underlyingPrice }),
    })
  const options = [
    listed(call, { ...option, strike: '52000', right: 'call' }),
    listed(put, { ...option, strike: '48000', right: 'put' }),
    quoted(call, '0.05', '50000'),
    quoted(put, '0.05', '50000'),
  ]

  test.each([call, put])('short it needs optionRate less what it is out of the money, in coins: %s', (instrument) => {
    const scene = start({}, { startingCash: '10000', margin }, ...options)
    scene
      // 0.15 - 2000 / 50000 = 0.11 coins of 50000.
      .when(wish('-2', { instrument }))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '11000', '10000'))
      .when(wish('-1.8', { instrument }))
      .then(approve('sell', '1.8'))
      .when(fill('t-11-0', 'sell', '1.8', { instrument, price: '0.05', currency: 'BTC' }))
      .then()
      .restarted()
      // The premium is in cash, and the option a debt: nothing was made yet.
      .when(wish('-0.1', { instrument, strategy: 'b' }))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '10450', '10000'))
      .when(snapshot('9899.99', '10000'))
      .then(
        {
          topic: 'risk.halted',
          payload: expect.objectContaining({ code: 'MARGIN_BELOW_MAINTENANCE', value: '9899.99', limit: '9900' }),
        },
        marginUse('margin', '10000', '9900', '100', '9900'),
      )
  })

  test('far out of the money it needs optionFloor; the price of its underlying counts before what quotes tell of it', () => {
    start({}, { startingCash: '10000', margin }, ...options, bar('BTC_USD.DERIBIT', '40000'))
      .when(wish('-2.1', { instrument: call }))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '10500', '10000'))
      .when(wish('-2', { instrument: call }))
      .then(approve('sell', '2'))
  })

  test('long it is paid in full', () => {
    start({}, { startingCash: '10000', margin }, ...options)
      .when(wish('4.1', { instrument: call }))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '10250', '10000'))
      .when(wish('4', { instrument: call }))
      .then(approve('buy', '4'))
  })

  test('without a price of its underlying it is not sold', () => {
    start({}, { margin }, ...options.slice(0, 2), quoted(call, '0.05'))
      .when(wish('-1', { instrument: call }))
      .then(refuse('NO_PRICE', 'BTC_USD.DERIBIT'))
  })

  test('in a cash account it is bought and never sold short', () => {
    const scene = start({}, { startingCash: '10000', margin: { kind: 'cash' } }, ...options)
    scene.when(wish('4.1', { instrument: put })).then(refuse('MARGIN_EXCEEDS_AVAILABLE', '10250', '10000'))
    for (const instrument of [call, put])
      scene.when(wish('-0.1', { instrument })).then(refuse('SHORT_NOT_ALLOWED', '-0.1', '0'))
    scene.when(wish('4', { instrument: put })).then(approve('buy', '4'))
  })

  test.each([call, put])(
    'what a fill after a cancel leaves short in a cash account leaves no cash: %s',
    (instrument) => {
      const spot = 'ETHUSDT.BINANCE'
      const traded = (id: string, side: 'buy' | 'sell') =>
        fill(id, side, '1', { instrument, price: '0.05', currency: 'BTC' })
      start({}, { startingCash: '10000', margin: { kind: 'cash' } }, ...options, listed(spot), bar(spot, '10'))
        .when(wish('1', { instrument }))
        .then(approve('buy', '1'))
        .when(traded('t-11-0', 'buy'))
        .then()
        .when(wish('0', { instrument }))
        .then(approve('sell', '1'))
        .when(canceled('t-14-0'))
        .then()
        .when(wish('0', { instrument }))
        .then(approve('sell', '1'))
        .when(traded('t-17-0', 'sell'))
        .then()
        .when(wish('0.001', { instrument: spot, strategy: 'b' }))
        .then(approve('buy', '0.001'))
        .when(traded('t-14-0', 'sell'))
        .then()
        .restarted()
        .when(wish('0.001', { instrument: spot, strategy: 'c' }))
        .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '0.02', '0'))
        .when(wish('0', { instrument }))
        .then(approve('buy', '1'))
        .when(traded('t-25-0', 'buy'))
        .then()
        .when(wish('0.001', { instrument: spot, strategy: 'c' }))
        .then(approve('buy', '0.001'))
    },
  )
})
