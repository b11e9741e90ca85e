import { describe, expect, test } from 'vitest'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { account, approve, fill, limit, refuse, start, wish } from './risk-told.ts'

type Bracket = PayloadOf<'risk.approved'>['bracket']

/** BTC is at 100, in steps of 0.01. */
const judged = (target: string, bracket: Bracket, terms: object = {}, limits: object = {}) =>
  start(account(limits)).when(wish(target, { ...terms, bracket }))
const wrong = (price: string, entry: string) => refuse('BRACKET_ON_WRONG_SIDE', price, entry)

describe('[R48] prices of a bracket', () => {
  test('a long stops below its entry and profits above it', () => {
    judged('10', { stopLoss: '100' }).then(wrong('100', '100'))
    judged('10', { stopLoss: '99.99', takeProfit: '100' }).then(wrong('100', '100'))
    judged('10', { stopLoss: '99.99', takeProfit: '100.01' }).then(
      approve('buy', '10', { bracket: { stopLoss: '99.99', takeProfit: '100.01' } }),
    )
  })

  test('a short the other way round', () => {
    judged('-10', { stopLoss: '100' }).then(wrong('100', '100'))
    judged('-10', { stopLoss: '100.01', takeProfit: '100' }).then(wrong('100', '100'))
    judged('-10', { stopLoss: '100.01', takeProfit: '99.99' }).then(approve('sell', '10'))
  })

  test('the entry is at a limit that is better than the market, and at the market where the limit reaches it', () => {
    judged('10', { stopLoss: '95' }, limit('95')).then(wrong('95', '95'))
    judged('10', { stopLoss: '94.99', takeProfit: '95.01' }, limit('95')).then(approve('buy', '10'))
    judged('10', { stopLoss: '102' }, limit('105')).then(wrong('102', '100'))
    judged('-10', { stopLoss: '105' }, limit('105')).then(wrong('105', '105'))
    judged('-10', { stopLoss: '105.01', takeProfit: '104.99' }, limit('105')).then(approve('sell', '10'))
  })

  test('a stop is entered where it is yet to be reached, an if-touched order where it is touched, within their limits', () => {
    const stop = { orderType: 'stop', stopPrice: '110' }
    judged('10', { stopLoss: '105', takeProfit: '110' }, stop).then(wrong('110', '110'))
    judged('10', { stopLoss: '105', takeProfit: '110.01' }, stop).then(approve('buy', '10'))
    judged('10', { stopLoss: '105' }, { ...stop, orderType: 'stop_limit', limitPrice: '104' }).then(wrong('105', '104'))
    judged('10', { stopLoss: '105' }, { ...stop, stopPrice: '90' }).then(wrong('105', '100'))
    const touch = { orderType: 'market_if_touched', stopPrice: '90' }
    judged('10', { stopLoss: '90' }, touch).then(wrong('90', '90'))
    judged('10', { stopLoss: '89.99', takeProfit: '91' }, touch).then(approve('buy', '10'))
  })

  test('[R23] they stand on the grid, and so does the offset, which is above zero', () => {
    const off = (value: string) => refuse('PRICE_PRECISION_INVALID', value, '0.01')
    judged('10', { stopLoss: '95.001' }).then(off('95.001'))
    judged('10', { takeProfit: '110.001' }).then(off('110.001'))
    judged('10', { trailingOffset: '3.001' }).then(off('3.001'))
    judged('10', { trailingOffset: '0' }).then(off('0'))
    judged('10', { trailingOffset: '-1' }).then(off('-1'))
    judged('10', { trailingOffset: '3' }).then(approve('buy', '10'))
  })

  test('[R26] they stand within the collar', () => {
    const collar = { priceCollar: 0.05 }
    judged('10', { stopLoss: '94.99' }, {}, collar).then(refuse('PRICE_OUTSIDE_COLLAR', '94.99', '100 ± 5'))
    judged('10', { takeProfit: '105.01' }, {}, collar).then(refuse('PRICE_OUTSIDE_COLLAR', '105.01', '100 ± 5'))
    judged('10', { stopLoss: '95', takeProfit: '105' }, {}, collar).then(approve('buy', '10'))
  })

  test('what only closes has leave without it, whatever it says', () => {
    const bracket = { stopLoss: '99', takeProfit: '101.001' }
    const scene = start(account(), wish('10'), fill('t-6-0', 'buy', '10'))
    const { answers } = scene.when(wish('4', { bracket }))
    expect(answers).toEqual([approve('sell', '6')])
    expect(answers[0]?.payload).not.toHaveProperty('bracket')
  })

  test('[R12] a reversal with a bad one still closes', () => {
    const scene = start(account(), wish('10'), fill('t-6-0', 'buy', '10'))
    const { answers } = scene.when(wish('-5', { bracket: { stopLoss: '99' } }))
    expect(answers).toEqual([approve('sell', '10'), wrong('99', '100')])
    expect(answers[0]?.payload).not.toHaveProperty('bracket')
  })
})
