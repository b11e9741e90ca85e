/**
 * The pure services, in rank order: answers to one event are appended in this order by the in-process runner and under
 * lockstep. The venue comes before the clock, so that a snapshot of equity at an instant has that instant's fills.
 */
export const serviceRank = [
  'md',
  'venue',
  'orders',
  'pnl',
  'clock',
  'indicators',
  'strategy',
  'resolver',
  'risk',
] as const

export type ServiceName = (typeof serviceRank)[number]

export const rankOf = (name: string): number => (serviceRank as readonly string[]).indexOf(name)
