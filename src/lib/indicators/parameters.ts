import type { Param } from './indicator.ts'

/** A number of bars. */
export const period = (name: string, min: number, preset?: number): Param => ({
  name,
  min,
  max: 100_000,
  isWhole: true,
  default: preset,
})

/** How many deviations or ranges a band is away. */
export const multiple = (name: string, preset: Param['default']): Param => ({
  name,
  min: 0,
  max: 1_000,
  isWhole: false,
  default: preset,
})

/** A weight or step within [min, max]. */
export const factor = (name: string, min: number, max: number, preset: number): Param => ({
  name,
  min,
  max,
  isWhole: false,
  default: preset,
})
