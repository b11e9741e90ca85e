import { expect, test } from 'vitest'
import { pnl } from '#services/pnl/service.ts'
import { event, given } from '#test/given.ts'
import { account, bar, fill, future, listed, paid, quote, snapshot, spy, submitted, time, update } from './pnl-told.ts'

const held = [listed(spy), bar(spy, '100'), fill('buy', '4', '90')] as const
const alert = (subject: string, message: string) =>
  ({ topic: 'system.alert', payload: { code: 'VENUE_REPORT_REFUSED', subject, message } }) as const
const oneStrategy = (totals: object) => [{ strategy: 'cross', ...totals }]

test('[P2] [P3] answers a fill with the position at average cost, marked, fees apart', () => {
  given(pnl, account, listed(spy), bar(spy, '100'), fill('buy', '1', '90', { fee: '0.5' }))
    .when(fill('buy', '3', '98', { fee: '-0.2' }))
    .then(update({ position: '4', averagePrice: '96', unrealized: '16', fees: '0.3' }))
    .when(fill('sell', '5', '99'))
    .then(update({ position: '-1', averagePrice: '99', realized: '12', unrealized: '-1', fees: '0.3' }))
    .when(fill('buy', '1', '99'))
    .then(update({ realized: '12', fees: '0.3' }))
})

test('[P1] an order that is adopted counts from how it stands; told again, at work or ended, it is known', () => {
  const id = 'external-SPY-7'
  const adopted = event('order.adopted', {
    ...{ clientOrderId: id, venueOrderId: '7', venueClientId: 'web_1', strategy: 'external', instrument: spy },
    ...{ side: 'buy', quantity: '3', limitPrice: '100', filled: '1', tradeIds: ['a'] },
  })
  const external = (tradeId: string, quantity: string) =>
    fill('buy', quantity, '100', { clientOrderId: id, tradeId, strategy: 'external' })
  given(pnl, account, listed(spy), bar(spy, '100'), adopted)
    .when(external('a', '1'))
    .then()
    .when(external('b', '1'))
    .then(update({ strategy: 'external', position: '1', averagePrice: '100' }))
    .when(adopted)
    .then()
    .when(external('b', '1'))
    .then()
    .when(external('c', '1'))
    .then(update({ strategy: 'external', position: '2', averagePrice: '100' }))
    .when(adopted)
    .then()
    .when(external('c', '1'))
    .then()
})

test('[P3] money counts the multiplier', () => {
  given(pnl, account, listed(future, { kind: 'future', multiplier: '50' }), bar(future, '4001'))
    .when(fill('sell', '2', '4000.25', { instrument: future }))
    .then(update({ instrument: future, position: '-2', averagePrice: '4000.25', mark: '4001', unrealized: '-75' }))
})

test('[P19] the end of an option closes its position at its worth, and what it delivers is bought at the strike', () => {
  const option = 'SPY-20260116-90-C.USA'
  const ends = { strategy: 'cross', contract: option, currency: 'USD', settlementPrice: '100', settledAt: 5 }
  const settled = (instrument: string, side: 'buy' | 'sell', quantity: string, price: string, fee?: string) =>
    event('venue.settled', { ...ends, how: 'exercised', instrument, side, quantity, price, ...(fee ? { fee } : {}) })
  given(pnl, account, listed(spy), listed(option, { kind: 'option', multiplier: '100' }), bar(spy, '100'))
    .when(fill('buy', '2', '4', { instrument: option }))
    .then(update({ instrument: option, position: '2', averagePrice: '4', mark: '4' }))
    .when(settled(option, 'sell', '1', '10'))
    .then(update({ instrument: option, position: '1', averagePrice: '4', mark: '4', realized: '600' }))
    .when(settled(option, 'sell', '1', '0', '0.25'))
    .then(update({ instrument: option, mark: '4', realized: '200', fees: '0.25' }))
    .when(settled(spy, 'buy', '100', '90'))
    .then(update({ position: '100', averagePrice: '90', unrealized: '1000' }))
    .when(settled('NOPE.USA', 'buy', '1', '90'))
    .then(alert('NOPE.USA', expect.stringContaining(`the end of ${option}, is not in the account`)))
})

