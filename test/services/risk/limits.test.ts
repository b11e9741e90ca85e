import { describe, expect, test } from 'vitest'
import type { PayloadOf } from '#schemas/catalogue.ts'
import type { Statement } from '#schemas/event.ts'
import { event, type Told } from '#test/given.ts'
import {
  account,
  approve,
  bar,
  btc,
  canceled,
  command,
  eth,
  exit,
  fill,
  listed,
  marginUse,
  refuse,
  rejected,
  second,
  snapshot,
  start,
  supersede,
  wish,
} from './risk-told.ts'

const day = 86_400 * second

const limited = (limits: object, more: object = {}) => account(limits, more)
const status = (
  state: PayloadOf<'md.status'>['state'],
  connection?: string,
  more: Partial<PayloadOf<'md.status'>> = {},
) => event('md.status', { feed: 'binance', state, isSimulated: false, connection, ...more })

describe('the order itself', () => {
  test('[R23] a quantity in parts of a lot and a price off the grid are refused with the step', () => {
    start(limited({}))
      .when(wish('1.0005'))
      .then(refuse('QUANTITY_PRECISION_INVALID', '1.0005', '0.001'))
      .when(wish('1', { orderType: 'limit', limitPrice: '99.995' }))
      .then(refuse('PRICE_PRECISION_INVALID', '99.995', '0.01'))
  })

  test('[R24] a price may be so old and no older, on any clock', () => {
    start(limited({ maxPriceAgeMs: 500 }))
      .when(wish('1', { strategy: 'a' }, 1.5 * second))
      .then(approve('buy', '1'))
      .when(wish('1', { strategy: 'b' }, 1.6 * second))
      .then(refuse('PRICE_STALE', '600', '500'))
      .when(bar(btc, '100', 2 * second))
      .then()
      .when(wish('1', { strategy: 'b' }))
      .then(approve('buy', '1'))
  })

  test.each(['exchangeAt', 'receivedAt'] as const)('[R24] what waited on its way is as old as its %s says', (name) => {
    const tick = (made: number, at: number) =>
      event('md.tick', { kind: 'trade', instrument: btc, price: '100', size: '1', [name]: made }, at)
    start(limited({ maxPriceAgeMs: 500 }), tick(1.4 * second, 2 * second))
      .when(wish('1'))
      .then(refuse('PRICE_STALE', '600', '500'))
      .when(tick(1.6 * second, 2.1 * second))
      .then()
      .when(wish('1'))
      .then(approve('buy', '1'))
      // One that is ahead makes nothing younger.
      .when(tick(9 * second, 2.2 * second))
      .then()
      .when(wish('1', { strategy: 'b' }, 2.8 * second))
      .then(refuse('PRICE_STALE', '600', '500'))
  })

  test('[R24] so may the mark of its currency, and the underlying of an option that is sold on margin; the others are as old as they are', () => {
    const [dax, mark, put] = ['DAX.EUREX', 'EURUSD.X', 'BTC-90-P.BINANCE'] as const
    const option = { kind: 'option', underlying: btc, right: 'put', strike: '90', expiry: '2030-01-01' } as const
    const config = {
      ...limited({ maxPriceAgeMs: 500 }, { margin: { kind: 'margin' } }),
      conversions: { EUR: { instrument: mark }, ETH: { instrument: eth } },
    }
    const held = [wish('1', { instrument: eth }), fill('t-6-0', 'buy', '1', { instrument: eth, price: '10' })]
    const foreign = [listed(dax, { currency: 'EUR' }), bar(dax, '100', 1.6 * second), bar(mark, '1', 1.6 * second)]
    const scene = start(config, ...held, ...foreign, listed(put, option), bar(put, '1', 3 * second), bar(dax, '100'))
    scene.when(wish('1', { instrument: dax })).then(refuse('PRICE_STALE', 'EURUSD.X 1400', '500'))
    scene.when(wish('-1', { instrument: put })).then(refuse('PRICE_STALE', `${btc} 2000`, '500'))
    // A buyer owes nothing, and of a quote of one side nobody knows a price.
    scene.when(wish('1', { instrument: put })).then(approve('buy', '1'))
    const half = { instrument: mark, bid: '1', ask: null, bidSize: '1', askSize: null }
    scene.when(event('md.tick', { kind: 'quote', ...half } as never)).then()
    scene.when(wish('1', { instrument: dax })).then(refuse('PRICE_STALE', 'EURUSD.X 1400', '500'))
    scene.when(bar(mark, '1')).then()
    scene.when(bar(btc, '100')).then()
    scene.when(wish('1', { instrument: dax })).then(approve('buy', '1'))
    scene.when(wish('-1', { instrument: put, strategy: 'other' })).then(approve('sell', '1'))
  })

  test('[R24] while a feed is down nothing is added', () => {
    start(limited({}), status('stalled'))
      .when(wish('1'))
      .then(refuse('FEED_DOWN', 'binance'))
      .restarted()
      .when(status('connected'))
      .then()
      .when(wish('1'))
      .then(approve('buy', '1'))
  })

  test('[R24] a connection that is replaced leaves no feed down, and what else a feed says makes none good', () => {
    const [first, second] = ['binance-1.1', 'binance-1.2']
    const scene = start(limited({}), status('connected', first), status('connected', second))
    const isDown = () => scene.when(wish('1')).then(refuse('FEED_DOWN', 'binance'))
    scene
      .when(status('disconnected', first))
      .then()
      .when(wish('5', { strategy: 'b' }))
      .then(approve('buy', '5', { strategy: 'b' }))
    scene.when(status('disconnected', second)).then()
    isDown()
    for (const state of ['measured', 'flagged', 'cleared', 'refused', 'subscribed', 'delisted'] as const)
      scene.when(status(state, 'binance-2.1')).then().when(status(state)).then()
    scene.when(status('connected', 'binance-2.1')).then().restarted()
    isDown()
    scene.when(status('connected', 'binance-1.3')).then().when(wish('1')).then(approve('buy', '1'))
  })

  test('[R24] a session that stalled and was replaced meanwhile is not down', () => {
    start(limited({}), status('connected', 'binance-1.1'), status('connected', 'binance-1.2'))
      .when(status('stalled', 'binance-1'))
      .then()
      .when(status('disconnected', 'binance-1.1'))
      .then()
      .when(wish('1'))
      .then(approve('buy', '1'))
  })

  test.each([
    ['started', 'another', ''],
    ['ended', 'binance', ''],
    ['unsubscribed', 'binance', 'binance-1'],
  ] as const)('[R24] %s: what is not listened to any more is not down', (state, feed, connection) => {
    const [bond, other] = ['BTC-1.DERIBIT', status('unsubscribed', 'binance-2')]
    const unsubscribed = status('unsubscribed', 'binance-1.1', { instruments: [bond] })
    start(limited({}), status('connected', 'binance-1.1'), status('disconnected', 'binance-1.1'), unsubscribed, other)
      .when(wish('1'))
      .then(refuse('FEED_DOWN', 'binance'))
      .when(status(state, connection, { feed }))
      .then()
      .when(wish('1'))
      .then(approve('buy', '1'))
  })

  test('[R25] [R40] smallest and largest order, an instrument’s own limits in place of those for all', () => {
    const limits = { minOrderQuantity: '0.5', maxOrderQuantity: '20', minOrderNotional: '60' }
    start(limited(limits, { instruments: { [eth]: { minOrderQuantity: '7', maxOrderQuantity: '8' } } }))
      .when(wish('0.499'))
      .then(refuse('QUANTITY_BELOW_MIN_PER_ORDER', '0.499', '0.5'))
      .when(wish('0.599'))
      .then(refuse('NOTIONAL_BELOW_MIN_PER_ORDER', '59.9', '60'))
      .when(wish('20.001'))
      .then(refuse('QUANTITY_EXCEEDS_MAX_PER_ORDER', '20.001', '20'))
      .when(wish('6', { instrument: eth }))
      .then(refuse('QUANTITY_BELOW_MIN_PER_ORDER', '6', '7'))
      .when(wish('8', { instrument: eth }))
      .then(approve('buy', '8'))
  })

  test('[R26] a limit price stays within the collar around the newest price', () => {
    start(limited({ priceCollar: 0.05 }))
      .when(wish('1', { orderType: 'limit', limitPrice: '105.01' }))
      .then(refuse('PRICE_OUTSIDE_COLLAR', '105.01', '100 ± 5'))
      .when(wish('1', { orderType: 'limit', limitPrice: '95' }))
      .then(approve('buy', '1'))
  })

  test('[R37] one intent is answered once', () => {
    const once = wish('1')
    start(limited({}), once)
      .when(once)
      .then(refuse('DUPLICATE_INTENT', (once.payload as { intent: string }).intent))
      .restarted()
      .when(once)
      .then(refuse('DUPLICATE_INTENT'))
  })

  test('[R38] a wish that comes long after its cause is refused', () => {
    start(limited({ maxIntentAgeMs: 1_000 }), bar(eth, '10', 5 * second))
      .when(wish('1', {}, 3.9 * second))
      .then(refuse('INTENT_STALE', '1100', '1000'))
      .when(wish('1', {}, 4 * second))
      .then(approve('buy', '1'))
  })

  test('[R39] what is not tradable, has expired or may only be reduced', () => {
    const config = limited(
      {},
      { instruments: { [eth]: { isTradable: false } }, strategies: { b: { isReduceOnly: true } } },
    )
    start(config, listed(btc, { expiresAt: 9 * second }))
      .when(wish('1', { instrument: eth }))
      .then(refuse('INSTRUMENT_NOT_TRADABLE', eth))
      .when(wish('1', { strategy: 'b' }))
      .then(refuse('REDUCE_ONLY', 'b'))
      .when(wish('1', {}, 9 * second))
      .then(refuse('INSTRUMENT_NOT_TRADABLE', String(9 * second), String(9 * second)))
  })

  test('[R39] where no time of its expiry is stated a contract is tradable until the day is over', () => {
    start(limited({}), listed(eth, { kind: 'option', expiry: '1970-01-01' }))
      .when(wish('1', { instrument: eth }, day - 1))
      .then(approve('buy', '1'))
      .when(wish('2', { instrument: eth, strategy: 'b' }, day))
      .then(refuse('INSTRUMENT_NOT_TRADABLE', String(day), String(day)))
  })
})

