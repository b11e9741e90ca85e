import { describe, expect, test } from 'vitest'
import type { Statement } from '#schemas/event.ts'
import { risk } from '#services/risk/service.ts'
import { event, given, type Told } from '#test/given.ts'
import {
  account,
  approve,
  bar,
  btc,
  canceled,
  command,
  denied,
  eth,
  fill,
  listed,
  market,
  refuse,
  rejected,
  second,
  snapshot,
  supersede,
  wish,
} from './risk-told.ts'

/** The seq of the wish after the market was told is 6: one configuration, four events. */
const first = 't-6-0'
const bought = (quantity: string) => [wish(quantity), fill(first, 'buy', quantity)] as const
const start = (limits: object = {}, ...past: readonly Told[]) => given(risk, account(limits), ...market, ...past)

describe('from a wish to an order', () => {
  test('[R1] the order is for the difference to the target', () => {
    start({}, ...bought('10'))
      .when(wish('12.5'))
      .then(approve('buy', '2.5'))
      .when(canceled('t-9-0'))
      .then()
      .when(wish('-3'))
      .then(approve('sell', '13'))
  })

  test('[R1] strategies have positions of their own', () => {
    start({}, ...bought('10'))
      .when(wish('4', { strategy: 'rsi-fade' }))
      .then(approve('buy', '4', { strategy: 'rsi-fade' }))
  })

  test('[R2] what is at work and leads to the target is enough', () => {
    start({}, wish('10'))
      .when(wish('10'))
      .then(refuse('ALREADY_AT_TARGET', '10'))
      .when(fill(first, 'buy', '4'))
      .then()
      .when(wish('10.000'))
      .then(refuse('ALREADY_AT_TARGET', '10.000'))
  })

  test('[R2] an exit cancels the entry at work and then sells only what was bought', () => {
    start({}, wish('10'))
      .when(wish('0'))
      .then(supersede)
      .when(fill(first, 'buy', '4'))
      .then()
      .when(canceled(first))
      .then(approve('sell', '4'))
  })

  test('[R2] an entry that was canceled unfilled leaves nothing to exit', () => {
    start({}, wish('10'), wish('0')).when(canceled(first)).then(refuse('ALREADY_AT_TARGET', '0'))
  })

  test('[R2] the newest wish is the one that waits, and it waits even for what is at work already', () => {
    start({}, wish('10'), wish('0'))
      .when(wish('-5'))
      .then(supersede)
      .when(wish('10'))
      .then(supersede)
      .restarted()
      .when(rejected(first))
      .then(approve('buy', '10'))
  })

  test('[R2] a denied approval lets the next wish go on', () => {
    start({}, wish('10'), wish('-5')).when(denied(first, 'APPROVAL_EXPIRED')).then(approve('sell', '5'))
  })

  test('[R3] nothing to do is said with the target', () => {
    start().when(wish('0')).then(refuse('ALREADY_AT_TARGET', '0'))
  })

  test('[R4] an approval has the terms of the wish and an expiry', () => {
    given(risk, account({}, { timeInForce: 'DAY' }), ...market)
      .when(wish('1', { intent: 'strategy:7.2', orderType: 'limit', limitPrice: '99.5' }))
      .then({
        topic: 'risk.approved',
        payload: {
          intent: 'strategy:7.2',
          strategy: 'ema-cross',
          instrument: btc,
          side: 'buy',
          quantity: '1',
          orderType: 'limit',
          limitPrice: '99.5',
          timeInForce: 'DAY',
          expiresAt: 6 * second,
        },
      })
  })

  test('[R5] what is not listed, not priced or in another currency is refused', () => {
    given(risk, account(), listed(btc), listed(eth, { currency: 'EUR' }), bar(eth, '10'))
      .when(wish('1', { instrument: 'XRPUSDT.BINANCE' }))
      .then(refuse('INSTRUMENT_UNKNOWN', 'XRPUSDT.BINANCE'))
      .when(wish('1'))
      .then(refuse('NO_PRICE', btc))
      .when(wish('1', { instrument: eth }))
      .then(refuse('CURRENCY_MISMATCH', 'EUR', 'USDT'))
  })
})

