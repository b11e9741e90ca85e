/** A change of a book that holds all updates of (previous, last]; `at`: the exchange's time of it. */
export type Update = { readonly previous: number; readonly last: number; readonly at?: number | undefined }

/** What came below the newest number of a book: late, repeated, or of an exchange that counts anew. */
export type Behind = {
  /** How many since that number rose: updates and snapshots. */
  behind: number
  /** The lowest that those updates hold, and the newest time of them. */
  behindFrom: number
  behindAt: number
}

export const noneBehind = (): Behind => ({ behind: 0, behindFrom: Infinity, behindAt: -Infinity })

/** It is the first that was not told, should the exchange count anew. */
export function keepBehind(sync: Behind, { previous, at }: Update): void {
  sync.behindFrom = Math.min(sync.behindFrom, previous + 1)
  sync.behindAt = Math.max(sync.behindAt, at ?? -Infinity)
}

/** The numbers rise again: what was below was late, unless it is newer by its time, and what rose is late. */
export function forgetBehind(sync: Behind, at = Infinity): void {
  sync.behind = 0
  if (at >= sync.behindAt) Object.assign(sync, noneBehind())
}
