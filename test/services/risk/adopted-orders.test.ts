import { test } from 'vitest'
import type { PayloadOf } from '#schemas/catalogue.ts'
import { risk } from '#services/risk/service.ts'
import { event, given } from '#test/given.ts'
import { account, approve, btc, canceled, fill, market, refuse, wish } from './risk-told.ts'

const id = 'external-BTCUSDT-7'
const adopted = (more: Partial<PayloadOf<'order.adopted'>> = {}) =>
  event('order.adopted', {
    ...{ clientOrderId: id, venueOrderId: '7', venueClientId: 'web_1', strategy: 'external', instrument: btc },
    ...{ side: 'buy', quantity: '6', limitPrice: '100', filled: '0', tradeIds: [], ...more },
  })
const start = (limits: object) => given(risk, account(limits), ...market)

test('[R50] an order that was adopted counts in what is bound, by what it leaves, until it ends', () => {
  start({ maxGrossExposure: '1000' })
    .when(adopted({ filled: '1', tradeIds: ['a'] }))
    .then()
    .when(wish('6'))
    .then(refuse('EXPOSURE_EXCEEDS_MAX', '1100', '1000'))
    .restarted()
    .when(wish('5.1'))
    .then(refuse('EXPOSURE_EXCEEDS_MAX', '1010', '1000'))
    .when(canceled(id))
    .then()
    .when(wish('10'))
    .then(approve('buy', '10'))
})

test('[R50] its fills move the position of `external`, once each, and what was executed before does not', () => {
  const external = { strategy: 'external' }
  start({ maxGrossExposure: '1000' })
    .when(adopted({ filled: '1', tradeIds: ['a'] }))
    .then()
    .when(fill(id, 'buy', '1', { ...external, tradeId: 'a' }))
    .then()
    .when(fill(id, 'buy', '5', { ...external, tradeId: 'b' }))
    .then()
    .when(wish('6'))
    .then(refuse('EXPOSURE_EXCEEDS_MAX', '1100', '1000'))
    .when(wish('0', external))
    .then(approve('sell', '5', external))
})

test('[R53] an order that is made smaller is at work with so much less, never with less than it got, and never with more', () => {
  const made = (quantity: string) => event('order.updated', { clientOrderId: id, instrument: btc, quantity })
  start({ maxGrossExposure: '1000' })
    .when(adopted({ quantity: '9' }))
    .then()
    .when(made('5'))
    .then()
    .when(wish('6'))
    .then(refuse('EXPOSURE_EXCEEDS_MAX', '1100', '1000'))
    .when(fill(id, 'buy', '2', { strategy: 'external', tradeId: 'a' }))
    .then()
    .restarted()
    .when(made('2'))
    .then()
    .when(made('8'))
    .then()
    .when(wish('5.1'))
    .then(refuse('EXPOSURE_EXCEEDS_MAX', '1010', '1000'))
    .when(event('order.updated', { clientOrderId: id, instrument: btc, limitPrice: '90' }))
    .then()
    .when(wish('5.01'))
    .then(refuse('EXPOSURE_EXCEEDS_MAX', '1001', '1000'))
    .when(made('4'))
    .then()
    .when(wish('6'))
    .then(approve('buy', '6'))
})

test('[R50] told again, at work or ended, it counts once', () => {
  start({ maxGrossExposure: '1000' })
    .when(adopted())
    .then()
    .when(adopted())
    .then()
    .when(wish('4'))
    .then(approve('buy', '4'))
    .when(canceled(id))
    .then()
    .when(adopted())
    .then()
    .when(wish('6', { strategy: 'other' }))
    .then(approve('buy', '6', { strategy: 'other' }))
})
