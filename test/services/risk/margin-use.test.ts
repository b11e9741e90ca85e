import { expect, test } from 'vitest'
import {
  account,
  approve,
  bar,
  btc,
  canceled,
  eth,
  fill,
  listed,
  marginUse,
  snapshot,
  start,
  wish,
} from './risk-told.ts'

const half = { kind: 'margin', rates: { initial: 0.5, maintenance: 0.25 } }
const cash = { kind: 'cash' }
const newest = snapshot('100000', '100000')

test('[R55] a margin account: initial margin of all held and at work, of cash and what is held; maintenance of what is held', () => {
  start(account({}, { startingCash: '2000', margin: half }), wish('20'), fill('t-6-0', 'buy', '20'))
    .when(newest)
    .then(marginUse('margin', '2000', '1000', '1000', '500'))
    .when(wish('-10', { instrument: eth, strategy: 'b' }))
    .then(approve('sell', '10'))
    .when(newest)
    .then(marginUse('margin', '2000', '1050', '950', '500'))
    .when(bar(btc, '95'))
    .then()
    .restarted()
    .when(newest)
    .then(marginUse('margin', '1900', '1000', '900', '475'))
})

test('[R55] what is left may be less than nothing', () => {
  start(account({}, { startingCash: '1000', margin: half }), wish('20'), fill('t-6-0', 'buy', '20'), bar(btc, '90'))
    .when(newest)
    .then(marginUse('margin', '800', '900', '-100', '450'))
})

test('[R55] a cash account: what orders at work may cost, of cash; an order that ends gives it back', () => {
  start(account({}, { startingCash: '1000', margin: cash, feeBound: { bps: 100, perUnit: '0' } }))
    .when(wish('6'))
    .then(approve('buy', '6'))
    .when(newest)
    .then(marginUse('cash', '1000', '606', '394'))
    .when(fill('t-6-0', 'buy', '1', { price: '101', fee: '1.5' }))
    .then()
    .when(newest)
    .then(marginUse('cash', '897.5', '505', '392.5'))
    .when(canceled('t-6-0'))
    .then()
    .when(newest)
    .then(marginUse('cash', '897.5', '0', '897.5'))
})

test('[R55] without a price it says whose, and no number', () => {
  const other = 'OTHER.BINANCE'
  const held = fill('external-9', 'buy', '1', { instrument: other, price: '100' })
  start(account({}, { margin: half }), listed(other), held)
    .when(newest)
    .then({ topic: 'risk.margin', payload: { kind: 'margin', currency: 'USDT', unpriced: other } })
    .when(bar(other, '110'))
    .then()
    .when(newest)
    .then(marginUse('margin', '100010', '55', '99955', '27.5'))
})

test('[R55] without an account model nothing is said', () => {
  const answers = start(account(), wish('1')).when(newest)
  expect(() => answers.then()).not.toThrow()
})
