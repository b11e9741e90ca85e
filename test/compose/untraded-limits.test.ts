import { expect, it } from 'vitest'
import { defaultTopology } from '#compose/default-topology.ts'
import { configsOf } from '#compose/service-configs.ts'
import { definitionsIn } from '#compose/strategies-in.ts'
import type { Topology } from '#compose/topology.ts'
import { untradedLimits } from '#compose/untraded-limits.ts'

const untraded = (topology: Topology, strategies = topology.strategies) =>
  untradedLimits(
    { ...topology, strategies },
    definitionsIn(configsOf({ ...defaultTopology(), strategies }).strategy?.config),
  )

it('[R40] a limit of an instrument that no strategy trades is told, with what may have been meant', () => {
  const { strategies, ...rest } = defaultTopology()
  const topology = { ...rest, strategies: strategies.slice(0, 1) }
  const limited = (...names: string[]) => ({
    ...topology,
    risk: { ...topology.risk, instruments: Object.fromEntries(names.map((name) => [name, { isTradable: true }])) },
  })
  const traded = topology.strategies.flatMap(({ roles }) => Object.values(roles))[0] as string
  const mistyped = `${traded.slice(1, 2)}${traded.slice(0, 1)}${traded.slice(2)}`
  expect(untraded(limited(traded))).toEqual([])
  expect(untraded(limited(traded, mistyped, 'OTHER.ELSEWHERE'))).toEqual([
    `risk.instruments.${mistyped}: no strategy trades it (did you mean ${traded}?)`,
    'risk.instruments.OTHER.ELSEWHERE: no strategy trades it',
  ])
  // The second one of the seeded market trades options.
  expect(untraded(limited('OTHER.ELSEWHERE'), strategies)).toEqual([])
})