test('[P19] the end of a dated future pays in cash what it made to its settlement price, an inverse one in its coin', () => {
  const coins = { instrument: 'BTC-260327.X', currency: 'BTC' }
  const ends = { strategy: 'cross', how: 'delivered', side: 'sell', settledAt: 5 } as const
  const settled = (instrument: string, quantity: string, price: string, currency = 'USD') =>
    event('venue.settled', {
      ...ends,
      instrument,
      contract: instrument,
      quantity,
      price,
      settlementPrice: price,
      currency,
    })
  const linear = listed(future, { kind: 'future', multiplier: '50' })
  given(pnl, account, linear, bar(future, '4001'), fill('buy', '2', '4000', { instrument: future }))
    .when(settled(future, '2', '4010'))
    .then(update({ instrument: future, mark: '4001', realized: '1000' }))
  const inverse = listed(coins.instrument, { kind: 'future', currency: 'BTC', multiplier: '10', isInverse: true })
  const conversions = { BTC: { instrument: 'BTC.X' } }
  given(pnl, { ...account, conversions }, inverse, bar(coins.instrument, '50000'), bar('BTC.X', '50000'))
    .when(fill('buy', '100', '40000', coins))
    .then(update({ ...coins, position: '100', averagePrice: '40000', mark: '50000', unrealized: '0.005' }))
    .when(settled(coins.instrument, '100', '80000', 'BTC'))
    .then(update({ ...coins, mark: '50000', realized: '0.0125' }))
})

test('[P20] [P7] what a position is paid is in equity, beside what it realized, and moves no average price', () => {
  const open = { position: '4', averagePrice: '90', unrealized: '40' }
  const totals = { unrealized: '40', paid: '-1.2500000000000001' }
  given(pnl, account, ...held)
    .when(paid('-1.5'))
    .then(update({ ...open, paid: '-1.5' }))
    .when(paid('0.2499999999999999'))
    .then(update({ ...open, paid: '-1.2500000000000001' }))
    .restarted()
    .when(time())
    .then(snapshot('1038.7499999999999999', '1038.7499999999999999', '400', totals, oneStrategy(totals)))
    .when(fill('sell', '4', '90'))
    .then(update({ paid: '-1.2500000000000001' }))
    .when(paid('1.2500000000000001'))
    .then(update({}))
})

test('[P20] [P14] it is converted as fees are; what no mark converts, or is of nothing that is listed, is said and not counted', () => {
  const mark = 'EURUSD.FX'
  const conversions = { EUR: { instrument: mark } }
  given(pnl, { ...account, conversions }, ...held, listed(mark, { kind: 'forex' }))
    .when(paid('-1', { currency: 'EUR' }))
    .then(alert(spy, expect.stringContaining('is not in the account: no mark converts -1 EUR')))
    .when(bar(mark, '1.25'))
    .then()
    .when(paid('-1', { currency: 'EUR' }))
    .then(update({ position: '4', averagePrice: '90', unrealized: '40', paid: '-1.25' }))
    .when(paid('-1', { instrument: 'NOPE.USA' }))
    .then(alert('NOPE.USA', expect.stringContaining('NOPE.USA is not listed')))
    .when(paid('-1', { instrument: mark, strategy: 'idle' }))
    .then(update({ strategy: 'idle', instrument: mark, mark: '1.25', paid: '-1' }))
})

