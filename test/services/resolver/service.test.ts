import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Statement } from '#schemas/event.ts'
import { type RoleOrders, resolver } from '#services/resolver/service.ts'
import { event, given, type Told } from '#test/given.ts'
import {
  atTarget,
  bar,
  btc,
  config,
  day,
  eth,
  goog,
  intent,
  listed,
  noon,
  option,
  optionId,
  optionTick,
  position,
  quote,
  refused,
  resolved,
  swing,
  trade,
} from './resolver-told.ts'

const start = (...past: readonly Told[]) => given(resolver, config, listed(btc), bar(btc, '60000'), ...past)
const limit = (limitPrice: string) => ({ orderType: 'limit', limitPrice })
const worded = (orders: RoleOrders) => ({
  mappings: config.mappings.map((one) => (one.role === 'main' ? { ...one, orders } : one)),
})
const notional = (amount: string) => ({ size: { kind: 'notional', notional: amount } }) as const

describe('spot and futures', () => {
  test('[S1] the reference is the newest close, trade or middle of a quote with both sides', () => {
    start()
      .when(intent('long'))
      .then(resolved(btc, '1.000', '60000'))
      .when(trade(btc, '60001.5'))
      .then()
      .when(intent('long'))
      .then(resolved(btc, '1.000', '60001.5'))
      .when(quote(btc, '60001.50', '60001.51'))
      .then()
      .when(quote(btc, null, '70000'))
      .then()
      .when(intent('long'))
      .then(resolved(btc, '1.000', '60001.505'))
      .when(bar(btc, '60002'))
      .then()
      .when(intent('long'))
      .then(resolved(btc, '1.000', '60002'))
  })

  test('[S18] after a split, before the first new price, a size in money is sized at the old price in new units', () => {
    start(event('md.split', { instrument: btc, numerator: 4, denominator: 1 }))
      .when(intent('long', notional('60000')))
      .then(resolved(btc, '4.000', '15000'))
      .restarted()
      .when(bar(btc, '15010'))
      .then()
      .when(intent('long'))
      .then(resolved(btc, '1.000', '15010'))
  })

  test('[S7] long is positive, short negative, flat nothing', () => {
    start()
      .when(intent('long'))
      .then(resolved(btc, '1.000', '60000'))
      .when(intent('short'))
      .then(resolved(btc, '-1.000', '60000'))
      .when(intent('flat'))
      .then(resolved(btc, '0', '60000'))
  })

  test('[S7] sizes are rounded down to whole lots', () => {
    start()
      .when(intent('long', { size: { kind: 'quantity', quantity: '0.0019999' } }))
      .then(resolved(btc, '0.001', '60000'))
      .when(intent('short', notional('100000')))
      .then(resolved(btc, '-1.666', '60000'))
      .when(intent('long', notional('60')))
      .then(resolved(btc, '0.001', '60000'))
  })

  test('[S7] a notional counts the multiplier and takes a negative price at its size', () => {
    given(resolver, config, listed(btc, { multiplier: '50', lotSize: '1' }), bar(btc, '-40'))
      .when(intent('long', notional('6001')))
      .then(resolved(btc, '3', '-40'))
  })

  test('[S7] an inverse contract costs multiplier / price of its coin', () => {
    const perpetual = { kind: 'perpetual', multiplier: '10', lotSize: '1', currency: 'BTC', isInverse: true } as const
    const scene = given(resolver, { ...config, currency: 'BTC' }, listed(btc, perpetual), bar(btc, '60000'))
    // 0.5 BTC are 30000 USD, 3000 contracts of 10; of 0.000333 BTC 1 is left, of 0.0001 none.
    scene.when(intent('long', notional('0.5'))).then(resolved(btc, '3000', '60000'))
    scene.when(intent('short', notional('0.000333'))).then(resolved(btc, '-1', '60000'))
    scene
      .when(intent('long', notional('0.0001')))
      .then(refused('SIZE_BELOW_ONE_LOT', { value: '0.600000000000', limit: '1' }))
    scene.when(bar(btc, '0'))
    scene.when(intent('long', notional('1'))).then(refused('NO_PRICE', { value: btc, limit: '0' }))
  })

  test('[S7] a notional is money of the account, and buys nothing of another currency; a quantity is no money', () => {
    const scene = given(resolver, { ...config, currency: 'USD' }, listed(btc), bar(btc, '60000'))
    scene
      .when(intent('long', notional('25000')))
      .then(refused('CURRENCY_MISMATCH', { value: `${btc} USDT`, limit: '25000 USD' }))
      .when(intent('long'))
      .then(resolved(btc, '1.000', '60000'))
  })

  test('[S8] a limit moves against us and rounds so that we never give more than asked', () => {
    const ordered = (entry: number, exit: number) =>
      worded({ entry: { type: 'limit', limitBps: entry }, exit: { type: 'limit', limitBps: exit } })
    given(resolver, ordered(5, 5), listed(btc), bar(btc, '100.03'))
      .when(intent('long'))
      .then(resolved(btc, '1.000', '100.03', limit('100.08')))
      .when(intent('flat'))
      .then(resolved(btc, '0', '100.03', limit('99.98')))
      .reconfigured(ordered(2.5, 0))
      .when(intent('short'))
      .then(resolved(btc, '-1.000', '100.03', limit('100.01')))
      .when(intent('flat'))
      .then(resolved(btc, '0', '100.03', limit('100.03')))
      .reconfigured(ordered(-10, 0))
      .when(intent('long'))
      .then(resolved(btc, '1.000', '100.03', limit('99.92')))
  })

  test('[S8] [S20] the side is that of the step; no step, and what is urgent, is a market order', () => {
    const orders = { exit: { type: 'limit', limitBps: 100 } } as const
    given(
      resolver,
      worded(orders),
      listed(btc),
      bar(btc, '60000'),
      intent('long', { size: { kind: 'quantity', quantity: '3' } }),
    )
      .when(intent('long'))
      .then(resolved(btc, '1.000', '60000', limit('59400.00')))
      .when(intent('long'))
      .then(resolved(btc, '1.000', '60000'))
      .when(intent('flat', { isUrgent: true }))
      .then(resolved(btc, '0', '60000'))
  })

  const onGrid = (orders: RoleOrders) => given(resolver, worded(orders), listed(btc), bar(btc, '100.03', 7))
  const size = (quantity: string) => ({ size: { kind: 'quantity', quantity } }) as const

  test.each([
    [
      { type: 'market', timeInForce: 'IOC' },
      { orderType: 'market', timeInForce: 'IOC' },
    ],
    [
      { type: 'limit', limitBps: -10, isPostOnly: true, timeInForce: 'GTD', goodFor: '30m' },
      { ...limit('99.92'), isPostOnly: true, timeInForce: 'GTD', activeUntil: noon + 1_800_000_000 },
    ],
    [
      { type: 'stop', stopBps: 100 },
      { orderType: 'stop', stopPrice: '101.04' },
    ],
    [
      { type: 'stop_limit', stopBps: 100, limitBps: 5 },
      { orderType: 'stop_limit', stopPrice: '101.04', limitPrice: '101.09' },
    ],
    [
      { type: 'trailing_stop', trailingBps: 1 },
      { orderType: 'trailing_stop', trailingOffset: '0.02' },
    ],
    [
      { type: 'market_if_touched', stopBps: 100 },
      { orderType: 'market_if_touched', stopPrice: '99.02' },
    ],
    [
      { type: 'limit_if_touched', stopBps: 100, limitBps: 0 },
      { orderType: 'limit_if_touched', stopPrice: '99.02', limitPrice: '99.02' },
    ],
  ] as const)('[S19] an entry of %j rests no nearer than was asked', (entry, terms) => {
    onGrid({ entry })
      .when(intent('long'))
      .then(resolved(btc, '1.000', '100.03', terms))
      .when(intent('flat'))
      .then(resolved(btc, '0', '100.03'))
  })

  test('[S19] what leaves does so no later than was asked, and an offset is at least a tick', () => {
    onGrid({ exit: { type: 'stop', stopBps: 100, isReduceOnly: true } })
      .when(intent('long'))
      .then(resolved(btc, '1.000', '100.03'))
      .when(intent('flat'))
      .then(resolved(btc, '0', '100.03', { orderType: 'stop', stopPrice: '99.03', isReduceOnly: true }))
    onGrid({ exit: { type: 'market_if_touched', stopBps: 100 } })
      .when(intent('long'))
      .then(resolved(btc, '1.000', '100.03'))
      .when(intent('flat'))
      .then(resolved(btc, '0', '100.03', { orderType: 'market_if_touched', stopPrice: '101.03' }))
    onGrid({ exit: { type: 'trailing_stop', trailingBps: 0.5 } })
      .when(intent('long'))
      .then(resolved(btc, '1.000', '100.03'))
      .when(intent('flat'))
      .then(resolved(btc, '0', '100.03', { orderType: 'trailing_stop', trailingOffset: '0.01' }))
  })

  test('[S20] what adds has the terms of an entry; what takes, and a reversal, those of an exit', () => {
    const exit = { orderType: 'market', timeInForce: 'IOC' } as const
    onGrid({
      entry: { type: 'limit', limitBps: 0 },
      exit: { type: 'market', timeInForce: 'IOC', isReduceOnly: true },
    })
      .when(intent('long'))
      .then(resolved(btc, '1.000', '100.03', limit('100.03')))
      .when(intent('long', size('3')))
      .then(resolved(btc, '3.000', '100.03', limit('100.03')))
      .when(intent('long', size('2')))
      .then(resolved(btc, '2.000', '100.03', { ...exit, isReduceOnly: true }))
      .when(intent('short'))
      .then(resolved(btc, '-1.000', '100.03', exit))
  })

  test('[S5] a changed mapping closes what was held, then opens the new', () => {
    const changed = { mappings: [{ strategy: 'ema-cross', role: 'main', to: { kind: 'instrument', instrument: eth } }] }
    start(intent('long'), listed(eth), bar(eth, '3000'))
      .reconfigured(changed)
      .restarted()
      .when(intent('short'))
      .then(resolved(btc, '0', '60000'), resolved(eth, '-1.000', '3000'))
  })

  test('[S6] flat closes what is held even when the mapping is gone', () => {
    start(intent('long'))
      .reconfigured({ mappings: [] })
      .when(intent('flat'))
      .then(resolved(btc, '0', '60000'))
      .when(position('ema-cross', btc, '0'))
      .then()
      .when(intent('flat'))
      .then(refused('ROLE_NOT_MAPPED', { value: 'ema-cross/main' }))
  })

  test('[S9] every refusal has its code and numbers', () => {
    const side = { role: 'side' } as const
    start()
      .when(intent('long', { role: 'other' }))
      .then(refused('ROLE_NOT_MAPPED', { role: 'other', value: 'ema-cross/other' }))
      .when(intent('long', side))
      .then(refused('INSTRUMENT_UNKNOWN', { ...side, value: eth }))
      .when(listed(eth))
      .then()
      .when(intent('long', side))
      .then(refused('NO_PRICE', { ...side, value: eth }))
      .when(bar(eth, '0'))
      .then()
      .when(intent('long', { ...side, ...notional('5') }))
      .then(refused('NO_PRICE', { ...side, value: eth, limit: '0' }))
      .when(intent('long', { size: undefined }))
      .then(refused('SIZE_MISSING', { value: btc }))
      .when(intent('long', notional('59.99')))
      .then(refused('SIZE_BELOW_ONE_LOT', { value: '0.000999833333', limit: '0.001' }))
      .when(intent('long', { size: { kind: 'quantity', quantity: '0.0009' } }))
      .then(refused('SIZE_BELOW_ONE_LOT', { value: '0.0009', limit: '0.001' }))
  })

  test('[S10] two meanings of one role, or two roles in one instrument, are refused', () => {
    const [first, second] = config.mappings
    expect(() => given(resolver, { mappings: [first, first] })).toThrow('ema-cross/main is mapped already')
    expect(() => given(resolver, { mappings: [first, { ...second, to: first?.to }] })).toThrow(
      'in its role main already',
    )
  })
})

