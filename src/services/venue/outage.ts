import type { Exchange } from './exchange.ts'
import type { VenueConfig } from './venue-config.ts'

/** Is the exchange away by its schedule? [V34] */
export const isAway = (exchange: Exchange): boolean => isAwayAt(exchange, exchange.now)

export const isAwayAt = ({ config: { outages } }: Exchange, at: number): boolean =>
  spanWithin(outages, at, at) !== undefined

/** The first of the spans of which an instant lies between two, both included. */
export const spanWithin = (spans: VenueConfig['outages'], from: number, until: number) =>
  spans.find((span) => until >= span.from && from < span.to)
