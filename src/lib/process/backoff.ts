/** What is remembered of a child that ended unasked; times in milliseconds of any clock that only goes forward. */
export type ExitHistory = { readonly failuresInARow: number; readonly exitsAtMs: readonly number[] }

export type AfterExit =
  | { readonly kind: 'restart'; readonly delayMs: number; readonly history: ExitHistory }
  | { readonly kind: 'give_up'; readonly exits: number; readonly withinMs: number }

export const noExits: ExitHistory = { failuresInARow: 0, exitsAtMs: [] }

/**
 * Whether and when a child that ended unasked starts again: after 100 ms, then twice as long each time up to 10 s, and from 100 ms again once
 * it was up for 10 s. The fifth end within 30 s is one too many.
 */
export function afterExit(
  history: ExitHistory,
  { atMs, upMs }: { readonly atMs: number; readonly upMs: number },
): AfterExit {
  const exitsAtMs = [...history.exitsAtMs.filter((exitMs) => atMs - exitMs < crashLoop.withinMs), atMs]
  if (exitsAtMs.length >= crashLoop.exits) return { kind: 'give_up', ...crashLoop }
  const failuresInARow = upMs >= resetAfterMs ? 0 : history.failuresInARow
  const delayMs = Math.min(firstDelayMs * 2 ** failuresInARow, longestDelayMs)
  return { kind: 'restart', delayMs, history: { failuresInARow: failuresInARow + 1, exitsAtMs } }
}

const firstDelayMs = 100
const longestDelayMs = 10_000
const resetAfterMs = 10_000
const crashLoop = { exits: 5, withinMs: 30_000 } as const
