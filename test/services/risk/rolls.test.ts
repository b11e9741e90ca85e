import { describe, test } from 'vitest'
import { risk } from '#services/risk/service.ts'
import { event, given, type Told } from '#test/given.ts'
import {
  account,
  approve,
  bar,
  btc,
  canceled,
  denied,
  eth,
  fill,
  limit,
  listed,
  market,
  refuse,
  rejected,
  second,
  supersede,
  wish,
} from './risk-told.ts'

const roll = (instrument: string, target: string, leg: number, legs = 2): Told =>
  wish(target, { intent: 'clock:9.0', instrument, leg, legs, isRoll: true })

/** Holds 900 of BTC at 100, of 100000. */
const holding = (limits: object, more: object = {}, ...past: readonly Told[]) =>
  given(
    risk,
    account(limits, more),
    ...market,
    wish('900', { instrument: btc }, 2 * second),
    fill('t-6-0', 'buy', '900'),
    ...past,
  )

/** A roll of BTC into ETH that has begun, with the order `t-10-0`, and for the rest of which there is no room before that is filled. */
const waiting = (limits: object, more: object = {}, target = '9400') => {
  const scene = holding(limits, more)
  scene.when(roll(btc, '0', 1))
  scene.when(roll(eth, target, 2)).then(approve('sell', '900', { instrument: btc }))
  return scene
}