test('[P21] a split changes what is held and its mark, and no money, to the last digit; both ways of counting', () => {
  const split = (numerator: number, denominator: number) =>
    event('md.split', { instrument: spy, numerator, denominator })
  const settled = (side: 'buy' | 'sell', quantity: string, price: string) =>
    event('venue.settled', {
      ...{ strategy: 'cross', instrument: spy, contract: spy, how: 'cash_in_lieu', side, quantity, price },
      ...{ currency: 'USD', settlementPrice: price, settledAt: 5 },
    })
  const before = [listed(spy), bar(spy, '100'), fill('buy', '4', '90'), fill('buy', '6', '95')] as const
  const mark = `14.${'285714'.repeat(6)}`
  const unrealized = '70'
  const fifo = { realized: '0', unrealized, lots: 2 }
  given(pnl, { ...account, fifo: true }, ...before)
    .when(split(7, 1))
    .then(update({ position: '70', averagePrice: '13.285714285714285714', mark, unrealized, fifo }))
    .restarted()
    .when(time())
    .then({
      topic: 'pnl.snapshot',
      payload: expect.objectContaining({ equity: '1070', grossExposure: '1000', unrealized }),
    })
    .when(split(1, 21))
    .then(
      update({
        ...{ position: `3.${'3'.repeat(36)}`, averagePrice: '279', unrealized, fifo },
        mark: `299.${'9'.repeat(35)}4`,
      }),
    )
    .when(time())
    .then({ topic: 'pnl.snapshot', payload: expect.objectContaining({ equity: '1070', grossExposure: '1000' }) })
    .when(settled('sell', `0.${'3'.repeat(36)}`, '300'))
    .then(
      update({
        ...{ position: '3', averagePrice: '279', mark: `299.${'9'.repeat(35)}4`, realized: '7', unrealized: '63' },
        fifo: { realized: '10', unrealized: '60', lots: 2 },
      }),
    )
    .when(time())
    .then({ topic: 'pnl.snapshot', payload: expect.objectContaining({ equity: '1070' }) })
    .when(event('md.split', { instrument: 'IBM.USA', numerator: 2, denominator: 1 }))
    .then()
})

test('[P21] a fill of before a split that is heard of after it is counted in new units; an order after it as it says', () => {
  const split = (numerator: number, denominator: number) =>
    event('md.split', { instrument: spy, numerator, denominator })
  const told = (clientOrderId: string, quantity: string, price: string, tradeId: string) =>
    fill('buy', quantity, price, { clientOrderId, tradeId, fee: '1' })
  const start = [listed(spy), bar(spy, '400'), submitted('a', 'buy', '10')] as const
  given(pnl, account, ...start, split(4, 1))
    .restarted()
    .when(told('a', '10', '401', '1'))
    .then(update({ position: '40', averagePrice: '100.25', mark: '100', unrealized: '-10', fees: '1' }))
  given(pnl, account, ...start, split(1, 4), split(2, 1), submitted('b', 'buy', '3'))
    .when(told('a', '5', '401', '1'))
    .then(update({ position: '2.5', averagePrice: '802', mark: '800', unrealized: '-5', fees: '1' }))
    .when(told('b', '3', '800', '2'))
    .then(update({ position: '5.5', averagePrice: '800.909090909090909091', mark: '800', unrealized: '-5', fees: '2' }))
})

test('[P21] [O31] an order that was sent by who had not heard of a split is of the old units, though it stands behind it', () => {
  const split = event('md.split', { instrument: spy, numerator: 4, denominator: 1 })
  const sent = (clientOrderId: string, id: string) => ({ ...submitted(clientOrderId, 'buy', '10'), id })
  // The split is the fourth in the log.
  given(pnl, account, listed(spy), bar(spy, '400'), split)
    .restarted()
    .when(sent('a', 'orders:3.0'))
    .then()
    .when(sent('b', 'orders:4.0'))
    .then()
    .when(fill('buy', '10', '400', { clientOrderId: 'a', tradeId: '1' }))
    .then(update({ position: '40', averagePrice: '100', mark: '100', unrealized: '0' }))
    .when(fill('buy', '10', '100', { clientOrderId: 'b', tradeId: '2' }))
    .then(update({ position: '50', averagePrice: '100', mark: '100', unrealized: '0' }))
})

test('[P1] counts one trade once and never more than the order', () => {
  const first = { clientOrderId: 'a', tradeId: '1' }
  given(pnl, account, listed(spy), bar(spy, '100'), submitted('a', 'buy', '3'), fill('buy', '2', '100', first))
    .when(fill('buy', '2', '100', first))
    .then()
    .when(fill('buy', '2', '100', { ...first, tradeId: '2' }))
    .then()
    .when(fill('sell', '1', '100', { ...first, tradeId: '3' }))
    .then()
    .when(fill('buy', '1', '100', { ...first, tradeId: '4' }))
    .then(update({ position: '3', averagePrice: '100' }))
})

