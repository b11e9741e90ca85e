import { describe, expect, test } from 'vitest'
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
  limit,
  listed,
  refuse,
  rejected,
  second,
  start,
  supersede,
  wish,
} from './risk-told.ts'

// Each of these is here because a check of the gate could be broken without any other test of the gate seeing it.
const time = (now: number) => event('system.time', { now }, now)
const cash = { startingCash: '9000', margin: { kind: 'cash' } }
const margin = { kind: 'margin', rates: { initial: 0.5, maintenance: 0.25 } }

/** A trade of an order that is not ours, in the name of a strategy. */
let strangers = 0
const stranger = (side: 'buy' | 'sell', quantity: string, more: object = {}) =>
  fill(`elsewhere-${++strangers}`, side, quantity, more)
const resumed = command('resume')

describe('prices', () => {
  test('[R26] the collar is as wide below zero', () => {
    start(account({ priceCollar: 0.05 }), bar(btc, '-100'))
      .when(wish('1', limit('-105')))
      .then(approve('buy', '1'))
      .when(wish('1', { strategy: 'b', ...limit('-105.01') }))
      .then(refuse('PRICE_OUTSIDE_COLLAR', '-105.01', '-100 ± 5'))
  })

  test('[R10] [R27] what is held without a price keeps everything that is valued with it from being added to', () => {
    const xrp = 'XRPUSDT.BINANCE'
    const held = [listed(xrp), stranger('buy', '1', { instrument: xrp, strategy: 'a' }), resumed]
    const limits = { maxGrossExposure: '1000' }
    start(account(limits), ...held)
      .when(wish('1'))
      .then(refuse('NO_PRICE', xrp))
    start(account({ maxStrategyExposure: '1000' }), ...held)
      .when(wish('1'))
      .then(approve('buy', '1'))
      .when(wish('1', { strategy: 'a' }))
      .then(refuse('NO_PRICE', xrp))
  })

  test('[R44] a mark that falls to zero converts at what it was', () => {
    const conversions = { JPY: { instrument: 'JPY.X', isInverse: true } }
    const share = '6758.TSE'
    const config = account({ maxGrossExposure: '1000' }, { conversions })
    start(config, listed(share, { currency: 'JPY' }), bar('JPY.X', '160'), bar(share, '1600'), bar('JPY.X', '0'))
      .when(wish('101', { instrument: share }))
      .then(refuse('EXPOSURE_EXCEEDS_MAX', '1010', '1000'))
  })

  test('[R44] another listing values what is held anew', () => {
    start(
      account({ maxGrossExposure: '1500' }),
      wish('10'),
      fill('t-6-0', 'buy', '10'),
      listed(btc, { multiplier: '2' }),
    )
      .when(wish('1', { instrument: eth }))
      .then(refuse('EXPOSURE_EXCEEDS_MAX', '2010', '1500'))
  })
})