describe('options', () => {
  const near = '2016-06-17'
  const far = '2016-06-24'
  const strikes = ['700', '705', '710']
  const chain = [near, far].flatMap((expiry) =>
    strikes.flatMap((strike) => [option(expiry, strike, 'call'), option(expiry, strike, 'put')]),
  )
  const prices = [near, far].flatMap((expiry) =>
    strikes.flatMap((strike) => [
      optionTick(optionId(expiry, strike, 'call'), '2.00', '2.10'),
      optionTick(optionId(expiry, strike, 'put'), '3.00', '3.10'),
    ]),
  )
  const market = [...chain, bar(goog, '706'), ...prices]
  const name = { strategy: 'swing' }
  const call = (strike: string, expiry = near) => optionId(expiry, strike, 'call')
  const put = (strike: string, expiry = near) => optionId(expiry, strike, 'put')
  const begin = (...past: readonly Told[]) => given(resolver, config, ...market, ...past)

  test('[S3] [S4] long buys the call and short the put at the money of the nearest expiry', () => {
    begin()
      .when(swing('long'))
      .then(resolved(call('705'), '1', '2.05', name))
    begin()
      .when(swing('short'))
      .then(resolved(put('705'), '1', '3.05', name))
  })

  test('[S4] a tie goes to the lower strike, whatever was listed first', () => {
    begin(bar(goog, '707.5'))
      .when(swing('long'))
      .then(resolved(call('705'), '1', '2.05', name))
    begin(bar(goog, '707.51'))
      .when(swing('long'))
      .then(resolved(call('710'), '1', '2.05', name))
  })

  test('[S4] an expiry counts calendar days from the day of the wish', () => {
    const long = (at: number) => swing('long', { role: 'far' }, at)
    begin()
      .when(long(noon))
      .then(resolved(call('705'), '1', '2.05', { ...name, role: 'far' }))
    begin()
      .when(long(noon + day))
      .then(resolved(call('705', far), '1', '2.05', { ...name, role: 'far' }))
  })

  test('[S4] an option lives through its day of expiry, or until the instant that is stated', () => {
    const lastDay = noon + 2 * day
    begin()
      .when(swing('long', {}, lastDay))
      .then(resolved(call('705'), '1', '2.05', name))
    begin()
      .when(swing('long', {}, lastDay + day / 2))
      .then(resolved(call('705', far), '1', '2.05', name))
    begin(option(near, '705', 'call', { expiresAt: lastDay }))
      .when(swing('long', {}, lastDay))
      .then(resolved(call('710'), '1', '2.05', name))
  })

  test('[S5] the same wish keeps its option when the spot has moved on, until it expires', () => {
    begin(swing('long'), bar(goog, '711'))
      .when(swing('long', { size: { kind: 'quantity', quantity: '2' } }))
      .then(resolved(call('705'), '2', '2.05', name))
      .restarted()
      .when(swing('long', {}, noon + 5 * day))
      .then(resolved(call('705'), '0', '2.05', name), resolved(call('710', far), '1', '2.05', name))
  })

  test('[S5] a reversal sells what is held, then buys the other right; flat sells what is held', () => {
    begin(swing('long'), bar(goog, '711'))
      .when(swing('short'))
      .then(resolved(call('705'), '0', '2.05', name), resolved(put('710'), '1', '3.05', name))
      .when(position('swing', call('705'), '0'))
      .then()
      .when(swing('flat'))
      .then(resolved(put('710'), '0', '3.05', name))
      .when(position('swing', put('710'), '0'))
      .then()
      .when(swing('flat'))
      .then(refused('NOTHING_HELD', { ...name, value: goog }))
  })

  test('[S22] what is left is resolved to 0 again by flat and by another wish, until it is known to be gone', () => {
    const sold = resolved(call('705'), '0', '2.05', name)
    const bought = resolved(put('710'), '1', '3.05', name)
    const left = () =>
      begin(swing('long'), position('swing', call('705'), '1'), bar(goog, '711'))
        .when(swing('flat'))
        .then(sold)
    // Refused, or ended with a rest: nothing tells that it is gone, nor does an order at work that is to close it.
    left().when(swing('flat')).then(sold)
    left().restarted().when(swing('short')).then(sold, bought)
    left()
      .when(atTarget('swing', call('705')))
      .then()
      .when(swing('flat'))
      .then(sold)
    left()
      .when(position('swing', call('705'), '0.5'))
      .then()
      .reconfigured({ mappings: [] })
      .when(swing('flat'))
      .then(sold)
    left()
      .when(position('swing', call('705'), '0'))
      .then()
      .when(swing('short'))
      .then(bought)
    // Of others it tells nothing.
    left()
      .when(position('other', call('705'), '0'))
      .then()
      .when(swing('flat'))
      .then(sold)
    // Held again it is left no more; expired it is the venue's.
    left()
      .when(bar(goog, '706'))
      .then()
      .when(swing('long'))
      .then(resolved(call('705'), '1', '2.05', name))
    left()
      .when(swing('flat', {}, noon + 3 * day))
      .then(refused('NOTHING_HELD', { ...name, value: goog }))
  })

  test('[S22] what never was held is not left', () => {
    begin(swing('long'))
      .when(swing('flat'))
      .then(resolved(call('705'), '0', '2.05', name))
      .when(atTarget('swing', call('705')))
      .then()
      .when(swing('flat'))
      .then(refused('NOTHING_HELD', { ...name, value: goog }))
  })

  test('[S5] the close is said even when the new leg is refused', () => {
    given(
      resolver,
      config,
      option(near, '705', 'call'),
      bar(goog, '706'),
      optionTick(call('705'), '2', '2.1'),
      swing('long'),
    )
      .when(swing('short'))
      .then(
        resolved(call('705'), '0', '2.05', name),
        refused('NO_LISTED_OPTION', { ...name, value: 'GOOG.USA put', limit: '0' }),
      )
  })

  test('[S7] a notional buys whole contracts of 100', () => {
    begin()
      .when(swing('long', notional('820')))
      .then(resolved(call('705'), '4', '2.05', name))
    begin()
      .when(swing('long', notional('204')))
      .then(refused('SIZE_BELOW_ONE_LOT', { ...name, value: '0.995121951219', limit: '1' }))
  })

  test('[S1] an option without both sides has the price of its last trade', () => {
    begin(optionTick(call('705'), null, '2.10', { last: '1.95' }))
      .when(swing('long'))
      .then(resolved(call('705'), '1', '1.95', name))
  })

  test('[S2] without a price of its own the underlying has the one its options state', () => {
    given(resolver, config, ...chain)
      .when(swing('long'))
      .then(refused('NO_PRICE', { ...name, value: goog }))
      .when(optionTick(put('700'), null, null, { underlyingPrice: '709' }))
      .then()
      .when(swing('long'))
      .then(refused('NO_PRICE', { ...name, value: call('710') }))
  })

  test('[S11] restarted anywhere, it says what it would have said', () => {
    const anything = fc.constantFrom(
      ...market,
      swing('long'),
      swing('short'),
      swing('flat', { isUrgent: true }),
      swing('long', {}, noon + 4 * day),
      intent('long', notional('1000')),
      intent('flat'),
      listed(btc),
      bar(btc, '50'),
    )
    const told = (events: readonly Told[], restarts: readonly number[]): (readonly Statement[])[] => {
      const scene = given(resolver, config)
      return events.map((one, n) => {
        if (restarts.includes(n)) scene.restarted()
        return scene.when(one).answers
      })
    }
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 40 }), fc.uniqueArray(fc.nat(40)), (events, restarts) => {
        expect(told(events, restarts)).toEqual(told(events, []))
      }),
    )
  })
})
