/** The strategy that orders of others, and what they bring, are counted under. */
export const externalStrategy = 'external'

/** Our id of an order that the venue has from somebody else. */
export const externalOrderIdOf = (symbol: string, venueOrderId: string): string =>
  `external-${symbol}-${venueOrderId}`.replace(/[^A-Za-z0-9_-]/g, '_')

/** Is this the id of such an order? */
export const isExternalOrder = (clientOrderId: string): boolean => clientOrderId.startsWith('external-')
