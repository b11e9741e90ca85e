/** A strategy's orders and position in one instrument. */
export type Place = { readonly strategy: string; readonly instrument: string }

export const isAt = (one: Place, { strategy, instrument }: Place): boolean =>
  one.strategy === strategy && one.instrument === instrument

// Neither part can hold a space.
export const placeOf = ({ strategy, instrument }: Place): string => `${strategy} ${instrument}`