describe('limits', () => {
  test('[R8] a position may reach its limit and not pass it, what is at work counted', () => {
    start({ maxPosition: '10' })
      .when(wish('10.001'))
      .then(refuse('POSITION_EXCEEDS_MAX', '10.001', '10'))
      .when(wish('-6', { strategy: 'rsi-fade' }))
      .then(approve('sell', '6'))
      .when(wish('4.5'))
      .then(refuse('POSITION_EXCEEDS_MAX', '10.5', '10'))
      .when(wish('4'))
      .then(approve('buy', '4'))
  })

  test('[R9] one order may not be larger than its notional limit, at the dearer of newest and limit price', () => {
    start({ maxOrderNotional: '1000' }, listed(eth, { multiplier: '10' }))
      .when(wish('10'))
      .then(approve('buy', '10'))
      .when(wish('10', { strategy: 'b', orderType: 'limit', limitPrice: '100.01' }))
      .then(refuse('NOTIONAL_EXCEEDS_MAX_PER_ORDER', '1000.1', '1000'))
      .when(wish('11', { instrument: eth }))
      .then(refuse('NOTIONAL_EXCEEDS_MAX_PER_ORDER', '1100', '1000'))
  })

  test('[R9] [R25] the notional of one order is in the currency of the account', () => {
    const [call, share] = ['BTC-27DEC26-100000-C.DERIBIT', '6758.TSE']
    const conversions = { BTC: { instrument: 'BTC.X' }, JPY: { instrument: 'JPY.X', isInverse: true } }
    const limits = { minOrderNotional: '50', maxOrderNotional: '1000' }
    const prices = [bar('BTC.X', '100000'), bar('JPY.X', '160'), bar(call, '0.005'), bar(share, '1600')]
    const listings = [
      listed(call, { kind: 'option', currency: 'BTC' }),
      listed(share, { kind: 'equity', currency: 'JPY' }),
    ]
    given(risk, account(limits, { conversions }), ...listings, ...prices)
      .when(wish('3', { instrument: call }))
      .then(refuse('NOTIONAL_EXCEEDS_MAX_PER_ORDER', '1500', '1000'))
      .when(wish('2', { instrument: call }))
      .then(approve('buy', '2'))
      .when(wish('4', { instrument: share }))
      .then(refuse('NOTIONAL_BELOW_MIN_PER_ORDER', '40', '50'))
      .when(wish('101', { instrument: share }))
      .then(refuse('NOTIONAL_EXCEEDS_MAX_PER_ORDER', '1010', '1000'))
      .when(wish('100', { instrument: share }))
      .then(approve('buy', '100'))
  })

  test('[R10] [R44] exposure and margin are in the currency of the account, also when its mark moves', () => {
    const share = '6758.TSE'
    const conversions = { JPY: { instrument: 'JPY.X', isInverse: true } }
    const margin = { kind: 'margin', rates: { initial: 0.5, maintenance: 0.25 } }
    const market = [listed(share, { kind: 'equity', currency: 'JPY' }), bar('JPY.X', '160'), bar(share, '1600')]
    const scene = (limits: object, more: object = {}) =>
      given(risk, account(limits, { conversions, ...more }), listed(btc), bar(btc, '100'), ...market)
    scene({ maxGrossExposure: '1000' })
      .when(wish('90', { instrument: share }))
      .then(approve('buy', '90'))
      .when(wish('1.001', { strategy: 'b' }))
      .then(refuse('EXPOSURE_EXCEEDS_MAX', '1000.1', '1000'))
      .restarted()
      .when(bar('JPY.X', '144'))
      .then()
      .when(wish('0.001', { strategy: 'b' }))
      .then(refuse('EXPOSURE_EXCEEDS_MAX', '1000.1', '1000'))
      .when(bar('JPY.X', '160'))
      .then()
      .when(wish('1', { strategy: 'b' }))
      .then(approve('buy', '1'))
    scene({}, { startingCash: '1000', margin })
      .when(wish('201', { instrument: share }))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '1005', '1000'))
      .when(wish('200', { instrument: share }))
      .then(approve('buy', '200'))
    scene({}, { startingCash: '1000', margin: { kind: 'cash' } })
      .when(wish('101', { instrument: share }))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '1010', '1000'))
  })

  test('[R10] exposure adds every instrument and every order at work, at newest prices', () => {
    start({ maxGrossExposure: '1500' }, ...bought('10'), bar(btc, '120'))
      .when(wish('-31', { instrument: eth }))
      .then(refuse('EXPOSURE_EXCEEDS_MAX', '1510', '1500'))
      .when(wish('-30', { instrument: eth }))
      .then(approve('sell', '30'))
      .when(wish('10.001'))
      .then(refuse('EXPOSURE_EXCEEDS_MAX', '1500.12', '1500'))
  })

  test('[R10] [R44] exposure takes the middle of a quote for what is held, the ask for what is bought at the market', () => {
    const quote = { kind: 'quote', instrument: btc, bid: '99', bidSize: '1', ask: '100', askSize: '1' } as const
    start({ maxGrossExposure: '100' }, event('md.tick', quote))
      .when(wish('1.001'))
      .then(refuse('EXPOSURE_EXCEEDS_MAX', '100.1', '100'))
      .when(wish('1'))
      .then(approve('buy', '1'))
      .when(fill('t-9-0', 'buy', '1'))
      .then()
      .when(wish('1.006'))
      .then(refuse('EXPOSURE_EXCEEDS_MAX', '100.1', '100'))
      .when(wish('1.005'))
      .then(approve('buy', '0.005'))
  })

  test('[R11] the rate is of the last minute by event time, on any clock', () => {
    start({ maxOrdersPerMinute: 2 })
      .when(wish('1', { strategy: 'a' }, 10 * second))
      .then(approve('buy', '1'))
      .when(wish('1', { strategy: 'b' }, 20 * second))
      .then(approve('buy', '1'))
      .when(wish('1', { strategy: 'c' }, 70 * second - 1))
      .then(refuse('ORDER_RATE_EXCEEDS_MAX', '3', '2'))
      .when(wish('1', { strategy: 'c' }, 70 * second))
      .then(approve('buy', '1'))
  })

  test('[R6] what reduces passes every limit, halted or not', () => {
    const tight = { maxPosition: '0.5', maxOrderNotional: '1', maxGrossExposure: '1', maxOrdersPerMinute: 1 }
    start({}, ...bought('10'), bar(btc, '5000'), command('halt'))
      .reconfigured(account(tight))
      .when(wish('1'))
      .then(approve('sell', '9'))
  })

  test('[R12] a reversal that breaks a limit still closes', () => {
    start({ maxPosition: '10' }, ...bought('10'))
      .when(wish('-11'))
      .then(approve('sell', '10'), refuse('POSITION_EXCEEDS_MAX', '11', '10'))
  })
})