describe('[R43] a roll', () => {
  test('has leave for every leg once the last is there, or waits for it over a restart', () => {
    holding({})
      .when(roll(btc, '0', 1))
      .then()
      .restarted()
      .when(roll(eth, '9000', 2))
      .then(approve('sell', '900', { instrument: btc }), approve('buy', '9000', { instrument: eth }))
  })

  test('[R37] of which a leg is told again is a duplicate, and the roll goes on', () => {
    holding({})
      .when(roll(btc, '0', 1))
      .then()
      .when(roll(btc, '0', 1))
      .then(refuse('DUPLICATE_INTENT', 'clock:9.0'))
      .when(roll(eth, '9000', 2))
      .then(approve('sell', '900'), approve('buy', '9000'))
  })

  test('waits with what it takes until what it leaves is sold, where there is room for both only then', () => {
    const scene = waiting({}, { margin: { kind: 'cash' } }, '9900')
    scene
      .when(fill('t-10-0', 'sell', '400', { tradeId: 'a', leavesQuantity: '500' }))
      .then()
      .restarted()
      .when(fill('t-10-0', 'sell', '500', { tradeId: 'b' }))
      .then(approve('buy', '9900', { instrument: eth }))
    waiting({ maxGrossExposure: '95000' })
      .when(fill('t-10-0', 'sell', '900'))
      .then(approve('buy', '9400', { instrument: eth }))
  })

  test('[R28] does not begin where what the sale brings is short of the fees of the sale itself', () => {
    const fees = { margin: { kind: 'cash' }, feeBound: { bps: 10, perUnit: '0.01' } }
    // Of 100000 there are 99901 left when 900 of BTC are sold with a fee of 90 + 9; 9970 of ETH cost 99700 and 99.7 + 99.7.
    const begin = (target: string) => {
      const scene = holding({}, fees)
      scene.when(roll(btc, '0', 1))
      return scene.when(roll(eth, target, 2))
    }
    begin('9970').then(approve('sell', '900'))
    begin('9971').then(
      refuse('ROLL_REFUSED', 'MARGIN_EXCEEDS_AVAILABLE'),
      refuse('MARGIN_EXCEEDS_AVAILABLE', '99909.42', '99901'),
    )
  })

  test('takes nothing where an order of what it leaves ends with a rest, whatever was filled of it', () => {
    const why = refuse('ROLL_REFUSED', 't-10-0')
    const ends = [canceled('t-10-0'), rejected('t-10-0'), denied('t-10-0', 'APPROVAL_EXPIRED')]
    for (const end of ends) waiting({ maxGrossExposure: '95000' }).when(end).then(why)
    const scene = waiting({ maxGrossExposure: '95000' })
    scene.when(fill('t-10-0', 'sell', '400', { leavesQuantity: '500' })).then()
    scene.when(canceled('t-10-0')).then(why)
    // The rest is filled after all: it is over all the same.
    scene.when(fill('t-10-0', 'sell', '500', { tradeId: 'late' })).then()
  })

  test('is judged anew once it is sold: by the prices, the limits and the age of then', () => {
    const scene = waiting({ maxGrossExposure: '95000' })
    scene.when(bar(eth, '11')).then()
    scene.when(fill('t-10-0', 'sell', '900')).then(refuse('EXPOSURE_EXCEEDS_MAX', '103400', '95000'))
    const late = waiting({ maxGrossExposure: '95000', maxIntentAgeMs: 1_000 })
    late.when(bar(eth, '10', 4 * second)).then()
    late.when(fill('t-10-0', 'sell', '900')).then(refuse('INTENT_STALE', '2000', '1000'))
  })

  test('takes all that waits or nothing, and waits for every order of what it leaves', () => {
    const [sol, xrp] = ['SOLUSDT.BINANCE', 'XRPUSDT.BINANCE'] as const
    const begin = () => {
      const others = [listed(sol), bar(sol, '10'), listed(xrp), bar(xrp, '10')]
      const held = [wish('300', { instrument: sol }), fill('t-13-0', 'buy', '300', { instrument: sol, price: '10' })]
      const scene = holding({ maxGrossExposure: '95000' }, {}, ...others, ...held)
      const legs = [roll(eth, '4000', 1, 4), roll(btc, '0', 2, 4), roll(xrp, '5000', 3, 4)]
      for (const leg of legs) scene.when(leg).then()
      scene.when(roll(sol, '0', 4, 4)).then(approve('sell', '900'), approve('sell', '300'))
      scene.when(fill('t-19-0', 'sell', '900')).then()
      return scene
    }
    const sold = fill('t-19-1', 'sell', '300', { instrument: sol, price: '10' })
    begin().when(sold).then(approve('buy', '4000'), approve('buy', '5000'))
    const dear = begin()
    dear.when(bar(xrp, '12'))
    dear
      .when(sold)
      .then(refuse('ROLL_REFUSED', 'EXPOSURE_EXCEEDS_MAX'), refuse('EXPOSURE_EXCEEDS_MAX', '100000', '95000'))
  })

  test('is over with a newer wish in one of its legs, not with one told again or of another strategy', () => {
    const scene = waiting({ maxGrossExposure: '95000' })
    scene.when(roll(eth, '9400', 2)).then(refuse('DUPLICATE_INTENT', 'clock:9.0'))
    scene.when(wish('0', { instrument: eth, strategy: 'other' })).then(refuse('ALREADY_AT_TARGET'))
    scene
      .when(wish('0', { instrument: eth, intent: 'strategy:77.0' }))
      .then(refuse('ROLL_REFUSED', 'strategy:77.0'), refuse('ALREADY_AT_TARGET'))
    scene.when(fill('t-10-0', 'sell', '900')).then()
    const left = waiting({ maxGrossExposure: '95000' })
    left
      .when(wish('0', { intent: 'strategy:78.0', ...limit('99') }))
      .then(refuse('ROLL_REFUSED', 'strategy:78.0'), supersede)
  })

  test('[R46] is over with a split of what it would take', () => {
    const split = event('md.split', { instrument: eth, numerator: 2, denominator: 1 })
    waiting({ maxGrossExposure: '95000' }).when(split).then(refuse('INTENT_STALE'))
  })

  test('[R11] counts what it leaves among the orders of the minute, before it begins', () => {
    const scene = holding({ maxOrdersPerMinute: 2, maxGrossExposure: '95000' })
    scene.when(roll(btc, '0', 1))
    scene
      .when(roll(eth, '100', 2))
      .then(refuse('ROLL_REFUSED', 'ORDER_RATE_EXCEEDS_MAX'), refuse('ORDER_RATE_EXCEEDS_MAX', '3', '2'))
  })

  test('[R28] sells no shares before the calls that they cover are bought back', () => {
    const call = 'BTC-100-C.BINANCE'
    const option = { kind: 'option', underlying: btc, right: 'call', strike: '100', expiry: '2030-01-01' } as const
    const past = [listed(call, option), bar(call, '5'), wish('-900', { instrument: call })]
    const scene = holding(
      {},
      { margin: { kind: 'cash' } },
      ...past,
      fill('t-11-0', 'sell', '900', { instrument: call }),
    )
    scene.when(roll(call, '0', 1))
    scene.when(roll(btc, '0', 2)).then(refuse('ROLL_REFUSED', 'SHORT_NOT_ALLOWED'), refuse('SHORT_NOT_ALLOWED'))
  })

  test('that breaks a limit with one leg has leave for none, with the code that did it', () => {
    const scene = holding({ maxGrossExposure: '95000' })
    scene.when(roll(btc, '0', 1))
    scene
      .when(roll(eth, '9600', 2))
      .then(refuse('ROLL_REFUSED', 'EXPOSURE_EXCEEDS_MAX'), refuse('EXPOSURE_EXCEEDS_MAX', '96000', '95000'))
    // And nothing of it is left: the next wish is judged on what is held.
    scene.when(wish('0', { instrument: btc })).then(approve('sell', '900'))
  })

  test('counts its legs together', () => {
    const other = 'SOLUSDT.BINANCE'
    const scene = given(risk, account({ maxGrossExposure: '95000' }), ...market, listed(other), bar(other, '10'))
    scene.when(roll(eth, '5000', 1))
    scene
      .when(roll(other, '5000', 2))
      .then(refuse('ROLL_REFUSED', 'EXPOSURE_EXCEEDS_MAX'), refuse('EXPOSURE_EXCEEDS_MAX', '100000', '95000'))
  })

  test('waits for no order: what is at work in a leg refuses all of it', () => {
    const scene = given(risk, account({}), ...market, wish('5', { instrument: btc }))
    scene.when(roll(btc, '0', 1))
    scene.when(roll(eth, '10', 2)).then(refuse('ORDERS_AT_WORK', btc), refuse('ROLL_REFUSED', 'ORDERS_AT_WORK'))
  })
})
