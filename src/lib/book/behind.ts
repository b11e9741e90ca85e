/** A change of a book that holds all updates of (previous, last]; `at`: the exchange's time of it. */
export type Update = { readonly previous: number; readonly last: number; readonly at?: number | undefined }

/** What came below the newest number of a stream: late, repeated, or of an exchange that counts anew. */
export type Behind = {
  /** How many since that number rose. */
  behind: number
  /** The lowest and the highest number that they hold, and the newest time of them. */
  behindFrom: number
  behindTo: number
  behindAt: number
}

export const noneBehind = (): Behind => ({ behind: 0, behindFrom: Infinity, behindTo: -Infinity, behindAt: -Infinity })

/** It is the first that was not told, should the exchange count anew. */
export function keepBehind(stream: Behind, { previous, last, at }: Update): void {
  stream.behindFrom = Math.min(stream.behindFrom, previous + 1)
  stream.behindTo = Math.max(stream.behindTo, last)
  stream.behindAt = Math.max(stream.behindAt, at ?? -Infinity)
}

/** The numbers rise again: what was below was late, unless it is newer by its time, and what rose is late. */
export function forgetBehind(stream: Behind, at = Infinity): void {
  stream.behind = 0
  if (at < stream.behindAt) return
  stream.behindFrom = Infinity
  stream.behindTo = -Infinity
  stream.behindAt = -Infinity
}