describe('halt', () => {
  const result = (message: string) =>
    ({ topic: 'system.command.result', payload: { command: expect.any(String), isDone: true, message } }) as Statement

  test('[R14] a halt may say what passes meanwhile, also in the place of another', () => {
    const halted = (payload: object) =>
      ({ topic: 'risk.halted', payload: { code: 'OPERATOR', reason: 'ann: drill', ...payload } }) as Statement
    start({}, ...bought('10'))
      .when(command('halt', { whenHalted: 'reduce' }))
      .then(halted({ state: 'REDUCING' }), result('halted: no new exposure until resume'))
      .when(command('halt', { whenHalted: 'refuse' }))
      .then(halted({ state: 'HALTED' }), result('halted: nothing passes until resume'))
      .when(command('halt', { whenHalted: 'refuse' }))
      .then(result('halted already: OPERATOR'))
      .when(wish('0'))
      .then(refuse('HALTED', 'OPERATOR'))
      .when(command('halt', { whenHalted: 'flatten' }))
      .then(
        halted({ state: 'HALTED', isFlattening: true }),
        { topic: 'risk.approved', payload: expect.objectContaining({ side: 'sell', quantity: '10' }) } as never,
        result('halted: every position is closed, and nothing else passes until resume'),
      )
  })

  test('[R14] [R17] an operator halts and resumes; meanwhile only what reduces passes', () => {
    start({}, ...bought('10'))
      .when(command('halt'))
      .then(
        { topic: 'risk.halted', payload: { code: 'OPERATOR', reason: 'ann: drill', state: 'REDUCING' } },
        result('halted: no new exposure until resume'),
      )
      .when(command('halt'))
      .then(result('halted already: OPERATOR'))
      .when(wish('11'))
      .then(refuse('HALTED', 'OPERATOR'))
      .when(wish('-1'))
      .then(approve('sell', '10'), refuse('HALTED', 'OPERATOR'))
      .restarted()
      .when(command('resume'))
      .then({ topic: 'risk.resumed', payload: { reason: 'ann: drill' } }, result('resumed from OPERATOR'))
      .when(command('resume'))
      .then(result('not halted'))
      .when(wish('1', { instrument: eth }))
      .then(approve('buy', '1'))
  })

  test('[R15] [R16] a drawdown halts once, latches, and a resume starts a new peak', () => {
    start({ maxDrawdown: 0.2 })
      .when(snapshot('88000', '110000'))
      .then()
      .when(snapshot('87999.99', '110000'))
      .then({
        topic: 'risk.halted',
        payload: {
          code: 'DRAWDOWN_EXCEEDS_MAX',
          reason: 'equity fell too far below its peak',
          value: '0.200001',
          limit: '0.2',
          state: 'REDUCING',
        },
      })
      .when(snapshot('105000', '110000'))
      .then()
      .when(wish('1'))
      .then(refuse('HALTED', 'DRAWDOWN_EXCEEDS_MAX'))
      .when(snapshot('80000', '110000'))
      .then()
      .when(command('resume'))
      .then({ topic: 'risk.resumed', payload: { reason: 'ann: drill' } }, result('resumed from DRAWDOWN_EXCEEDS_MAX'))
      .when(snapshot('64000', '110000'))
      .then()
      .when(snapshot('63999', '110000'))
      .then({
        topic: 'risk.halted',
        payload: expect.objectContaining({ code: 'DRAWDOWN_EXCEEDS_MAX', value: '0.200013', limit: '0.2' }),
      } as unknown as Statement)
  })

  test('[R15] a limit halts as the configuration says, also in the place of an operator’s milder halt, once', () => {
    const config = account({ maxDrawdown: 0.1 }, { whenHalted: 'refuse' })
    const milder = command('halt', { whenHalted: 'reduce' })
    const told = (payload: object) => ({ topic: 'risk.halted', payload: expect.objectContaining(payload) }) as never
    const done = { topic: 'system.command.result', payload: expect.anything() } as never
    given(risk, config, ...market, milder)
      .when(snapshot('80000', '100000'))
      .then(told({ code: 'DRAWDOWN_EXCEEDS_MAX', state: 'HALTED' }))
      .when(milder)
      .then(told({ code: 'OPERATOR', state: 'REDUCING' }), done)
      .when(snapshot('70000', '100000'))
      .then()
  })

  test('[R15] a violation that pnl found halts', () => {
    const violation = event('risk.violation', { code: 'DRAWDOWN_EXCEEDS_MAX', value: '0.3', limit: '0.25' })
    const payload = {
      code: 'DRAWDOWN_EXCEEDS_MAX',
      reason: 'the market crossed a limit',
      value: '0.3',
      limit: '0.25',
      state: 'REDUCING',
    } as const
    const scene = start().when(violation).then({ topic: 'risk.halted', payload }).when(violation).then()
    // Pnl counts from a peak of before the resume.
    scene.when(command('resume'))
    scene.when(violation).then()
  })
})