describe('exposure and margin', () => {
  test('[R27] of an instrument, of a strategy, net', () => {
    start(limited({ maxInstrumentExposure: '1000', maxStrategyExposure: '1200', maxNetExposure: '1500' }))
      .when(wish('10.001'))
      .then(refuse('INSTRUMENT_EXPOSURE_EXCEEDS_MAX', '1000.1', '1000'))
      .when(wish('9'))
      .then(approve('buy', '9'))
      .when(wish('31', { instrument: eth }))
      .then(refuse('STRATEGY_EXPOSURE_EXCEEDS_MAX', '1210', '1200'))
      .when(wish('30', { instrument: eth }))
      .then(approve('buy', '30'))
      .when(wish('31', { instrument: eth, strategy: 'b' }))
      .then(refuse('NET_EXPOSURE_EXCEEDS_MAX', '1510', '1500'))
      .when(wish('-31', { instrument: eth, strategy: 'b' }))
      .then(approve('sell', '31'))
  })

  test('[R28] cash pays for everything at work, and shorts nothing', () => {
    const config = limited({}, { startingCash: '1000', margin: { kind: 'cash' } })
    start(config)
      .when(wish('6'))
      .then(approve('buy', '6'))
      .when(wish('41', { instrument: eth }))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '1010', '1000'))
      .when(wish('-1', { instrument: eth }))
      .then(refuse('SHORT_NOT_ALLOWED', '-1', '0'))
      .when(fill('t-6-0', 'buy', '6', { fee: '1.5', price: '101' }))
      .then()
      .restarted()
      .when(wish('40', { instrument: eth }))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '400', '392.5'))
      .when(wish('39', { instrument: eth }))
      .then(approve('buy', '39'))
  })

  test('[R45] funding moves the cash; of what nobody can count nothing, and its instrument is halted', () => {
    const paid = (amount: string, currency = 'USDT') =>
      event('venue.paid', {
        ...{ strategy: 'ema-cross', instrument: btc, why: 'funding', amount, currency, position: '6', paidAt: 1 },
      })
    start(limited({}, { startingCash: '1000', margin: { kind: 'cash' } }), wish('6'), fill('t-6-0', 'buy', '6'))
      .when(paid('-20.01'))
      .then()
      .restarted()
      .when(wish('38', { instrument: eth }))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '380', '379.99'))
      .when(paid('0.01'))
      .then()
      .when(wish('38', { instrument: eth }))
      .then(approve('buy', '38'))
      .when(paid('5', 'XYZ'))
      .then()
      .when(wish('7'))
      .then(refuse('INSTRUMENT_HALTED'))
  })

  test('[R46] after a split the gate counts in new units: what is held, its value, the collar; a wish that waits is refused', () => {
    const split = event('md.split', { instrument: btc, numerator: 4, denominator: 1 })
    start(limited({ maxInstrumentExposure: '1200', priceCollar: 0.1 }), wish('10'), fill('t-6-0', 'buy', '10'))
      .when(wish('11', { orderType: 'limit', limitPrice: '95' }))
      .then(approve('buy', '1'))
      .when(wish('9'))
      .then(supersede)
      .when(split)
      .then(refuse('INTENT_STALE'))
      .when(canceled('t-9-0'))
      .then()
      .restarted()
      .when(wish('48', { orderType: 'limit', limitPrice: '25' }))
      .then(approve('buy', '8'))
      .when(wish('49', { strategy: 'b', orderType: 'limit', limitPrice: '30' }))
      .then(refuse('PRICE_OUTSIDE_COLLAR'))
      .when(wish('1', { strategy: 'b' }))
      .then(refuse('INSTRUMENT_EXPOSURE_EXCEEDS_MAX', '1225', '1200'))
  })

  test('[R46] a fill of before a split that is heard of after it moves the position by as many new units', () => {
    const split = event('md.split', { instrument: btc, numerator: 4, denominator: 1 })
    start(limited({}), wish('10'), split)
      .restarted()
      .when(fill('t-6-0', 'buy', '10'))
      .then()
      .when(wish('48'))
      .then(approve('buy', '8'))
  })

  test('[R46] a wish that was resolved by who had not heard of the split is refused', () => {
    const split = event('md.split', { instrument: btc, numerator: 4, denominator: 1 })
    // The split is the sixth in the log.
    start(limited({}), split)
      .when({ ...wish('44'), id: 'resolver:5.0' })
      .then(refuse('INTENT_STALE'))
      .restarted()
      .when({ ...wish('44'), id: 'resolver:6.0' })
      .then(approve('buy', '44'))
      .when({ ...wish('11'), id: 'resolver:5.1' })
      .then(refuse('INTENT_STALE'))
      .when({ ...wish('48'), id: 'resolver:7.0' })
      .then(supersede)
  })

  test('[R46] [O31] so does that of an exit which was sent by who had not heard of the split', () => {
    const split = event('md.split', { instrument: btc, numerator: 4, denominator: 1 })
    const bracket = { stopLoss: '90', takeProfit: '120' }
    // The split is the ninth in the log.
    start(limited({}), wish('10', { bracket }), fill('t-6-0', 'buy', '10'), split, {
      ...exit('t-6-0-1s', '10'),
      id: 'orders:8.0',
    })
      .when(fill('t-6-0-1s', 'sell', '4'))
      .then()
      .when(wish('24', { strategy: 'b' }))
      .then(approve('buy', '24', { strategy: 'b' }))
      .when(canceled('t-6-0-1s'))
      .then()
      .when(wish('25', {}, 20 * second))
      .then(approve('buy', '1'))
  })

  const put = 'BTC-100-P.BINANCE'
  const option = (right: 'put' | 'call') => [
    listed(put, { kind: 'option', underlying: btc, strike: '100', right, multiplier: '10' }),
    bar(put, '5'),
  ]

  test('[R28] in a cash account a short put is secured by its strike, a short call by shares', () => {
    const config = limited({}, { startingCash: '1999', margin: { kind: 'cash' } })
    start(config, ...option('put'))
      .when(wish('-2', { instrument: put }))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '2000', '1999'))
      .when(wish('-1', { instrument: put }))
      .then(approve('sell', '1'))
    start(config, ...option('call'), wish('10'), fill('t-8-0', 'buy', '10'))
      .when(wish('-2', { instrument: put }))
      .then(refuse('SHORT_NOT_ALLOWED', '-2', '0'))
      .when(wish('-1', { instrument: put }))
      .then(approve('sell', '1'))
  })

  test('[R28] a cash account reserves what a stop or a limit may cost, also of what is at work', () => {
    const config = limited({}, { startingCash: '1000', margin: { kind: 'cash' } })
    start(config)
      .when(wish('9', { orderType: 'stop', stopPrice: '200' }))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '1800', '1000'))
      .when(wish('9', { orderType: 'limit', limitPrice: '50' }))
      .then(approve('buy', '9', { orderType: 'limit', limitPrice: '50' }))
      .when(wish('56', { instrument: eth }))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '1010', '1000'))
      .when(wish('55', { instrument: eth }))
      .then(approve('buy', '55'))
  })

  test('[R28] in a cash account one strategy does not sell what another holds', () => {
    const config = limited({}, { startingCash: '1000', margin: { kind: 'cash' } })
    start(config, wish('9'), fill('t-6-0', 'buy', '9'))
      .when(wish('-9', { strategy: 'b' }))
      .then(refuse('SHORT_NOT_ALLOWED', '-9', '0'))
  })

  test('[R28] [R6] a share covers one call, of whatever strike, and is not sold from under it', () => {
    const config = limited({}, { startingCash: '2000', margin: { kind: 'cash' } })
    const other = 'BTC-110-C.BINANCE'
    const more = listed(other, { kind: 'option', underlying: btc, strike: '110', right: 'call', multiplier: '10' })
    start(config, ...option('call'), more, bar(other, '4'), wish('10'), fill('t-10-0', 'buy', '10'))
      .when(wish('-1', { instrument: put }))
      .then(approve('sell', '1'))
      .when(wish('-1', { instrument: other }))
      .then(refuse('SHORT_NOT_ALLOWED', '-1', '0'))
      .when(wish('0'))
      .then(refuse('SHORT_NOT_ALLOWED', '0', '10'))
      .when(wish('11'))
      .then(approve('buy', '1'))
  })

  test('[R28] a margin account: rates by kind; a short option by the underlying less what it is out of the money', () => {
    const margin = { kind: 'margin', rates: { initial: 0.5, maintenance: 0.25 } }
    start(limited({}, { startingCash: '1000', margin }))
      .when(wish('20.001'))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '1000.05', '1000'))
      .when(wish('-20'))
      .then(approve('sell', '20'))
    // Spot 110: 20 % of it is 22, out of the money by 10: 12, above the floor of 10 % of the strike; times 10.
    start(limited({}, { startingCash: '230', margin }), ...option('put'), bar(btc, '110'))
      .when(wish('-2', { instrument: put }))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '240', '230'))
      .when(wish('-1', { instrument: put }))
      .then(approve('sell', '1'))
      .when(wish('5', { instrument: put, strategy: 'b' }))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '370', '230'))
  })

  test('[R28] equity below the maintenance margin halts', () => {
    const margin = { kind: 'margin', rates: { initial: 0.5, maintenance: 0.25 } }
    start(limited({}, { startingCash: '1000', margin }), wish('20'), fill('t-6-0', 'buy', '20'))
      .when(snapshot('500', '1000'))
      .then(marginUse('margin', '1000', '1000', '0', '500'))
      .when(snapshot('499.99', '1000'))
      .then(
        {
          topic: 'risk.halted',
          payload: {
            code: 'MARGIN_BELOW_MAINTENANCE',
            reason: 'equity is below the maintenance margin',
            value: '499.99',
            limit: '500',
            state: 'REDUCING',
          },
        },
        marginUse('margin', '1000', '1000', '0', '500'),
      )
  })

  test('[R29] an order may not meet a resting order of ours', () => {
    const rests = wish('-1', { strategy: 'b', orderType: 'limit', limitPrice: '101' })
    start(limited({}), rests)
      .when(wish('1', { orderType: 'limit', limitPrice: '101' }))
      .then(refuse('SELF_TRADE', 't-6-0', '101'))
      .when(wish('1', { orderType: 'limit', limitPrice: '100.99' }))
      .then(approve('buy', '1'))
    start(limited({}), rests, bar(btc, '101'))
      .when(wish('1'))
      .then(refuse('SELF_TRADE', 't-6-0', '101'))
      .when(canceled('t-6-0'))
      .then()
      .when(wish('1'))
      .then(approve('buy', '1'))
    const quoted = (bid: string, ask: string) =>
      event('md.tick', { kind: 'quote', instrument: btc, bid, bidSize: '1', ask, askSize: '1' })
    // At the market it takes the ask, which is ours, and not the middle.
    start(limited({}), rests, quoted('99', '101'))
      .when(wish('1'))
      .then(refuse('SELF_TRADE', 't-6-0', '101'))
      .when(quoted('99', '100.99'))
      .then()
      .when(wish('1'))
      .then(approve('buy', '1'))
  })
})

