import { expect, test } from 'vitest'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { venue } from '#services/venue/service.ts'
import { event, given } from '#test/given.ts'
import { config, filled, listed, order } from './venue-told.ts'

const perp = 'BTCUSDT-PERP.BINANCE'
const hours8 = 8 * 3_600_000_000
const due = 3 * hours8
const terms = { kind: 'perpetual', lotSize: '0.001', tickSize: '0.1', currency: 'USDT' } as const
const usdt = (more: object = {}) => ({ ...config('touch', more), currency: 'USDT' })
const book = (bid: string, ask: string, at?: number) =>
  event('md.tick', { kind: 'quote', instrument: perp, bid, bidSize: '99', ask, askSize: '99' }, at)
const rate = (text: string | null, more: Partial<PayloadOf<'md.funding'>> = {}, at?: number) =>
  event('md.funding', { instrument: perp, rate: text, nextFundingAt: due, ...more }, at)
const inPerp = { instrument: perp }
const paid = (amount: string, more: Partial<PayloadOf<'venue.paid'>> = {}) => ({
  topic: 'venue.paid' as const,
  payload: {
    ...{ strategy: 'cross', instrument: perp, why: 'funding' as const, amount, currency: 'USDT', position: '2' },
    ...{ rate: '0.0001', markPrice: '60000', paidAt: due, ...more },
  },
})
const long = (...more: Parameters<typeof given>[2][]) =>
  given(
    venue,
    usdt(),
    listed(perp, terms),
    book('59999', '60001', 1_000),
    order('a', 'buy', '2', inPerp, 1_000),
    ...more,
  )

test('[V35] who is long pays the last rate that was told for that time, once, with the first price after it; nothing before', () => {
  long()
    .when(rate('0.0005', { markPrice: '59000' }, due - 2_000_000))
    .then()
    .when(rate('0.0001', { markPrice: '60000' }, due - 1_000_000))
    .then()
    .when(book('61000', '61002', due))
    .then()
    .restarted()
    .when(book('70000', '70002', due + 1))
    .then(paid('-12'))
    .when(book('70000', '70002', due + 2))
    .then()
    .when(rate('0.0009', { markPrice: '70000' }, due + 3))
    .then()
    .when(book('70000', '70002', due + 4))
    .then()
})

test('[V35] who is short is paid, below zero it is the other way, and every strategy by what it holds', () => {
  const other = { instrument: perp, strategy: 'revert' }
  given(
    venue,
    usdt(),
    listed(perp, terms),
    book('59999', '60001', 1_000),
    order('a', 'buy', '2', inPerp),
    order('b', 'sell', '0.5', other),
    rate('-0.0001', { markPrice: '60000.5' }, 2_000),
  )
    .when(book('60000', '60001', due + 1))
    .then(
      paid('12.0001', { rate: '-0.0001', markPrice: '60000.5' }),
      paid('-3.000025', { strategy: 'revert', position: '-0.5', rate: '-0.0001', markPrice: '60000.5' }),
    )
})

test('[V35] the exchange says that a payment is past by naming the next one, as its stream does every second', () => {
  const next = due + hours8
  long(rate('0.0001', { markPrice: '60000' }, due - 1_000_000))
    .when(rate('0.0007', { markPrice: '60010', nextFundingAt: next }, due - 500))
    .then(paid('-12'))
    .when(rate('0.0003', { markPrice: '60005' }, due))
    .then()
    .when(book('60000', '60001', due + 1))
    .then()
    .when(book('60000', '60001', next + 1))
    .then(paid('-84.014', { rate: '0.0007', markPrice: '60010', paidAt: next }))
})

test('[V35] what has been paid early is not paid again, though it is told of again', () => {
  long(rate('0.0001', { markPrice: '60000' }, due - 1_000_000))
    .when(rate(null, { nextFundingAt: due + hours8 }, due - 500))
    .then(paid('-12'))
    .when(rate('0.0003', { markPrice: '60005' }, due))
    .then()
    .when(book('60000', '60001', due + 1))
    .then()
})