test('[R15] a violation of an exposure halts nothing', () => {
  const payload = { code: 'EXPOSURE_EXCEEDS_MAX', value: '1800', limit: '1000' } as const
  start({}).when(event('risk.violation', payload)).then().when(wish('1')).then(approve('buy', '1'))
})

describe('what the venue reports', () => {
  test('[R18] one trade counts once, also when its order had ended', () => {
    start({}, ...bought('10'), fill(first, 'buy', '10'))
      .when(wish('0'))
      .then(approve('sell', '10'))
  })

  test('[R18] a fill after the cancel counts; more than the order or on its other side does not', () => {
    start({}, wish('10'), fill(first, 'buy', '6'), canceled(first), fill(first, 'buy', '1', { tradeId: 'late' }))
      .when(fill(first, 'buy', '4', { tradeId: 'beyond' }))
      .then()
      .when(fill(first, 'sell', '1', { tradeId: 'other' }))
      .then()
      .when(wish('0'))
      .then(approve('sell', '7'))
  })

  test('[R18] a fill of an order that is not ours moves the position', () => {
    start({}, fill('stranger', 'sell', '3'), command('resume'))
      .when(wish('0'))
      .then(approve('buy', '3'))
  })

  test('[R18] the end of an option moves the position and the cash', () => {
    const ends = { strategy: 'ema-cross', contract: btc, currency: 'USDT', settlementPrice: '100', settledAt: 5 }
    const payload = { ...ends, how: 'exercised', instrument: btc, side: 'sell', quantity: '4', price: '90' } as const
    start({}, ...bought('10'), event('venue.settled', payload))
      .when(wish('0'))
      .then(approve('sell', '6'))
  })

  test('[R18] an unknown order whose cancel was asked for works no more', () => {
    const asked = event('order.cancel_requested', { clientOrderId: first, instrument: btc, reason: 'halted' })
    const accepted = event('order.accepted', { clientOrderId: first, venueOrderId: 'v1', instrument: btc })
    start({}, wish('10'), accepted, asked, rejected(first, 'UNKNOWN_ORDER')).when(wish('10')).then(approve('buy', '10'))
  })

  test('[R19] a denied approval is released, a reused one is not', () => {
    start({}, wish('10'))
      .when(denied(first, 'APPROVAL_REUSED'))
      .then()
      .when(wish('10'))
      .then(refuse('ALREADY_AT_TARGET', '10'))
      .when(denied(first, 'APPROVAL_EXPIRED'))
      .then()
      .when(wish('10'))
      .then(approve('buy', '10'))
  })
})