describe('margin', () => {
  const put = 'BTC-60-P.BINANCE'
  const option = [
    listed(put, { kind: 'option', underlying: btc, strike: '60', right: 'put', multiplier: '10' }),
    bar(put, '1'),
  ]

  test('[R28] a short put far out of the money needs the floor of its strike; its underlying moves it, held or not', () => {
    start(account({}, { startingCash: '100', margin }), ...option)
      .when(wish('-2', { instrument: put }))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '120', '100'))
      .when(wish('-1', { instrument: put }))
      .then(approve('sell', '1'))
      .when(bar(btc, '70'))
      .then()
      // 14 - 10 is less than 6, as before; at 62 it is 12.4 - 2.
      .when(bar(btc, '62'))
      .then()
      .when(wish('0.01', { instrument: eth }))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '104.05', '100'))
  })

  test('[R20] other rates and other starting cash hold at once for what is held', () => {
    const held = [wish('10'), fill('t-6-0', 'buy', '10')]
    start(account({}, { startingCash: '1000', margin }), ...held)
      .reconfigured(
        account({}, { startingCash: '1000', margin: { kind: 'margin', rates: { initial: 1, maintenance: 0.25 } } }),
      )
      .when(wish('1', { instrument: eth }))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '1010', '1000'))
      .reconfigured(
        account({}, { startingCash: '1010', margin: { kind: 'margin', rates: { initial: 1, maintenance: 0.25 } } }),
      )
      .when(wish('1', { instrument: eth }))
      .then(approve('buy', '1'))
  })

  const call = 'BTC-120-C.BINANCE'
  const calls = [listed(call, { kind: 'option', underlying: btc, strike: '120', right: 'call' }), bar(call, '5')]
  const short = (quantity: string) => wish(quantity, { instrument: call, strategy: 'b' })

  test('[R28] [R6] shares beyond those that cover calls are sold, up to the last', () => {
    start(account({}, cash), ...calls, wish('3'), fill('t-8-0', 'buy', '3'), short('-2'))
      .when(wish('0.999'))
      .then(refuse('SHORT_NOT_ALLOWED', '0.999', '2'))
      .when(wish('2', { strategy: 'ema-cross' }))
      .then(approve('sell', '1'))
  })

  const bracket = { stopLoss: '90', takeProfit: '120' }

  test('[R28] what an exit sold it does not sell again: what came besides covers', () => {
    start(account({}, cash), ...calls, wish('2', { bracket }), fill('t-8-0', 'buy', '2'), exit('t-8-0-1s', '2'))
      .when(fill('t-8-0-1s', 'sell', '1', { leavesQuantity: '1' }))
      .then()
      .when(stranger('buy', '1'))
      .then()
      .when(short('-2'))
      .then(refuse('SHORT_NOT_ALLOWED', '-2', '0'))
      .when(short('-1'))
      .then(approve('sell', '1'))
  })

  test('[R28] exits at work keep shares from covering, whoever bought them; what only closed a short binds none', () => {
    start(account({}, cash), ...calls, wish('1', { bracket }), fill('t-8-0', 'buy', '1'), exit('t-8-0-1s', '1'))
      .when(stranger('sell', '1'))
      .then()
      .when(stranger('buy', '1'))
      .then()
      .when(short('-1'))
      .then(refuse('SHORT_NOT_ALLOWED', '-1', '0'))
    start(account({}, cash), ...calls, stranger('sell', '5'), wish('-2', { bracket }), fill('t-9-0', 'buy', '3'))
      .when(stranger('buy', '4'))
      .then()
      .when(short('-2'))
      .then(approve('sell', '2'))
  })

  test('[R28] a put in coins that somebody sold elsewhere reserves no strike in coins: it leaves no cash at all', () => {
    const coin = 'BTC-48000-P.DERIBIT'
    const conversions = { BTC: { instrument: btc } }
    const inverse = { kind: 'option', currency: 'BTC', isInverse: true, strike: '48000', right: 'put' } as const
    const told = [
      listed(coin, inverse),
      bar(coin, '0.05'),
      stranger('sell', '1', { instrument: coin, currency: 'BTC', price: '0' }),
    ]
    start(account({}, { ...cash, conversions }), ...told)
      .when(wish('1', { instrument: eth }))
      .then(refuse('MARGIN_EXCEEDS_AVAILABLE', '10', '0'))
  })

  test('[R42] a fee that nobody can count halts its instrument until an operator resumes', () => {
    const feePaid = { asset: 'XYZ', amount: '1' }
    start(account({}), wish('1'), fill('t-6-0', 'buy', '1', { feePaid }))
      .when(wish('2'))
      .then(refuse('INSTRUMENT_HALTED', btc))
      .restarted()
      .when(resumed)
      .then(expect.objectContaining({ topic: 'system.command.result' }))
      .when(wish('2'))
      .then(approve('buy', '1'))
  })
})

test('[R29] a stop reaches a resting order of ours at its stop price', () => {
  start(account({}), wish('-1', { strategy: 'b', ...limit('101') }))
    .when(wish('1', { orderType: 'stop', stopPrice: '101' }))
    .then(refuse('SELF_TRADE', 't-6-0', '101'))
    .when(wish('1', { orderType: 'stop', stopPrice: '100.5' }))
    .then(approve('buy', '1'))
})

test('[R37] a wish that waits is told again: refused, and it goes on waiting', () => {
  const exit = wish('0')
  start(account({}), wish('10'), fill('t-6-0', 'buy', '10'), wish('12'))
    .when(exit)
    .then(supersede)
    .when(exit)
    .then(refuse('DUPLICATE_INTENT'))
    .when(canceled('t-9-0'))
    .then(approve('sell', '10'))
})

