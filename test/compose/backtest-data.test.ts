import { expect, test } from 'vitest'
import { backtestData } from '#compose/backtest-data.ts'
import { configsOf } from '#compose/service-configs.ts'
import { timeMode } from '#compose/time-mode.ts'
import { topologyOfFlags } from '#compose/topology-of-flags.ts'
import { repository } from '#test/process/trader.ts'

test('[C10] a backtest of the built-in market is configured as in lockstep: its time is that of the events', () => {
  const { feed, startsAt } = backtestData({ dir: undefined, from: undefined, to: undefined, seed: 1 })
  const topology = topologyOfFlags({
    ...{ feed, startsAt, venue: { fill: 'next-open' } },
    strategies: [{ file: `${repository}/strategies/ema-cross.yaml`, roles: { underlying: 'ACME.SIM' } }],
  })
  expect(timeMode(topology)).toBe('replay')
  expect(configsOf(topology)).toEqual(configsOf({ ...topology, lockstep: true }))
})
