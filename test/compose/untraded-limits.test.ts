import { expect, it } from 'vitest'
import { defaultTopology } from '#compose/default-topology.ts'
import { untradedLimits } from '#compose/untraded-limits.ts'

it('[R40] a limit of an instrument that no strategy trades is told, with what may have been meant', () => {
  const { strategies, ...rest } = defaultTopology()
  const topology = { ...rest, strategies: strategies.slice(0, 1) }
  const limited = (...names: string[]) => ({
    ...topology,
    risk: { ...topology.risk, instruments: Object.fromEntries(names.map((name) => [name, { isTradable: true }])) },
  })
  const traded = topology.strategies.flatMap(({ roles }) => Object.values(roles))[0] as string
  const mistyped = `${traded.slice(1, 2)}${traded.slice(0, 1)}${traded.slice(2)}`
  expect(untradedLimits(limited(traded))).toEqual([])
  expect(untradedLimits(limited(traded, mistyped, 'OTHER.ELSEWHERE'))).toEqual([
    `risk.instruments.${mistyped}: no strategy trades it (did you mean ${traded}?)`,
    'risk.instruments.OTHER.ELSEWHERE: no strategy trades it',
  ])
  // The second one of the seeded market trades options.
  expect(untradedLimits({ ...limited('OTHER.ELSEWHERE'), strategies })).toEqual([])
})