test('[R17] [R51] a wish that waits for the end of an order is refused by a halt that lets nothing pass, though it closes', () => {
  start(account({}, { whenHalted: 'refuse' }), wish('10'), fill('t-6-0', 'buy', '10'), wish('12'))
    .when(wish('0'))
    .then(supersede)
    .when(command('halt'))
    .then(
      expect.objectContaining({ topic: 'risk.halted' }),
      expect.objectContaining({ topic: 'system.command.result' }),
      refuse('HALTED', 'OPERATOR'),
    )
    .when(canceled('t-9-0'))
    .then()
})

test('[R12] of a reversal that breaks a limit what closes has no bracket; one that breaks none keeps it', () => {
  const bracket = { stopLoss: '110', takeProfit: '90' }
  const { answers } = start(account({ maxPosition: '10' }), wish('10'), fill('t-6-0', 'buy', '10')).when(
    wish('-11', { bracket }),
  )
  expect(answers.map(({ topic, payload }) => [topic, 'bracket' in payload])).toEqual([
    ['risk.approved', false],
    ['risk.rejected', false],
  ])
  start(account({ maxPosition: '20' }), wish('10'), fill('t-6-0', 'buy', '10'))
    .when(wish('-10', { bracket }))
    .then(approve('sell', '20', { bracket }))
})

test('[R36] what else ends in the instrument is no failure of the flatten', () => {
  start(
    account({}, { whenHalted: 'flatten' }),
    wish('10'),
    fill('t-6-0', 'buy', '10'),
    command('halt'),
    rejected('t-9-1'),
  )
    .when(exit('t-6-0-1s', '10'))
    .then()
    .when({
      ...event('order.cancel_requested', { clientOrderId: 't-6-0-1s', instrument: btc, reason: 'x' }),
      cause: 'risk:9.0',
    })
    .then()
    .when(canceled('t-6-0-1s'))
    .then()
    .when(time(2 * second))
    .then(approve('sell', '10'))
})

describe('losses', () => {
  const profits = (realized: string, more: object = {}): Told =>
    event('pnl.snapshot', {
      ...{
        currency: 'USDT',
        equity: '100000',
        peakEquity: '100000',
        grossExposure: '0',
        realized,
        unrealized: '0',
        fees: '0',
      },
      strategies: [{ strategy: 'ema-cross', realized, unrealized: '0', fees: '0' }],
      ...more,
    })

  test('[R33] exactly at its limit a strategy goes on', () => {
    const halted = expect.objectContaining({ topic: 'risk.strategy_halted' })
    for (const limits of [{ maxStrategyDrawdown: '100' }, { maxStrategyDailyLoss: '100' }])
      start(account(limits)).when(profits('-100')).then().when(profits('-100.01')).then(halted)
  })

  test('[R34] a round trip that comes to nothing is no loss and ends the row', () => {
    const update = (position: string, realized: string) =>
      event('pnl.update', {
        ...{ strategy: 'ema-cross', instrument: btc, currency: 'USDT', position, averagePrice: null, mark: '100' },
        ...{ realized, unrealized: '0', fees: '0' },
      })
    const trips = [update('1', '0'), update('0', '-1'), update('1', '-1'), update('0', '-1'), update('1', '-1')]
    start(account({ maxConsecutiveLosses: 2 }), ...trips)
      .when(update('0', '-2'))
      .then()
      .when(update('1', '-2'))
      .then()
      .when(update('0', '-3'))
      .then(expect.objectContaining({ topic: 'risk.strategy_halted' }))
  })

  test('[R16] [R20] after a resume a deposit raises the peak that losses are counted from', () => {
    const equity = (whole: string, realized: string) => profits(realized, { equity: whole, peakEquity: '120000' })
    start(account({ maxDrawdown: 0.1 }), equity('120000', '0'), command('halt'), resumed)
      // 80,000 come while 10,000 are lost: of 200,000 a tenth may be.
      .when(equity('190000', '-10000'))
      .then()
      .when(equity('180000', '-20000'))
      .then()
      .when(equity('179999', '-20001'))
      .then(expect.objectContaining({ topic: 'risk.halted' }))
  })
})
