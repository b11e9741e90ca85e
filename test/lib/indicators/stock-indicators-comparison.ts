import type { Ours } from './stock-indicators-series.ts'

/** `from`: the first row that is compared. `except`: how many rows differ after it. Both need a `because`. */
export type Comparison = {
  readonly file: string
  readonly field: string
  readonly ours: Ours
  readonly from?: number
  readonly except?: number
  readonly because?: string
  readonly tolerance?: number
}

export const same = (file: string, fields: Readonly<Record<string, Ours>>): Comparison[] =>
  Object.entries(fields).map(([field, ours]) => ({ file, field, ours }))
export const differing = (
  file: string,
  fields: Readonly<Record<string, Ours>>,
  how: Omit<Comparison, 'file' | 'field' | 'ours'>,
): Comparison[] => same(file, fields).map((one) => ({ ...one, ...how }))
