import { expect, test } from 'vitest'
import { timeMode } from '#compose/time-mode.ts'
import { Topology } from '#compose/topology.ts'

const modeOf = (feed: object, more: object = {}) =>
  timeMode(Topology.parse({ feed, venue: { fill: 'touch' }, strategies: [{ file: 'cross.yaml', roles: {} }], ...more }))

test('[C10] time is the system’s for a market of now, and the events’ for any other and in lockstep', () => {
  const exchange = { kind: 'exchange', venue: 'binance', symbols: ['BTCUSDT'] }
  const dataSet = { kind: 'data-set', path: 'data' }
  expect([exchange, { kind: 'seeded' }].map((feed) => modeOf(feed))).toEqual(['live', 'live'])
  expect(modeOf({ kind: 'seeded', speed: 10 })).toBe('replay')
  expect(modeOf({ kind: 'seeded', startAt: 1577836800000000 })).toBe('replay')
  expect(modeOf(dataSet)).toBe('replay')
  for (const feed of [exchange, { kind: 'seeded' }, { kind: 'seeded', speed: 10 }, dataSet]) {
    expect(modeOf(feed, { lockstep: true })).toBe('backtest')
    expect(() => modeOf(feed, { lockstep: true, clock: { mode: 'live' } })).toThrow(
      'in lockstep the time is that of the events: replay',
    )
  }
  expect(modeOf({ kind: 'seeded' }, { clock: { mode: 'replay' } })).toBe('replay')
})
