import { describe, expect, test } from 'vitest'
import type { Statement } from '#schemas/event.ts'
import { resolver } from '#services/resolver/service.ts'
import { event, given, type Told } from '#test/given.ts'
import { bar, day, goog, noon, option, optionId, optionTick, swing } from './resolver-told.ts'

const [weekly, july] = ['2016-06-24', '2016-07-15'] as const
const expiries = [weekly, july]
const call = (expiry: string, strike = '710') => optionId(expiry, strike, 'call')
const hour = day / 24

const config = {
  mappings: [
    { strategy: 'swing', role: 'main', to: { kind: 'option', underlying: goog, rollDays: 5, calendar: 'coin' } },
  ],
}
const listings = expiries.flatMap((expiry) => ['700', '710', '720'].map((strike) => option(expiry, strike, 'call')))
const quotes = (at: number): Told[] =>
  expiries.flatMap((expiry) =>
    ['700', '710', '720'].map((strike) => ({ ...optionTick(call(expiry, strike), '9', '11'), at })),
  )
const atm = {
  right: 'call',
  side: 'buy',
  ratio: 1,
  strike: { by: 'atm', offset: 0 },
  expiry: { by: 'nearest' },
} as const
const spread = [atm, { ...atm, side: 'sell', strike: { by: 'otm', steps: 2 } }] as const
const wishes = (legs: readonly object[] = [atm], more: object = {}) =>
  swing('long', { wish: { legs: [...legs] } as never, size: { kind: 'notional', notional: '3500' }, ...more })
const time = (at: number) => event('system.time', { now: at }, at)
const begin = (...past: Told[]) =>
  given(resolver, config, ...listings, bar(goog, '706'), ...quotes(noon), wishes(), ...past)

const said = (answers: readonly Statement[]) =>
  answers.map(({ topic, payload }) => {
    if (topic !== 'instrument.resolved') return [topic, 'code' in payload ? payload.code : null]
    const { instrument, target, leg, legs, isRoll } = payload
    return [instrument, target, leg, legs, isRoll]
  })
const rolled = [
  [call(weekly), '0', 1, 2, true],
  [call(july), '3', 2, 2, true],
]

describe('[S15] options that come near to their expiry', () => {
  test('are left and taken again at a later one, as many as there were, once prices of the day are there', () => {
    const due = noon + 5 * day
    const scene = begin()
    expect(said(scene.when(time(due - day)).answers)).toEqual([])
    expect(said(scene.when(time(due)).answers)).toEqual([])
    expect(said(scene.when(bar(goog, '706', due)).answers)).toEqual([])
    expect(said(scene.restarted().when({ ...optionTick(call(july, '700'), '9', '11'), at: due }).answers)).toEqual([])
    const { answers } = scene.when({ ...optionTick(call(july), '19', '21'), at: due })
    expect(said(answers)).toEqual(rolled)
    // What it answers stands as the intent, and the wish's terms hold.
    expect(new Set(answers.map(({ payload }) => 'intent' in payload && payload.intent)).size).toBe(1)
    expect(said(scene.when(time(due + hour)).answers)).toEqual([])
    expect(said(scene.when(swing('flat', {}, due + 2 * day)).answers)).toEqual([
      [call(july), '0', undefined, undefined, undefined],
      [call(weekly), '0', undefined, undefined, undefined],
    ])
  })

  test('are rolled with every leg, or not at all', () => {
    const due = noon + 5 * day
    const scene = given(
      resolver,
      config,
      ...listings,
      bar(goog, '706'),
      ...quotes(noon),
      wishes(spread, { size: { kind: 'quantity', quantity: '2' } }),
    )
    scene.when(time(due))
    scene.when(bar(goog, '706', due))
    const told = quotes(due).map((quote) => said(scene.when(quote).answers))
    expect(told.filter((one) => one.length > 0)).toEqual([
      [
        [call(weekly), '0', 1, 4, true],
        [call(weekly, '720'), '0', 2, 4, true],
        [call(july), '2', 3, 4, true],
        [call(july, '720'), '-2', 4, 4, true],
      ],
    ])
  })

  test('stay where there is nothing to roll to: said once a day, an hour after the first look', () => {
    const due = noon + 26 * day
    const scene = begin(
      wishes([{ ...atm, expiry: { by: 'nearest', afterDays: 20 } }]),
      time(due),
      bar(goog, '706', due),
    )
    expect(said(scene.when(time(due + hour)).answers)).toEqual([['instrument.rejected', 'NO_LISTED_OPTION']])
    expect(said(scene.when(time(due + 2 * hour)).answers)).toEqual([])
    expect(said(scene.when(time(due + day)).answers)).toEqual([])
    expect(said(scene.when(bar(goog, '706', due + day)).answers)).toEqual([])
    expect(said(scene.when(time(due + day + hour)).answers)).toEqual([['instrument.rejected', 'NO_LISTED_OPTION']])
  })

  test('are held as before when the risk gate refuses, until the next day', () => {
    const due = noon + 5 * day
    const scene = begin(time(due), bar(goog, '706', due))
    let roll: readonly Statement[] = []
    for (const quote of quotes(due)) {
      const { answers } = scene.when(quote)
      if (answers.length > 0) roll = answers
    }
    expect(said(roll)).toEqual(rolled)
    for (const { topic, payload } of roll)
      if (topic === 'instrument.resolved')
        scene.when(
          event('risk.rejected', {
            intent: payload.intent,
            strategy: 'swing',
            instrument: payload.instrument,
            code: payload.instrument === call(july) ? 'MARGIN_EXCEEDS_AVAILABLE' : 'ROLL_REFUSED',
          }),
        )
    expect(said(scene.restarted().when(time(due + hour)).answers)).toEqual([])
    const next = due + day
    scene.when(time(next))
    scene.when(bar(goog, '706', next))
    const again = quotes(next).flatMap((quote) => said(scene.when(quote).answers))
    expect(again).toEqual(rolled)
  })

  test('are left with the old ones, until those have expired, should an order of the roll have failed or wait', () => {
    const due = noon + 5 * day
    const rolledScene = () => {
      const scene = begin(time(due), bar(goog, '706', due))
      for (const quote of quotes(due)) scene.when(quote)
      return scene
    }
    const left = (answers: readonly Statement[]) =>
      said(answers).map(([instrument, target, leg]) => (leg === undefined ? [instrument, target] : [instrument]))
    const both = [
      [call(july), '0'],
      [call(weekly), '0'],
    ]
    expect(left(rolledScene().when(swing('flat', {}, due + hour)).answers)).toEqual(both)
    expect(left(rolledScene().when(swing('flat', {}, due + 2 * day)).answers)).toEqual(both)
    expect(left(rolledScene().when(swing('flat', {}, due + 10 * day)).answers)).toEqual([[call(july), '0']])
    // Another wish leaves both as well; the same in another size neither, and what came of it may leave them still.
    const other = rolledScene().when({ ...wishes([{ ...atm, strike: { by: 'otm', steps: 2 } }]), at: due + hour })
    expect(left(other.answers).slice(0, 2)).toEqual(both)
    const more = rolledScene()
    const size = { size: { kind: 'quantity', quantity: '5' } }
    expect(said(more.when(wishes([atm], size)).answers).map(([instrument]) => instrument)).toEqual([call(july)])
    expect(left(more.restarted().when(swing('flat', {}, due + hour)).answers)).toEqual(both)
  })
})
