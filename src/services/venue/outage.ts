import type { Exchange } from './exchange.ts'

/** Is the exchange away by its schedule? [V34] */
export const isAway = ({ config: { outages }, now }: Exchange): boolean =>
  outages.length > 0 && outages.some(({ from, to }) => now >= from && now < to)