test('[P1] never more than an order that was made smaller', () => {
  const made = event('order.updated', { clientOrderId: 'a', instrument: spy, quantity: '2' })
  given(pnl, account, listed(spy), bar(spy, '100'), submitted('a', 'buy', '3'), made)
    .when(fill('buy', '3', '100', { clientOrderId: 'a', tradeId: '1' }))
    .then()
    .when(fill('buy', '2', '100', { clientOrderId: 'a', tradeId: '2' }))
    .then(update({ position: '2', averagePrice: '100' }))
})

test('[P1] a fill of an order that is not known counts: it is money', () => {
  given(pnl, account, listed(spy), bar(spy, '100'))
    .when(fill('buy', '1', '100', { clientOrderId: 'stranger' }))
    .then(update({ position: '1', averagePrice: '100' }))
})

test('[P4] what nobody could value is not in the account, and a person hears of it', () => {
  const told = (tradeId: string, more: object) => fill('buy', '1', '100', { clientOrderId: 'a', tradeId, ...more })
  given(pnl, account, listed(spy), listed('SAP.XETRA', { currency: 'EUR' }), bar('SAP.XETRA', '100'))
    .when(told('7', { instrument: 'IBM.USA' }))
    .then(alert('a', 'test:e1.5, trade 7, is not in the account: IBM.USA is not listed'))
    .when(told('8', { instrument: 'SAP.XETRA', currency: 'EUR' }))
    .then(
      alert(
        'a',
        'test:e1.7, trade 8, is not in the account: it is in EUR, the account in USD, and no mark converts it',
      ),
    )
    .when(time())
    .then(snapshot('1000', '1000', '0'))
})

test('[P4] a fee in another currency or of a third asset is converted at its stated mark; without one the fill counts alone', () => {
  const conversions = { BNB: { instrument: 'BNB.X' }, EUR: { instrument: 'EUR.X', isInverse: true } }
  const bnb = { feePaid: { asset: 'BNB', amount: '0.01' } }
  given(pnl, { ...account, conversions }, listed(spy), bar(spy, '100'), bar('BNB.X', '600'), bar('EUR.X', '0.8'))
    .when(fill('buy', '1', '100', bnb))
    .then(update({ position: '1', averagePrice: '100', fees: '6' }))
    .when(fill('buy', '1', '100', { fee: '2', currency: 'EUR' }))
    .then(update({ position: '2', averagePrice: '100', fees: '8.5' }))
    .when(fill('buy', '1', '100', { clientOrderId: 'c', tradeId: '9', feePaid: { asset: 'SOL', amount: '1' } }))
    .then(
      update({ position: '3', averagePrice: '100', fees: '8.5' }),
      alert('c', 'test:e1.10, trade 9, is in the account without its fee: no mark converts its fee of 1 SOL to USD'),
    )
})

test('[P14] a position in another currency stands in it; the account converts it at the newest mark', () => {
  const conversions = { EUR: { instrument: 'EUR.X' }, JPY: { instrument: 'JPY.X', isInverse: true } }
  const sap = { instrument: 'SAP.XETRA', currency: 'EUR' }
  const eur = (more: object) => update({ ...sap, ...more })
  const listings = [listed('SAP.XETRA', { currency: 'EUR' }), listed('SONY.T', { currency: 'JPY' })]
  given(pnl, { ...account, conversions }, ...listings, bar('EUR.X', '1.1'), bar('JPY.X', '160'))
    .when(fill('buy', '2', '100', { ...sap, fee: '1' }))
    .then(eur({ position: '2', averagePrice: '100', fees: '1' }))
    .when(fill('sell', '1', '110', sap))
    .then(eur({ position: '1', averagePrice: '100', realized: '10', unrealized: '0', fees: '1' }))
    .when(fill('buy', '10', '1600', { instrument: 'SONY.T', currency: 'JPY' }))
    .then(update({ instrument: 'SONY.T', currency: 'JPY', position: '10', averagePrice: '1600', mark: '1600' }))
    .when(bar('EUR.X', '1.2'))
    .then()
    .when(bar('SONY.T', '1680'))
    .then()
    .when(bar('EUR.X', '0'))
    .then()
    .when(bar('JPY.X', '-1'))
    .then()
    .when(time())
    .then(
      snapshot('1015.8', '1015.8', '225', { realized: '12', unrealized: '5', fees: '1.2' }, [
        { strategy: 'cross', realized: '12', unrealized: '5', fees: '1.2' },
      ]),
    )
})