describe('a position that a commission left off the lot grid', () => {
  const feePaid = { asset: 'BTC', amount: '0.00075', isOfPosition: true } as const

  test('[R3] it is closed in whole lots, and the rest is nothing to do', () => {
    start(limited({}), wish('1'), fill('t-6-0', 'buy', '1', { fee: '0.075', feePaid }))
      .when(wish('2'))
      .then(approve('buy', '1'))
      .when(canceled('t-9-0'))
      .then()
      .when(wish('0'))
      .then(approve('sell', '0.999'))
      .when(fill('t-12-0', 'sell', '0.999'))
      .then()
      .when(wish('0'))
      .then(refuse('ALREADY_AT_TARGET', '0'))
      .when(command('halt', { whenHalted: 'flatten' }))
      .then(
        { topic: 'risk.halted', payload: expect.objectContaining({ state: 'HALTED', isFlattening: true }) },
        { topic: 'system.command.result', payload: expect.objectContaining({ isDone: true }) },
      )
  })
})

describe('rates', () => {
  test('[R30] of a strategy, and how many work', () => {
    start(limited({ maxWorkingOrders: 3 }, { strategies: { a: { maxStrategyOrdersPerMinute: 1 } } }))
      .when(wish('1', { strategy: 'a' }))
      .then(approve('buy', '1'))
      .when(wish('1', { strategy: 'a', instrument: eth }))
      .then(refuse('STRATEGY_ORDER_RATE_EXCEEDS_MAX', '2', '1'))
      .when(wish('1', { strategy: 'b' }))
      .then(approve('buy', '1'))
      .when(wish('1', { strategy: 'c' }))
      .then(approve('buy', '1'))
      .when(wish('1', { strategy: 'd' }))
      .then(refuse('WORKING_ORDERS_EXCEED_MAX', '4', '3'))
  })

  test('[R31] a wish that takes the place of one that waits asks for no more cancels: it is not counted', () => {
    start(limited({ maxCancelsPerMinute: 2 }), wish('1'), wish('1', { instrument: eth }), wish('1', { strategy: 'b' }))
      .when(wish('2'))
      .then(supersede)
      .when(wish('3'))
      .then(supersede)
      .when(wish('4'))
      .then(supersede)
      .restarted()
      .when(wish('2', { instrument: eth }))
      .then(expect.objectContaining({ topic: 'risk.superseded' }) as unknown as Statement)
      .when(wish('2', { strategy: 'b' }))
      .then(refuse('CANCEL_RATE_EXCEEDS_MAX', '3', '2'))
  })

  test('[R31] to be flat at the market is never beyond the rate of cancels, at a limit it is', () => {
    const flat = (more: object = {}) => wish('0', { instrument: eth, ...more })
    start(limited({ maxCancelsPerMinute: 1 }), wish('1'), wish('1', { instrument: eth }))
      .when(wish('2'))
      .then(supersede)
      .when(flat({ orderType: 'limit', limitPrice: '10' }))
      .then(refuse('CANCEL_RATE_EXCEEDS_MAX', '2', '1'))
      .when(flat())
      .then(expect.objectContaining({ topic: 'risk.superseded' }) as unknown as Statement)
  })

  test('[R31] beyond the rate of cancels what works goes on', () => {
    start(limited({ maxCancelsPerMinute: 1 }), wish('1'), wish('1', { instrument: eth }))
      .when(wish('2'))
      .then(supersede)
      .when(wish('2', { instrument: eth }))
      .then(refuse('CANCEL_RATE_EXCEEDS_MAX', '2', '1'))
      .when(wish('1', { instrument: eth }))
      .then(refuse('ALREADY_AT_TARGET', '1'))
      .when(wish('2', { instrument: eth }, 62 * second))
      .then(expect.objectContaining({ topic: 'risk.superseded' }) as unknown as Statement)
  })
})

