import { describe, test } from 'vitest'
import { risk } from '#services/risk/service.ts'
import { given, type Told } from '#test/given.ts'
import { account, approve, bar, btc, eth, fill, listed, market, refuse, second, wish } from './risk-told.ts'

const roll = (instrument: string, target: string, leg: number, legs = 2): Told =>
  wish(target, { intent: 'clock:9.0', instrument, leg, legs, isRoll: true })

/** Holds 900 of BTC at 100, of 100000. */
const holding = (limits: object, more: object = {}) =>
  given(
    risk,
    account(limits, more),
    ...market,
    wish('900', { instrument: btc }, 2 * second),
    fill('t-6-0', 'buy', '900'),
  )

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

  test('is judged as the change that it is: what is left makes room for what is taken', () => {
    const scene = holding({}, { margin: { kind: 'cash' } })
    scene.when(roll(btc, '0', 1))
    scene.when(roll(eth, '9900', 2)).then(approve('sell', '900'), approve('buy', '9900'))
    const gross = holding({ maxGrossExposure: '95000' })
    gross.when(roll(btc, '0', 1))
    gross.when(roll(eth, '9400', 2)).then(approve('sell', '900'), approve('buy', '9400'))
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