test('[P15] an inverse contract pays in its coin, at the harmonic mean', () => {
  const perp = { instrument: 'BTC-PERP.X', currency: 'BTC' }
  const conversions = { BTC: { instrument: 'BTC.X' } }
  const inverse = listed('BTC-PERP.X', { kind: 'perpetual', currency: 'BTC', multiplier: '10', isInverse: true })
  const told = (more: object) => update({ ...perp, ...more })
  given(pnl, { ...account, conversions }, inverse, bar('BTC-PERP.X', '50000'), bar('BTC.X', '50000'))
    .when(fill('buy', '100', '40000', perp))
    .then(told({ position: '100', averagePrice: '40000', mark: '50000', unrealized: '0.005' }))
    .when(fill('buy', '100', '50000', perp))
    .then(told({ position: '200', averagePrice: '44444.444444444444444444', mark: '50000', unrealized: '0.005' }))
    .when(fill('sell', '200', '50000', perp))
    .then(told({ realized: '0.005', mark: '50000' }))
    .when(bar('BTC-PERP.X', '0'))
    .then()
    .when(time())
    .then(snapshot('1250', '1250', '0', { realized: '250' }, [{ strategy: 'cross', realized: '250' }]))
})

test('[P5] marks at the newest close, trade or middle, a one-sided quote aside; before the first at the fill', () => {
  const bought = { position: '1', averagePrice: '90' }
  const again = { position: '1', averagePrice: '90', realized: '0' }
  given(pnl, account, listed(spy))
    .when(fill('buy', '1', '90'))
    .then(update({ ...bought, mark: '90' }))
    .when(quote(spy, '91', '91.01'))
    .then()
    .when(fill('buy', '0', '90'))
    .then(update({ ...again, mark: '91.005', unrealized: '1.005' }))
    .when(quote(spy, '95', null))
    .then()
    .when(event('md.tick', { kind: 'trade', instrument: spy, price: '92', size: '1' }))
    .then()
    .when(fill('buy', '0', '90'))
    .then(update({ ...again, mark: '92', unrealized: '2' }))
})

test('[P6] says a snapshot on every time, once something is listed', () => {
  given(pnl, account)
    .when(time(1))
    .then()
    .when(listed(spy))
    .then()
    .when(time(2))
    .then(snapshot('1000', '1000', '0'))
    .when(time(3))
    .then(snapshot('1000', '1000', '0'))
})

test('[P7] equity is the cash plus what all strategies made; exposures are not netted', () => {
  const short = { strategy: 'fade', fee: '0.25' }
  given(pnl, account, ...held, fill('sell', '3', '110', short), fill('sell', '1', '95'))
    .when(time())
    .then(
      snapshot('1064.75', '1064.75', '600', { realized: '5', unrealized: '60', fees: '0.25' }, [
        { strategy: 'cross', realized: '5', unrealized: '30' },
        { strategy: 'fade', unrealized: '30', fees: '0.25' },
      ]),
    )
})

test('[P8] the peak is the highest equity of any snapshot', () => {
  const at = (equity: string, peak: string, exposure: string, unrealized: string) =>
    snapshot(equity, peak, exposure, { unrealized }, oneStrategy({ unrealized }))
  given(pnl, account, ...held)
    .when(time())
    .then(at('1040', '1040', '400', '40'))
    .when(bar(spy, '80'))
    .then()
    .when(time())
    .then(at('960', '1040', '320', '-40'))
})