describe('losses', () => {
  const profits = (strategy: string, realized: string, equity = '100000', at?: number): Told =>
    event(
      'pnl.snapshot',
      {
        currency: 'USDT',
        equity,
        peakEquity: '100000',
        grossExposure: '0',
        realized,
        unrealized: '0',
        fees: '1',
        strategies: [{ strategy, realized, unrealized: '0', fees: '1' }],
      },
      at,
    )
  const strategyHalted = (code: string, value: string, limit: string) =>
    ({ topic: 'risk.strategy_halted', payload: { strategy: 'ema-cross', code, value, limit } }) as Statement

  test('[R32] [R20] a deposit is no profit of the day, and a day that has passed does not come back', () => {
    const at = (time: number, profit: string, equity: string) => ({
      ...event('pnl.snapshot', {
        currency: 'USDT',
        equity,
        peakEquity: '200000',
        grossExposure: '0',
        realized: profit,
        unrealized: '0',
        fees: '0',
        strategies: [],
      }),
      at: time,
    })
    start(limited({ maxDailyLoss: '1000' }))
      .when(at(20 * day, '0', '100000'))
      .then()
      .when(at(20 * day + 1, '-900', '104100'))
      .then()
      .when(at(19 * day, '-950', '104050'))
      .then()
      .when(at(20 * day + 2, '-1000', '104000'))
      .then()
      .when(at(20 * day + 3, '-1000.5', '103999.5'))
      .then({ topic: 'risk.halted', payload: expect.objectContaining({ value: '1000.5' }) })
  })

  test('[R32] a UTC day may lose so much; the next one begins with what was left', () => {
    const at = (time: number, equity: string) => ({ ...snapshot(equity, '100000'), at: time })
    start(limited({ maxDailyLoss: '1000' }))
      .when(at(20 * day, '99500'))
      .then()
      .when(at(21 * day - 1, '99000'))
      .then()
      .when(at(21 * day, '98000'))
      .then()
      .when(at(21 * day + 1, '97999.5'))
      .then({
        topic: 'risk.halted',
        payload: {
          code: 'DAILY_LOSS_EXCEEDS_MAX',
          reason: 'the day lost too much',
          value: '1000.5',
          limit: '1000',
          state: 'REDUCING',
        },
      })
  })

  test('[R33] [R35] a strategy that lost too much adds nothing, the others go on; an operator resumes it', () => {
    start(limited({}, { strategies: { 'ema-cross': { maxStrategyDrawdown: '100' } } }))
      .when(profits('ema-cross', '51', '100000', 20 * day))
      .then()
      .when(profits('ema-cross', '-49.01'))
      .then(strategyHalted('DRAWDOWN_EXCEEDS_MAX', '100.01', '100'))
      .when(profits('ema-cross', '-60'))
      .then()
      .when(wish('1'))
      .then(refuse('STRATEGY_HALTED', 'DRAWDOWN_EXCEEDS_MAX'))
      .when(wish('1', { strategy: 'b' }))
      .then(approve('buy', '1', { strategy: 'b' }))
      .restarted()
      .when(event('system.command', { command: 'strategy.resume', target: 'ema-cross', reason: 'ok', operator: 'ann' }))
      .then(
        { topic: 'risk.strategy_resumed', payload: { strategy: 'ema-cross', reason: 'ann: ok' } },
        expect.objectContaining({ topic: 'system.command.result' }),
      )
      .when(wish('1'))
      .then(approve('buy', '1'))
  })

  test('[R32] [R33] [R45] funding is a loss, not money that went: of the day, and of the strategy', () => {
    const paid = (amount: string, time: number) => {
      const sums = { realized: '0', unrealized: '0', fees: '0', paid: amount }
      const equity = String(100_000 + Number(amount))
      return event(
        'pnl.snapshot',
        {
          ...{ currency: 'USDT', equity, peakEquity: '200000', grossExposure: '0', ...sums },
          strategies: [{ strategy: 'ema-cross', ...sums }],
        },
        time,
      )
    }
    start(limited({ maxDailyLoss: '50', maxStrategyDailyLoss: '40' }))
      .when(paid('0', 20 * day))
      .then()
      .when(paid('-40.5', 20 * day + 1))
      .then(strategyHalted('DAILY_LOSS_EXCEEDS_MAX', '40.5', '40'))
      .when(paid('-50.5', 20 * day + 2))
      .then({ topic: 'risk.halted', payload: expect.objectContaining({ value: '50.5' }) })
  })

  test('[R33] a strategy’s daily loss counts from the day before', () => {
    start(limited({ maxStrategyDailyLoss: '100' }))
      .when(profits('ema-cross', '-90', '100000', 20 * day))
      .then()
      .when(profits('ema-cross', '-191', '100000', 21 * day))
      .then(strategyHalted('DAILY_LOSS_EXCEEDS_MAX', '101', '100'))
  })

  test.each([
    ['maxStrategyDailyLoss', 'DAILY_LOSS_EXCEEDS_MAX'],
    ['maxStrategyDrawdown', 'DRAWDOWN_EXCEEDS_MAX'],
  ])('[R20] [R33] %s that is set in a running tree counts from where the strategy stands', (name, code) => {
    const asked = limited({ [name]: '1000' })
    for (const before of ['5000', '-5000', '0'])
      start(limited({}), wish('1'), profits('ema-cross', before))
        .reconfigured(asked)
        .restarted()
        .when(profits('ema-cross', before))
        .then()
        .when(profits('ema-cross', String(Number(before) - 1000)))
        .then()
        .when(profits('ema-cross', String(Number(before) - 1000.5)))
        .then(strategyHalted(code, '1000.5', '1000'))
    // Of another strategy, or of another kind, a limit was there from the start.
    const other = name === 'maxStrategyDrawdown' ? 'maxStrategyDailyLoss' : 'maxStrategyDrawdown'
    for (const limits of [{ b: { [name]: '1' } }, { 'ema-cross': { [other]: '100000' } }])
      start(limited({}, { strategies: limits }), profits('ema-cross', '-5000'))
        .reconfigured(
          limited({}, { strategies: { ...limits, 'ema-cross': { ...limits['ema-cross'], [name]: '1000' } } }),
        )
        .restarted()
        .when(profits('ema-cross', '-5999.5'))
        .then()
        .when(profits('ema-cross', '-6000.5'))
        .then(strategyHalted(code, '1000.5', '1000'))
    // Nor does it know what was while nobody asked.
    start(asked, profits('ema-cross', '500'))
      .reconfigured(limited({}))
      .reconfigured(asked)
      .when(profits('ema-cross', '-5000'))
      .then()
      .when(profits('ema-cross', '-6000.5'))
      .then(strategyHalted(code, '1000.5', '1000'))
  })

  test('[R20] [R33] who trades first after the limit was set counts from zero', () => {
    start(limited({}), profits('b', '5000'))
      .reconfigured(limited({ maxStrategyDailyLoss: '1000' }))
      .when(profits('b', '5000'))
      .then()
      .when(profits('ema-cross', '-999.5'))
      .then(strategyHalted('DAILY_LOSS_EXCEEDS_MAX', '1000.5', '1000'))
  })

  const update = (position: string, realized: string, at?: number, more: object = {}): Told =>
    event(
      'pnl.update',
      {
        strategy: 'ema-cross',
        instrument: btc,
        currency: 'USDT',
        position,
        averagePrice: null,
        mark: '100',
        realized,
        unrealized: '0',
        fees: '0',
        ...more,
      },
      at,
    )

  test('[R34] a round trip that funding made a loser is one', () => {
    start(limited({ maxConsecutiveLosses: 1 }), update('2', '0'))
      .when(update('0', '5', undefined, { paid: '-5.01' }))
      .then(strategyHalted('CONSECUTIVE_LOSSES_EXCEED_MAX', '1', '1'))
  })

  test('[R34] losing round trips in a row halt, a partial close is none, a winner ends the row', () => {
    start(limited({ maxConsecutiveLosses: 2 }), update('2', '0'), update('1', '-5'), update('0', '-7'))
      .when(update('-1', '-7'))
      .then()
      .when(update('1', '0'))
      .then()
      .when(update('-2', '-1'))
      .then()
      .restarted()
      .when(update('0', '-2'))
      .then(strategyHalted('CONSECUTIVE_LOSSES_EXCEED_MAX', '2', '2'))
  })

  test('[R34] after a loss it cools down', () => {
    start(limited({ cooldownMs: 10_000 }), update('1', '0'), update('0', '-1', 2 * second))
      .when(wish('1', {}, 12 * second - 1))
      .then(refuse('COOLDOWN', String(12 * second - 1), String(12 * second)))
      .when(wish('1', {}, 12 * second))
      .then(approve('buy', '1'))
  })

  test('[R34] [R3] a round trip ends though less than a lot is left of a commission that was taken of what was bought', () => {
    start(limited({ maxConsecutiveLosses: 2 }), update('0.1234', '0'), update('0.0004', '-1'), update('0.1234', '-1'))
      .when(update('0.0004', '-2'))
      .then(strategyHalted('CONSECUTIVE_LOSSES_EXCEED_MAX', '2', '2'))
  })

  test('[R33] [R34] what others trade has no limit of a strategy', () => {
    const limits = { maxStrategyDailyLoss: '10', maxStrategyDrawdown: '10', maxConsecutiveLosses: 1 }
    start(limited(limits), update('1', '0', undefined, { strategy: 'external' }))
      .when(profits('external', '-500'))
      .then()
      .when(update('0', '-500', undefined, { strategy: 'external' }))
      .then()
  })

  test('[R20] [R34] a limit of round trips that is set in a running tree counts those that end after it', () => {
    const asked = limited({ maxConsecutiveLosses: 1 })
    const halts = strategyHalted('CONSECUTIVE_LOSSES_EXCEED_MAX', '1', '1')
    start(limited({}), update('1', '0'), update('0', '5000'))
      .reconfigured(asked)
      .when(update('1', '5000'))
      .then()
      .when(update('0', '4990'))
      .then(halts)
    start(limited({}), update('1', '0'), update('0', '-5000'))
      .reconfigured(asked)
      .when(update('1', '-5000'))
      .then()
      .when(update('0', '-4990'))
      .then()
    const ofAnother = { b: { maxConsecutiveLosses: 9 } }
    start(
      limited({}, { strategies: ofAnother }),
      update('1', '0'),
      update('0', '-5'),
      update('1', '-5'),
      update('0', '-9'),
    )
      .reconfigured(limited({}, { strategies: { ...ofAnother, 'ema-cross': { maxConsecutiveLosses: 1 } } }))
      .when(update('1', '-9'))
      .then()
      .when(update('0', '-10'))
      .then(halts)
    // What nothing was realized of has only the fees of this trip.
    start(limited({}), update('1', '0', undefined, { fees: '2' }))
      .reconfigured(asked)
      .when(update('2', '0', undefined, { fees: '4' }))
      .then()
      .when(update('0', '5', undefined, { fees: '6' }))
      .then(halts)
    const twice = limited({ maxConsecutiveLosses: 2 })
    start(twice, update('1', '0'), update('0', '-1'), update('1', '-1'))
      .reconfigured(limited({}))
      .reconfigured(twice)
      .when(update('0', '-2'))
      .then()
      .when(update('1', '-2'))
      .then()
      .when(update('0', '-3'))
      .then()
  })

  test('[R20] [R34] a cooldown is as long as the configuration of now says', () => {
    const lost = [update('1', '0', 1 * second), update('0', '-1', 2 * second)]
    start(limited({ cooldownMs: 10_000 }), ...lost)
      .reconfigured(limited({ cooldownMs: 1_000 }))
      .when(wish('1', {}, 3 * second - 1))
      .then(refuse('COOLDOWN', String(3 * second - 1), String(3 * second)))
      .reconfigured(limited({ cooldownMs: 20_000 }))
      .when(wish('1', {}, 22 * second - 1))
      .then(refuse('COOLDOWN', String(22 * second - 1), String(22 * second)))
      .reconfigured(limited({ maxConsecutiveLosses: 9 }))
      .when(wish('1'))
      .then(approve('buy', '1'))
  })
})

