import { test } from 'vitest'
import { risk } from '#services/risk/service.ts'
import { given } from '#test/given.ts'
import {
  account,
  approve,
  bar,
  btc,
  canceled,
  fill,
  limit,
  listed,
  market,
  refuse,
  supersede,
  wish,
} from './risk-told.ts'

const holding = (more: object = {}) => given(risk, account({}, more), ...market, wish('10'), fill('t-6-0', 'buy', '10'))

test('[R2] what leads to the target at other prices than the wish states is superseded', () => {
  holding()
    .when(wish('0', limit('105')))
    .then(approve('sell', '10', { limitPrice: '105' }))
    .when(wish('0', limit('105')))
    .then(refuse('ALREADY_AT_TARGET', '0'))
    .when(wish('0'))
    .then(supersede)
    .when(canceled('t-9-0'))
    .then(approve('sell', '10', { orderType: 'market' }))
})

test('[R6] [R29] what closes at a price meets no resting order of ours; all of it at the market may always be closed', () => {
  holding()
    .when(wish('5', { strategy: 'other', ...limit('99') }))
    .then(approve('buy', '5'))
    .when(wish('0', limit('98.5')))
    .then(refuse('SELF_TRADE', 't-9-0', '99'))
    .when(wish('0', limit('99.5')))
    .then(approve('sell', '10'))
  const scene = holding()
  scene.when(wish('5', { strategy: 'other', ...limit('101') })).then(approve('buy', '5'))
  scene.when(wish('4')).then(refuse('SELF_TRADE', 't-9-0', '101'))
  scene.when(wish('0')).then(approve('sell', '10'))
})

test('[R5] at a price of zero, or a multiplier of zero, no limit in money would hold: nothing is added', () => {
  const priced = (kind: 'equity' | 'future', price: string, multiplier = '1') =>
    given(risk, account({ maxGrossExposure: '1000' }), listed(btc, { kind, multiplier }), bar(btc, price)).when(
      wish('10'),
    )
  priced('equity', '0').then(refuse('NO_PRICE', btc))
  priced('future', '0').then(refuse('NO_PRICE', btc))
  priced('future', '-1').then(approve('buy', '10'))
  priced('future', '100', '0').then(refuse('INSTRUMENT_NOT_TRADABLE', '0', 'multiplier'))
  // What is held may still be closed.
  const worthless = given(risk, account(), ...market, wish('10'), fill('t-6-0', 'buy', '10'), bar(btc, '0'))
  worthless.when(wish('0')).then(approve('sell', '10'))
})