test('[P9] [P10] one violation for each crossing of the drawdown limit, exactly at it is within', () => {
  const told = (close: string) => {
    const answers = scene.when(bar(spy, close)).then().when(time()).answers
    return answers.slice(1).map(({ payload }) => payload)
  }
  const scene = given(pnl, { ...account, startingCash: '100', maxDrawdown: 0.25 }, listed(spy), bar(spy, '100'))
  scene.when(fill('buy', '1', '100'))
  expect(told('75')).toEqual([])
  expect(told('74.99')).toEqual([{ code: 'DRAWDOWN_EXCEEDS_MAX', value: '0.2501', limit: '0.25' }])
  expect(told('60')).toEqual([])
  expect(told('75')).toEqual([])
  expect(told('70.00001')).toEqual([{ code: 'DRAWDOWN_EXCEEDS_MAX', value: '0.3', limit: '0.25' }])
})

test('[P9] what is lost of nothing is all of it', () => {
  given(pnl, { ...account, startingCash: '0', maxDrawdown: 0.5 }, ...held, bar(spy, '89'))
    .when(time())
    .then(snapshot('-4', '0', '356', { unrealized: '-4' }, oneStrategy({ unrealized: '-4' })), {
      topic: 'risk.violation',
      payload: { code: 'DRAWDOWN_EXCEEDS_MAX', value: '1', limit: '0.5' },
    })
})

test('[P11] a new multiplier values what is open from then on', () => {
  given(pnl, account, ...held, listed(spy, { multiplier: '2' }))
    .when(time())
    .then(snapshot('1440', '1440', '800', { unrealized: '440' }, oneStrategy({ unrealized: '440' })))
})

test('[P11] what it pays in stays as it was listed first, and a listing that says otherwise is told', () => {
  given(pnl, account, ...held)
    .when(listed(spy, { currency: 'EUR' }))
    .then(alert(spy, expect.stringContaining('as it was listed first')))
    .when(listed(spy, { isInverse: true }))
    .then(alert(spy, expect.stringContaining('as it was listed first')))
    .when(listed(spy, { lotSize: '2' }))
    .then()
    .when(time())
    .then(snapshot('1040', '1040', '400', { unrealized: '40' }, oneStrategy({ unrealized: '40' })))
})

test('[P11] [P3] what is of no size has no average price', () => {
  const { answers } = given(pnl, account, listed(spy, { multiplier: '0' })).when(fill('buy', '2', '100'))
  expect(answers[0]?.payload).toMatchObject({ position: '2', averagePrice: null, unrealized: '0' })
})

test('[P15] a mark that is not above zero and came before its listing is none of an inverse contract', () => {
  const inverse = listed(future, { kind: 'perpetual', isInverse: true, currency: 'USD' })
  const { answers } = given(pnl, account, bar(future, '0'), inverse).when(
    fill('buy', '2', '100', { instrument: future }),
  )
  expect(answers[0]?.payload).toMatchObject({ position: '2', mark: '100', unrealized: '0' })
})

test('[P12] a new configuration moves the peak with the cash; another currency is another account', () => {
  given(pnl, account, ...held, time())
    .reconfigured({ ...account, startingCash: '3000', maxDrawdown: 0.2 })
    .when(bar(spy, '90'))
    .then()
    .when(time())
    .then(snapshot('3000', '3040', '360', {}, oneStrategy({})))
    .reconfigured({ currency: 'EUR', startingCash: '5' })
    .when(time())
    .then({
      topic: 'pnl.snapshot',
      payload: { ...snapshot('5', '5', '0').payload, currency: 'EUR' },
    })
})

test('[P13] a restart in between changes nothing', () => {
  given(pnl, account, ...held, quote(spy, '99', '101'), submitted('a', 'sell', '9'))
    .restarted()
    .when(fill('sell', '9', '95', { clientOrderId: 'a' }))
    .then(update({ position: '-5', averagePrice: '95', mark: '100', realized: '20', unrealized: '-25' }))
})