describe('what passes while halted', () => {
  const bought = [wish('10'), fill('t-6-0', 'buy', '10')]

  test('[R17] refuse: nothing, not even what reduces', () => {
    start(limited({}, { whenHalted: 'refuse' }), ...bought, command('halt'))
      .when(wish('0'))
      .then(refuse('HALTED', 'OPERATOR'))
  })

  test('[R36] flatten: the gate closes what is open, and again until it is closed', () => {
    const time = (now: number) => event('system.time', { now }, now)
    const scene = start(
      limited({}, { whenHalted: 'flatten', timeInForce: 'DAY' }),
      ...bought,
      wish('5', { instrument: eth, strategy: 'b' }),
    )
    const { answers } = scene.when(command('halt'))
    expect(answers.map(({ topic }) => topic)).toEqual(['risk.halted', 'risk.approved', 'system.command.result'])
    expect(answers[0]?.payload).toMatchObject({ code: 'OPERATOR', state: 'HALTED', isFlattening: true })
    expect(answers[1]?.payload).toMatchObject({ side: 'sell', quantity: '10', orderType: 'market', instrument: btc })
    expect(answers[1]?.payload).toMatchObject({ timeInForce: 'GTC' })
    scene
      .when(time(2 * second))
      .then()
      .when(fill('t-9-0', 'buy', '2', { instrument: eth, strategy: 'b', price: '10' }))
      .then()
      .when({ ...canceled('t-9-0') })
      .then()
      .restarted()
      .when(time(3 * second))
      .then(approve('sell', '2', { instrument: eth, strategy: 'b' }))
      .when(wish('1'))
      .then(refuse('HALTED', 'OPERATOR'))
  })

  test('[R36] what the venue does not fill is tried ever more rarely, with one alert, until it is filled', () => {
    const scene = start(limited({}, { whenHalted: 'flatten' }), ...bought)
    /** Tells the time each second for so long and answers every approval with an end: when it was tried, seconds from the start. */
    const tries = (from: number, to: number, end: (clientOrderId: string) => Told) => {
      const found: number[] = []
      let alerts = 0
      for (let second = from; second < to; second++) {
        const { answers } = scene.when(time(second * 1_000_000))
        alerts += answers.filter(({ topic }) => topic === 'system.alert').length
        seq += 1 + answers.length
        if (answers.some(({ topic }) => topic === 'risk.approved')) {
          found.push(second)
          scene.when(end(`t-${seq - answers.length}-${answers.length - 1}`))
          seq += 1
        }
      }
      return { found, alerts }
    }
    const time = (now: number) => event('system.time', { now }, now)
    scene.when(command('halt'))
    scene.when(rejected('t-9-1', 'VENUE_CLOSED'))
    let seq = 13
    expect(tries(2, 100, (id) => rejected(id, 'VENUE_CLOSED'))).toEqual({ found: [2, 4, 8, 16, 32, 64], alerts: 1 })
    scene.restarted()
    expect(tries(100, 8_000, canceled)).toEqual({
      found: [128, 256, 512, 1024, 2048, 4096, 7696],
      alerts: 0,
    })
    // A part of it is filled: it goes on at once, and what fails then is counted anew.
    const filled = (id: string) => fill(id, 'sell', '4', { leavesQuantity: '6' })
    expect(tries(8_000, 11_297, filled)).toEqual({ found: [11_296], alerts: 0 })
    scene.when(canceled(`t-${seq - 2}-0`))
    seq += 1
    expect(tries(11_297, 11_306, (id) => rejected(id))).toEqual({ found: [11_297, 11_298, 11_300, 11_304], alerts: 1 })
  })

  test('[R36] [R35] a resume ends the count, and what has expired is left to the venue', () => {
    const time = (now: number) => event('system.time', { now }, now)
    const expiring = { instrument: eth, strategy: 'b' }
    const scene = start(
      limited({}, { whenHalted: 'flatten' }),
      ...bought,
      listed(eth, { expiresAt: 5 * second }),
      wish('5', expiring),
      fill('t-10-0', 'buy', '5', { ...expiring, price: '10' }),
      command('halt'),
    )
    const both = [approve('sell', '5', expiring), approve('sell', '10')]
    const neither = (cause: number, n: number) => {
      scene.when(rejected(`t-${cause}-${n}`)).then()
      scene.when(rejected(`t-${cause}-${n + 1}`)).then()
    }
    neither(13, 1)
    scene.when(time(4 * second)).then(...both)
    neither(20, 0)
    scene.when(command('resume'))
    expect(scene.when(command('halt')).answers.slice(1, 3)).toEqual(both)
    neither(28, 1)
    scene.when(time(5 * second)).then(approve('sell', '10'))
  })
})