test('[V35] a rate of what was paid, as an archive has it, pays at the price up to then, and who came later does not pay', () => {
  given(venue, usdt(), listed(perp, terms), book('59999', '60001', 1_000), order('a', 'buy', '2', inPerp))
    .when(rate('0.0001', {}, due))
    .then()
    .when(book('50000', '50000', due + 1))
    .then(paid('-12'))
  given(venue, { ...usdt(), fill: 'next-open' }, listed(perp, terms), rate('0.0001', {}, due))
    .when(order('a', 'buy', '2', inPerp, due))
    .then({ topic: 'order.accepted', payload: { clientOrderId: 'a', venueOrderId: 'sim-1', instrument: perp } })
    .when(
      event(
        'md.bar',
        {
          ...{ instrument: perp, interval: '1m', start: due, end: due + 60_000_000 },
          ...{ open: '60000', high: '60000', low: '60000', close: '60000', volume: '9' },
        },
        due + 60_000_000,
      ),
    )
    .then(filled('a', 'buy', '2', '60000', due, { instrument: perp, currency: 'USDT' }))
})

test('[V35] a bar that ends at the time of the payment fills what was held then', () => {
  const bar = (start: number) =>
    event(
      'md.bar',
      {
        ...{ instrument: perp, interval: '1h', start, end: start + 3_600_000_000 },
        ...{ open: '60000', high: '60000', low: '60000', close: '60000', volume: '9' },
      },
      start + 3_600_000_000,
    )
  const before = due - 3_600_000_000
  given(venue, { ...usdt(), fill: 'next-open' }, listed(perp, terms), rate('0.0001', {}, before - 1))
    .when(order('a', 'buy', '2', inPerp, before))
    .then({ topic: 'order.accepted', payload: { clientOrderId: 'a', venueOrderId: 'sim-1', instrument: perp } })
    .when(bar(before))
    .then(filled('a', 'buy', '2', '60000', before, { instrument: perp, currency: 'USDT' }))
    .when(bar(due))
    .then(paid('-12'))
})

test('[V35] an inverse perpetual pays coins, rounded once', () => {
  const coin = { ...terms, currency: 'BTC', multiplier: '100', isInverse: true, lotSize: '1' } as const
  given(
    venue,
    { ...config('touch'), currency: 'BTC' },
    listed(perp, coin),
    book('59999', '60001', 1_000),
    order('a', 'buy', '7', inPerp),
    rate('0.0001', { markPrice: '60000' }, 2_000),
  )
    .when(book('60000', '60001', due + 1))
    .then(paid('-0.000001166666666667', { currency: 'BTC', position: '7' }))
})

test('[V35] an outage stops no payment', () => {
  const outages = [{ from: due - 10, to: due + 10 }]
  given(
    venue,
    usdt({ outages }),
    listed(perp, terms),
    book('59999', '60001', 1_000),
    order('a', 'buy', '2', inPerp),
    rate('0.0001', { markPrice: '60000' }, 2_000),
  )
    .when(book('60000', '60001', due + 1))
    .then(paid('-12'))
})

test('[V36] no time, no rate, told too late, not a perpetual, nothing held: nothing is paid', () => {
  const silent = (...told: Parameters<typeof rate>) => {
    long(rate(...told))
      .when(book('60000', '60001', due + hours8 + 1))
      .then()
  }
  silent('0.0001', { nextFundingAt: undefined, markPrice: '60000' }, 2_000)
  silent(null, { markPrice: '60000' }, 2_000)
  silent('0.0001', { markPrice: '60000' }, due + 1)
  silent('0.0001', { markPrice: '60000', instrument: 'ETHUSDT-PERP.BINANCE' }, 2_000)
  const sold = long(order('b', 'sell', '2', inPerp), rate('0.0001', { markPrice: '60000' }, 2_000))
  expect(sold.when(book('60000', '60001', due + 1)).answers).toEqual([])
})

test('[V35] where there is no price to reckon with, the payment waits for one', () => {
  const askOnly = event(
    'md.tick',
    { kind: 'quote', instrument: perp, bid: null, bidSize: null, ask: '60001', askSize: '9' },
    1_000,
  )
  given(venue, usdt(), listed(perp, terms), askOnly, order('a', 'buy', '2', inPerp, 1_000), rate('0.0001', {}, 2_000))
    .when(askOnly)
    .then()
    .when({ ...askOnly, at: due + 1 })
    .then()
    .when(book('59000', '59002', due + 2))
    .then()
    .when(book('60000', '60002', due + 3))
    .then(paid('-11.8002', { markPrice: '59001' }))
})