test('[P16] a limit of exposure that the market crosses is told once a crossing, with the number and whose it is', () => {
  const exposures = {
    limits: { maxGrossExposure: '450', maxNetExposure: '1000', maxStrategyExposure: '430', maxPosition: '4' },
    instruments: { [spy]: { maxInstrumentExposure: '420' } },
  }
  const scene = given(pnl, { ...account, exposures }, ...held)
  const told = (close: string) => {
    scene.when(bar(spy, close)).then()
    const { answers } = scene.when(time())
    return answers.slice(1).map(({ topic, payload }) => [topic, ...Object.values(payload as object)])
  }
  expect(told('105')).toEqual([])
  expect(told('106')).toEqual([['risk.violation', 'INSTRUMENT_EXPOSURE_EXCEEDS_MAX', '424', '420', spy]])
  expect(told('120')).toEqual([
    ['risk.violation', 'STRATEGY_EXPOSURE_EXCEEDS_MAX', '480', '430', 'cross'],
    ['risk.violation', 'EXPOSURE_EXCEEDS_MAX', '480', '450'],
  ])
  scene.restarted()
  expect(told('121')).toEqual([])
  expect(told('106')).toEqual([])
  expect(told('121').map(([, code]) => code)).toEqual(['STRATEGY_EXPOSURE_EXCEEDS_MAX', 'EXPOSURE_EXCEEDS_MAX'])
  scene.when(fill('sell', '5', '121', { strategy: 'b' })).then(expect.objectContaining({ topic: 'pnl.update' }))
  expect(told('121').map(([, code, value]) => [code, value])).toEqual([
    ['POSITION_EXCEEDS_MAX', '9'],
    ['STRATEGY_EXPOSURE_EXCEEDS_MAX', '605'],
  ])
})

test('[P18] first in, first out is told beside average cost, and comes to the same in all', () => {
  const fifo = (realized: string, unrealized: string, lots: number) => ({ fifo: { realized, unrealized, lots } })
  const config = { ...account, fifo: true }
  given(pnl, config, listed(spy), bar(spy, '100'), fill('buy', '2', '90'), fill('buy', '2', '98'))
    .when(fill('sell', '3', '100'))
    .then(update({ position: '1', averagePrice: '94', realized: '18', unrealized: '6', ...fifo('22', '2', 1) }))
    .restarted()
    .when(fill('sell', '2', '101'))
    .then(update({ position: '-1', averagePrice: '101', realized: '25', unrealized: '1', ...fifo('25', '1', 1) }))
    .when(time())
    .then({
      topic: 'pnl.snapshot',
      payload: {
        ...snapshot('1026', '1026', '100', { realized: '25', unrealized: '1' }, [
          { strategy: 'cross', realized: '25', unrealized: '1' },
        ]).payload,
        fifo: { realized: '25', unrealized: '1' },
      },
    })
})

test('[P17] greeks of the book: by underlying, in its units, shares included; options without greeks are counted', () => {
  const option = (name: string) => listed(name, { kind: 'option', multiplier: '100', underlying: spy })
  const tick = (instrument: string, more: object) =>
    event('md.option.tick', { instrument, bid: '5', bidSize: '1', ask: '5', askSize: '1', ...more })
  const [call, put] = ['SPY-C.USA', 'SPY-P.USA']
  const greeks = { delta: 0.5, gamma: 0.02, vega: 0.1, theta: -0.05 }
  const scene = given(
    pnl,
    account,
    listed(spy),
    option(call),
    option(put),
    bar(spy, '100'),
    tick(call, greeks),
    tick(put, {}),
  )
  scene.when(fill('sell', '2', '5', { instrument: call }))
  scene.when(fill('buy', '1', '5', { instrument: put }))
  scene.when(fill('buy', '80', '100'))
  scene.restarted()
  const [said] = scene.when(time()).answers
  expect(said?.payload).toMatchObject({
    greeks: [{ underlying: spy, delta: -20, gamma: -4, vega: -20, theta: 10, missing: 1 }],
  })
})
